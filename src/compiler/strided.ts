/** Strided views: how an index maps to an element, and what view primitives do to that map. */

import { contiguousStrides, type Shape, sizeOf } from '../graph/shape.js';
import type { PrimitiveAttributes } from '../graph/vocabulary.js';

/** Element of index i: offset + sum(i[dim] * strides[dim]). */
export interface Strided {
  readonly shape: Shape;
  readonly offset: number;
  readonly strides: readonly number[];
}

export const contiguous = (shape: Shape): Strided => ({
  shape,
  offset: 0,
  strides: contiguousStrides(shape),
});

export function isContiguous({ shape, offset, strides }: Strided): boolean {
  const expected = contiguousStrides(shape);
  return (
    offset === 0 && shape.every((extent, dim) => extent === 1 || strides[dim] === expected[dim])
  );
}

export const permuted = (
  { shape, offset, strides }: Strided,
  order: readonly number[],
): Strided => ({
  shape: order.map((dim) => shape[dim]),
  offset,
  strides: order.map((dim) => strides[dim]),
});

/** The view under another shape, or null when no strides can say it. */
export function reshaped(view: Strided, shape: Shape): Strided | null {
  if (sizeOf(shape) === 0) return { shape, offset: view.offset, strides: shape.map(() => 0) };
  // Runs of dimensions that one stride walks through, from the innermost outwards.
  const runs: { extent: number; stride: number }[] = [];
  for (let dim = view.shape.length - 1; dim >= 0; dim--) {
    const extent = view.shape[dim];
    if (extent === 1) continue;
    const run = runs[runs.length - 1];
    if (run && view.strides[dim] === run.stride * run.extent) run.extent *= extent;
    else runs.push({ extent, stride: view.strides[dim] });
  }
  const strides = new Array<number>(shape.length).fill(0);
  let run = runs.shift();
  let walked = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    if (shape[dim] === 1) continue;
    if (!run) return null;
    strides[dim] = run.stride * walked;
    walked *= shape[dim];
    if (run.extent % walked !== 0) return null;
    if (walked === run.extent) {
      run = runs.shift();
      walked = 1;
    }
  }
  return { shape, offset: view.offset, strides };
}

export const expanded = ({ shape, offset, strides }: Strided, target: Shape): Strided => ({
  shape: target,
  offset,
  strides: strides.map((stride, dim) => (shape[dim] === target[dim] ? stride : 0)),
});

export const sliced = (
  { offset, strides }: Strided,
  { start, step, shape }: PrimitiveAttributes['slice'],
): Strided => ({
  shape,
  offset: start.reduce((sum, from, dim) => sum + from * strides[dim], offset),
  strides: strides.map((stride, dim) => stride * step[dim]),
});
