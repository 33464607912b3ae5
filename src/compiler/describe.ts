/** Describe: what each kernel of a plan does, and how many floating point operations it takes. */

import type { Backend } from '../backends/contract.js';
import {
  type Expression,
  type Kernel,
  type Plan,
  type ReduceKernel,
  readsOf,
  type SingleKernel,
  writesOf,
} from '../backends/plan.js';
import { bytesPerElement } from '../graph/dtype.js';
import { type Shape, sizeOf } from '../graph/shape.js';

export interface KernelDescription {
  readonly kind: Kernel['kind'];
  /** The path of the layer it came from; empty outside layers. */
  readonly scope: string;
  /** The primitives computed in it. */
  readonly label: string;
  readonly shape: Shape;
  /** How it is computed, where there are several ways. */
  readonly method: string | null;
  /** Whether it runs only when a variable was written since it last ran. */
  readonly isPrologue: boolean;
  readonly flops: number;
  /** Bytes of the buffers it reads and writes. */
  readonly bytes: number;
}

export function describeKernels(
  { kernels, prologue }: Plan,
  backend: Backend,
): KernelDescription[] {
  return kernels.map((kernel, i) => ({
    kind: kernel.kind,
    scope: kernel.scope,
    label: kernel.label,
    shape: kernel.shape,
    method: backend.kind === 'kernels' ? (backend.methodOf?.(kernel) ?? null) : null,
    isPrologue: i < prologue.kernels,
    flops: flopsOf(kernel),
    bytes: [...readsOf(kernel), ...writesOf(kernel)]
      .filter(({ place }) => place.kind !== 'row')
      .reduce((total, { dtype, length }) => total + bytesPerElement[dtype] * length, 0),
  }));
}

function flopsOf(kernel: Kernel): number {
  if (kernel.kind === 'rows')
    return kernel.stages.reduce((total, stage) => total + flopsOf(stage), 0);
  const size = sizeOf(kernel.shape);
  const seen = new Set<Expression>();
  const stored = kernel.stores.reduce((total, { value }) => total + operations(value, seen), 0);
  return structureFlops(kernel, size) + stored * size;
}

/** Operations of the kernel's own structure, beside what its stores compute. */
function structureFlops(kernel: SingleKernel, size: number): number {
  switch (kernel.kind) {
    case 'matmul':
      return 2 * size * kernel.depth;
    case 'conv2d':
      return 2 * size * sizeOf(kernel.filterShape.slice(2));
    case 'reduce':
      return sizeOf(kernel.inputShape) * reductionFlops(kernel);
    case 'window':
      return size * kernel.window.kernel[0] * kernel.window.kernel[1];
    case 'scatter':
      return sizeOf([kernel.shape[0], kernel.count]);
    case 'prepare':
    case 'map':
    case 'pad':
    case 'gather':
    case 'argsort':
    case 'uniform':
      return 0;
  }
}

/** Operations for each element that is reduced. */
function reductionFlops({ operands }: ReduceKernel): number {
  const seen = new Set<Expression>();
  return operands.reduce((total, operand) => total + 1 + operations(operand, seen), 0);
}

/** Float operations of an expression per element; what several stores share counts once. */
function operations(expression: Expression, seen: Set<Expression>): number {
  if (expression.kind !== 'apply' || seen.has(expression)) return 0;
  seen.add(expression);
  const own = expression.dtype === 'float32' && expression.name !== 'where' ? 1 : 0;
  return expression.args.reduce((total, arg) => total + operations(arg, seen), own);
}
