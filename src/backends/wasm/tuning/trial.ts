/** A trial: a plan of one convolution, computed by one of its candidates over memory of its own. */

import { bytesPerElement } from '../../../graph/dtype.js';
import {
  type Buffer,
  type BufferView,
  type Conv2dKernel,
  type MapKernel,
  type Plan,
  type PrepareKernel,
  readsOf,
  rewriteStores,
  type SingleKernel,
} from '../../plan.js';
import { roundUp } from '../kernel-context.js';
import { type ConvolutionMethods, candidatesOf } from '../kernels/conv-2d/methods.js';

export interface Trial {
  readonly method: string;
  /** The convolution is the last kernel, behind one that wakes the threads. */
  readonly plan: Plan;
}

/** A trial of each method that can compute a convolution; the usual one first. */
export function trialsOf(kernel: Conv2dKernel, convolutions: ConvolutionMethods): Trial[] {
  const names = candidatesOf(kernel)
    // Prepared filters are what some methods cannot use.
    .filter(({ filterBytes }) => !kernel.prepared || filterBytes > 0)
    .map(({ name }) => name);
  return names.map((method) => ({ method, plan: trialPlan(kernel, method, convolutions) }));
}

function trialPlan(given: Conv2dKernel, name: string, convolutions: ConvolutionMethods): Plan {
  const arena = new TrialArena();
  const { prepared, ...bare } = given;
  const moved = (view: BufferView): BufferView => arena.moved(view);
  const plain: Conv2dKernel = {
    ...bare,
    input: { ...given.input, view: moved(given.input.view) },
    filters: moved(given.filters),
    stores: rewriteStores(given.stores, moved, (leaf) =>
      leaf.kind === 'load' ? { ...leaf, view: moved(leaf.view) } : leaf,
    ),
  };
  const inputs = readsOf(plain).filter(({ place }) => place.kind === 'arena');
  const kernels: SingleKernel[] = [wakingKernel(arena)];
  if (prepared) {
    const { filterBytes } = candidateOf(given, name);
    const view = { buffer: arena.buffer('float32', filterBytes / 4), offset: 0, strides: [1] };
    const kernel = { ...plain, prepared: { operand: prepared.operand, view } };
    convolutions.settle(kernel, candidateOf(kernel, name));
    const preparing: PrepareKernel = {
      ...{ kind: 'prepare', scope: '', label: '', shape: [filterBytes / 4], of: kernel },
      stores: [{ view, value: { kind: 'result', dtype: 'float32' } }],
    };
    kernels.push(preparing, kernel);
  } else {
    convolutions.settle(plain, candidateOf(plain, name));
    kernels.push(plain);
  }
  const prologue = { kernels: 0, variables: new Set<never>(), bytes: 0 };
  return { kernels, prologue, inputs, outputs: [], arenaBytes: arena.bytes };
}

const candidateOf = (kernel: Conv2dKernel, name: string) =>
  candidatesOf(kernel).find((candidate) => candidate.name === name)!;

/** Threads sleep between programs; within one they are awake when a kernel begins. */
function wakingKernel(arena: TrialArena): MapKernel {
  const view = { buffer: arena.buffer('float32', 1), offset: 0, strides: [1] };
  const value = { kind: 'constant', value: 0, dtype: 'float32' } as const;
  return { kind: 'map', scope: '', label: '', shape: [1], stores: [{ view, value }] };
}

/** Buffers of a trial, one behind the other. */
class TrialArena {
  bytes = 0;
  readonly #moved = new Map<Buffer, Buffer>();
  #count = 0;

  buffer(dtype: Buffer['dtype'], length: number): Buffer {
    const offset = this.bytes;
    // Vector loads may reach over the end.
    this.bytes += roundUp(length * bytesPerElement[dtype] + 16, 64);
    return { id: this.#count++, dtype, length, place: { kind: 'arena' }, offset };
  }

  /** The same elements of a buffer in this arena; constants stay where they are. */
  moved(view: BufferView): BufferView {
    if (view.buffer.place.kind === 'constant') return view;
    let buffer = this.#moved.get(view.buffer);
    if (!buffer) {
      buffer = this.buffer(view.buffer.dtype, view.buffer.length);
      this.#moved.set(view.buffer, buffer);
    }
    return { ...view, buffer };
  }
}
