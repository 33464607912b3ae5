/** Rows: a nest walked row by row, its rows (or the elements of its only row) shared among the threads. */

import { bytesPerElement } from '../../graph/dtype.js';
import { type I32, i32 } from './assembler.js';
import type { Address, KernelContext, Work } from './kernel-context.js';
import type { Nest, Strided } from './nest.js';
import { type Access, accessesOf } from './vector-loop.js';

export interface Row {
  readonly accesses: Map<Strided, Access>;
  readonly from: I32 | number;
  readonly to: I32 | number;
}

/** Elements that one thread takes at least of a single row: whole cache lines. */
const rowUnit = 16;

/** Calls `body` once to generate the code that handles one row, for every row of this thread's share. */
export function forEachRow(context: KernelContext, nest: Nest, body: (row: Row) => void): void {
  const { f } = context;
  const outer = nest.shape.slice(0, -1);
  const extent = nest.shape[nest.shape.length - 1];
  if (nest.shape.includes(0)) return;
  if (outer.length === 0) {
    context.distribute({ count: extent, cost: extent, unit: rowUnit }, ({ from, to }) =>
      f.if(i32.ltS(from, to), () => body({ accesses: rowAccesses(context, nest, []), from, to })),
    );
    return;
  }
  const count = outer.reduce((product, e) => product * e, 1);
  forEachIndex(context, { count, cost: count * extent }, outer, (indices) =>
    body({ accesses: rowAccesses(context, nest, indices), from: 0, to: extent }),
  );
}

/** Calls `body` for every index of `extents`, whose number is the work's count, in row-major order. */
export function forEachIndex(
  context: KernelContext,
  work: Work,
  extents: readonly number[],
  body: (indices: readonly I32[], position: I32) => void,
): void {
  const { f } = context;
  const position = f.local('i32');
  context.distribute(work, ({ from, to }) => {
    // Divided once, then counted on: divisions are slow.
    const indices = decode(context, from, extents).map((index) => f.hold(index));
    const advance = (dim: number): void => {
      f.set(indices[dim], i32.add(indices[dim], 1));
      if (dim === 0) return;
      f.if(i32.eq(indices[dim], extents[dim]), () => {
        f.set(indices[dim], i32.const(0));
        advance(dim - 1);
      });
    };
    f.for(position, from, to, 1, () => {
      body(indices, position);
      advance(extents.length - 1);
    });
  });
}

/** The index in each of `extents` of the element at row-major place `position`. */
export function decode({ f }: KernelContext, position: I32, extents: readonly number[]): I32[] {
  const indices = new Array<I32>(extents.length);
  let rest = position;
  for (let dim = extents.length - 1; dim > 0; dim--) {
    indices[dim] = f.hold(i32.remU(rest, extents[dim]));
    rest = f.hold(i32.divU(rest, extents[dim]));
  }
  if (extents.length > 0) indices[0] = rest;
  return indices;
}

/** Accesses along the last dimension of the nest, at `indices` of the dimensions before it. */
export function rowAccesses(
  context: KernelContext,
  nest: Nest,
  indices: readonly I32[],
): Map<Strided, Access> {
  const last = nest.shape.length - 1;
  return accessesOf(
    nest.strides.keys(),
    (view) => startOf(context, view, nest.strides.get(view)!, indices),
    (view) => nest.strides.get(view)![last],
  );
}

/** Where the element at `indices` of a view is; of a coordinate, its value there. */
export function startOf(
  context: KernelContext,
  view: Strided,
  strides: readonly number[],
  indices: readonly I32[],
): Address {
  const isView = 'buffer' in view;
  const bytes = isView ? bytesPerElement[view.buffer.dtype] : 1;
  const start = isView ? context.address(view.buffer) : { base: i32.const(0), offset: 0 };
  const offset = start.offset + view.offset * bytes;
  let base = start.base;
  indices.forEach((index, dim) => {
    if (strides[dim] !== 0) base = i32.add(base, i32.mul(index, strides[dim] * bytes));
  });
  // Memory instructions add their offset without wrapping: it must not make up for a negative base.
  const backwards = strides.some((stride) => stride < 0);
  if (backwards || !isView)
    return { base: hold(context, i32.add(base, i32.const(offset))), offset: 0 };
  return { base: base === start.base ? base : hold(context, base), offset };
}

const hold = ({ f }: KernelContext, value: I32): I32 => f.hold(value);
