/** Prepare: operands that never change, such as the weights of inference, are put in the backend's order once. */

import type { KernelBackend } from '../backends/contract.js';
import {
  type Buffer,
  type Kernel,
  type PreparableKernel,
  type PrepareKernel,
  preparableOperand,
  readsOf,
  writesOf,
} from '../backends/plan.js';
import { type Kernels, settledParts } from './prologue.js';

/** The kernels, with a kernel that prepares in front of each whose backend asks for it. */
export function withPreparation(all: Kernels, backend: KernelBackend): Kernel[] {
  const { kernels, inputs } = all;
  const prepare = backend.preparationOf?.bind(backend);
  if (!prepare || inputs.length === 0) return [...kernels];
  const { settled, isSettled } = settledParts(all);
  let nextId = nextBufferId(kernels);
  return kernels.flatMap((kernel) => {
    if (!isPreparable(kernel) || settled.has(kernel)) return [kernel];
    const preparation = prepare(kernel);
    if (!preparation) return [kernel];
    const { operand, length } = preparation;
    if (!isSettled(preparableOperand(kernel, operand).buffer)) return [kernel];
    const buffer: Buffer = {
      ...{ id: nextId++, dtype: 'float32', length },
      ...{ place: { kind: 'arena' }, offset: 0 },
    };
    const view = { buffer, offset: 0, strides: [1] };
    const prepared = { ...kernel, prepared: { operand, view } };
    const preparing: PrepareKernel = {
      ...{ kind: 'prepare', scope: kernel.scope, label: 'prepare', shape: [length], of: prepared },
      stores: [{ view, value: { kind: 'result', dtype: 'float32' } }],
    };
    return [preparing, prepared];
  });
}

/** A number that no buffer of these kernels has, nor any above it. */
export const nextBufferId = (kernels: readonly Kernel[]): number =>
  1 + Math.max(0, ...kernels.flatMap(buffersOf).map(({ id }) => id));

const isPreparable = (kernel: Kernel): kernel is PreparableKernel =>
  kernel.kind === 'conv2d' || kernel.kind === 'matmul';

const buffersOf = (kernel: Kernel): Buffer[] => [...readsOf(kernel), ...writesOf(kernel)];
