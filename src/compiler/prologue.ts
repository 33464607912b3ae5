/** Prologue: kernels that depend on constants and unchanging variables alone run first, and again only when a variable was written. */

import { type Buffer, type Kernel, readsOf, writesOf } from '../backends/plan.js';
import type { Tensor } from '../graph/tensor.js';
import { inputsOf, rootsOf, type TracedGraph, topologicalOrder } from '../graph/traced-graph.js';
import type { Variable } from '../graph/variable.js';
import { bytesOf } from './memory-plan.js';

/** The tensors of a graph with inputs that depend on none of them, nor on a variable that it assigns. */
export function settledTensors({ inputs, assignments, ...graph }: TracedGraph): Set<Tensor> {
  const moving = new Set<Tensor>([...inputs, ...assignments.map(({ variable }) => variable)]);
  const settled = new Set<Tensor>();
  if (inputs.length === 0) return settled;
  for (const tensor of topologicalOrder(rootsOf({ inputs, assignments, ...graph }))) {
    if (!moving.has(tensor) && inputsOf(tensor).every((input) => settled.has(input))) {
      settled.add(tensor);
    }
  }
  return settled;
}

export interface Kernels {
  readonly kernels: readonly Kernel[];
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

export interface Split {
  readonly first: readonly Kernel[];
  readonly rest: readonly Kernel[];
  /** What the first kernels read. */
  readonly variables: ReadonlySet<Variable>;
  /** Bytes of what they leave to the rest. */
  readonly keptBytes: number;
}

/**
 * The kernels whose results are the same in every run until a variable is written, such as the factors of
 * a batch normalisation by running statistics, and the rest. What these read of the first is kept.
 */
export function splitPrologue(all: Kernels): Split {
  const { kernels } = all;
  const { settled } = settledParts(all);
  const first = kernels.filter((kernel) => settled.has(kernel));
  const rest = kernels.filter((kernel) => !settled.has(kernel));
  const variables = new Set<Variable>();
  for (const { place } of first.flatMap(readsOf)) {
    if (place.kind === 'variable') variables.add(place.variable);
  }
  return { first, rest, variables, keptBytes: keep(first, rest) };
}

/** Every kernel in every run. */
export const unsplit = ({ kernels }: Kernels): Split => ({
  first: [],
  rest: kernels,
  variables: new Set(),
  keptBytes: 0,
});

/** The kernels that do the same in every run, and whether a buffer is the same in every run. */
export function settledParts({ kernels, inputs, outputs }: Kernels): {
  readonly settled: ReadonlySet<Kernel>;
  readonly isSettled: (buffer: Buffer) => boolean;
} {
  const written = new Set<Variable>();
  for (const { place } of kernels.flatMap(writesOf)) {
    if (place.kind === 'variable') written.add(place.variable);
  }
  const moving = new Set([...inputs, ...outputs]);
  const isSettled = (buffer: Buffer): boolean =>
    !moving.has(buffer) &&
    (buffer.place.kind !== 'variable' || !written.has(buffer.place.variable));
  // Without inputs there is nothing that a second run would do but the same.
  const settled = new Set(inputs.length > 0 ? kernels : []);
  for (let before = -1; before !== settled.size; ) {
    before = settled.size;
    for (const kernel of kernels) {
      const uses = [...readsOf(kernel), ...writesOf(kernel)];
      if (uses.every(isSettled)) continue;
      settled.delete(kernel);
      for (const buffer of writesOf(kernel)) moving.add(buffer);
    }
  }
  return { settled, isSettled };
}

/** Gives what `rest` reads of `first` a place that other programs leave alone; returns its bytes. */
function keep(first: readonly Kernel[], rest: readonly Kernel[]): number {
  const made = new Set(first.flatMap(writesOf));
  const read = new Set(rest.flatMap(readsOf));
  let bytes = 0;
  for (const buffer of made) {
    if (!read.has(buffer)) continue;
    buffer.place = { kind: 'kept' };
    buffer.offset = bytes;
    bytes += bytesOf(buffer);
  }
  return bytes;
}
