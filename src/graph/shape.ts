/** Shapes: sizes, strides, broadcasting and how shapes are written in messages. */

import { ShapeError } from './errors.js';

export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = stride;
    stride *= shape[dim];
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, dim) => extent === b[dim]);
}

/** `[8, 32, 28, 28]` as it appears in error messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The NumPy broadcast of two shapes; throws ShapeError when they do not fit. */
export function broadcastShapes(a: Shape, b: Shape, operation: string): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const left = a.length >= i ? a[a.length - i] : 1;
    const right = b.length >= i ? b[b.length - i] : 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `${operation}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ` +
          `dimension ${rank - i} is ${left} in one and ${right} in the other; ` +
          `make them equal or 1`,
      );
    }
    shape[rank - i] = left === 1 ? right : left;
  }
  return shape;
}

/** Turns a possibly negative dimension into 0..rank-1; throws ShapeError when out of range. */
export function normalizeDim(dim: number, rank: number, operation: string): number {
  const normalized = dim < 0 ? dim + rank : dim;
  if (!Number.isInteger(dim) || normalized < 0 || normalized >= rank) {
    throw new ShapeError(
      `${operation}: dimension ${dim} does not exist in a tensor of rank ${rank}; ` +
        `use ${-rank} to ${rank - 1}`,
    );
  }
  return normalized;
}

/** Throws ShapeError unless every extent is a whole number of zero or more. */
export function checkShape(shape: Shape, operation: string): void {
  for (const extent of shape) {
    if (!Number.isInteger(extent) || extent < 0) {
      throw new ShapeError(
        `${operation}: ${formatShape(shape)} is no shape; use whole numbers of zero or more`,
      );
    }
  }
}
