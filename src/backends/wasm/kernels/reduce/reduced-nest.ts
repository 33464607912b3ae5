/** Walks the kept and the reduced dimensions of a reduction's nest, and stores one result. */

import { bytesPerElement } from '../../../../graph/dtype.js';
import type { ReduceKernel } from '../../../plan.js';
import { type Func, type I32, i32, type V128 } from '../../assembler.js';
import type { KernelContext } from '../../kernel-context.js';
import { type Nest, type Strided, viewsOf } from '../../nest.js';
import { decode, startOf } from '../../rows.js';
import { type Access, accessesOf, singlePosition, VectorCode } from '../../vector-loop.js';

/** Tasks that there should be, so that threads share them evenly. */
export const leastTasks = 16;

/** Rows that are added in float32 before a sum goes on in float64. */
export const rowsInRun = 64;

/** Numbers of the nest's dimensions for which `reduced` is `wanted`. */
export const dimsWhere = (nest: Nest, wanted: boolean): number[] =>
  nest.reduced.flatMap((reduced, dim) => (reduced === wanted ? [dim] : []));

export const countOf = (nest: Nest, dims: readonly number[]): number =>
  dims.reduce((product, dim) => product * nest.shape[dim], 1);

/** Loops over `dims`, outermost first, and calls `body` with all indices. */
export function nestedLoops(
  f: Func,
  nest: Nest,
  dims: readonly number[],
  indices: I32[],
  body: () => void,
): void {
  const [dim, ...rest] = dims;
  if (dim === undefined) {
    body();
    return;
  }
  const index = f.local('i32');
  indices[dim] = index;
  f.for(index, 0, nest.shape[dim], 1, () => nestedLoops(f, nest, rest, indices, body));
}

export function accessesAt(
  context: KernelContext,
  nest: Nest,
  views: Iterable<Strided>,
  indices: readonly I32[],
  along: number,
): Map<Strided, Access> {
  return accessesOf(
    views,
    (view) => startOf(context, view, nest.strides.get(view)!, indices),
    (view) => nest.strides.get(view)![along],
  );
}

/** Indices of all dimensions from a number that counts the kept ones; reduced ones are 0. */
export function keptIndices(
  context: KernelContext,
  nest: Nest,
  kept: readonly number[],
  position: I32,
): I32[] {
  const indices = nest.shape.map(() => i32.const(0) as I32);
  const decoded = decode(
    context,
    position,
    kept.map((dim) => nest.shape[dim]),
  );
  kept.forEach((dim, i) => {
    indices[dim] = decoded[i];
  });
  return indices;
}

/** Neighbouring results along a kept innermost dimension. */
export interface ResultBlock {
  /** Of all dimensions but the innermost; reduced ones are 0. */
  readonly indices: readonly I32[];
  /** The first result along the innermost dimension. */
  readonly first: I32;
  readonly results: number;
}

/** Gives accesses along the innermost dimension whose element 0 is element `first`; what `all` views need for it is computed now. */
export function startingAt(
  context: KernelContext,
  nest: Nest,
  first: I32,
  all: readonly Strided[],
): (views: readonly Strided[], indices: readonly I32[]) => Map<Strided, Access> {
  const { f } = context;
  const inner = nest.shape.length - 1;
  const distances = new Map(
    all.map((view) => {
      const bytes = 'buffer' in view ? bytesPerElement[view.buffer.dtype] : 1;
      return [view, nest.strides.get(view)![inner] * bytes];
    }),
  );
  const starts = new Map(
    [...new Set(distances.values())].map((bytes) => [bytes, f.hold(i32.mul(first, bytes))]),
  );
  return (views, indices) => {
    const accesses = accessesAt(context, nest, views, indices.slice(0, inner), inner);
    for (const [view, access] of accesses) {
      if (access.stride === 0) continue;
      const base = f.hold(i32.add(access.base, starts.get(distances.get(view)!)!));
      accesses.set(view, { ...access, base });
    }
    return accesses;
  };
}

/** Stores the epilogue for one result of each operand, the same in every lane. */
export function storeOne(
  context: KernelContext,
  { stores }: ReduceKernel,
  nest: Nest,
  indices: readonly I32[],
  results: readonly V128[],
): void {
  const held = results.map((result) => context.f.hold(result));
  const last = nest.shape.length - 1;
  const accesses = accessesAt(context, nest, viewsOf(stores), indices, last);
  const code = new VectorCode(context, accesses, (_, part) => held[Number(part ?? 0)]);
  code.store(stores, singlePosition(context, i32.const(0), 1));
}
