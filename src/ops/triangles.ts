/** Matrices and their diagonals: triangles, the identity, reading diagonals and building from them. */

import type { DType } from '../graph/dtype.js';
import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, normalizeDim, type Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { movedim } from './dims.js';
import { cast, equal, iota, less, sub, where } from './elementwise.js';
import { pad } from './pad.js';
import { sum } from './reduction.js';
import { reshape, slice } from './view.js';

/**
 * x [..., M, N] with 0 above the diagonal: 0 is the main one, positive ones lie above it.
 *
 * Throws ShapeError for less than two dimensions, ValueError when `diagonal` is no whole number.
 *
 *     const causal = tril(ones([8, 8]));
 */
export function tril(x: Tensor, diagonal = 0): Tensor {
  const beyond = columnLessRow('tril', x.shape, diagonal);
  return where(less(beyond, diagonal + 1), x, 0);
}

/**
 * x [..., M, N] with 0 below the diagonal: 0 is the main one, positive ones lie above it.
 *
 * Throws ShapeError for less than two dimensions, ValueError when `diagonal` is no whole number.
 *
 *     const future = triu(ones([8, 8]), 1);
 */
export function triu(x: Tensor, diagonal = 0): Tensor {
  const beyond = columnLessRow('triu', x.shape, diagonal);
  return where(less(beyond, diagonal), 0, x);
}

export interface EyeOptions {
  /** Default: as many as rows. */
  columns?: number;
  /** The diagonal that holds ones: positive ones lie above the main one. Default: 0. */
  diagonal?: number;
  /** Default: float32. */
  dtype?: DType;
}

/**
 * The identity matrix: [n, columns] with ones on a diagonal and zeros elsewhere.
 *
 * Throws ValueError when a number is not whole or a count is negative.
 *
 *     const identity = eye(3);
 */
export function eye(
  n: number,
  { columns = n, diagonal = 0, dtype = 'float32' }: EyeOptions = {},
): Tensor {
  if (![n, columns].every((count) => Number.isInteger(count) && count >= 0)) {
    throw new ValueError(`eye: ${n} by ${columns}; expected whole numbers of 0 or more`);
  }
  return cast(equal(columnLessRow('eye', [n, columns], diagonal), diagonal), dtype);
}

/** int32 of `shape`: how far to the right of the main diagonal each element stands. */
function columnLessRow(operation: string, shape: Shape, diagonal: number): Tensor {
  const rank = shape.length;
  if (rank < 2) {
    throw new ShapeError(
      `${operation}: expected [..., M, N], got ${formatShape(shape)}; add a dimension with unsqueeze()`,
    );
  }
  requireWhole(operation, diagonal);
  return sub(iota(shape, rank - 1), iota(shape, rank - 2));
}

function requireWhole(operation: string, diagonal: number): void {
  if (Number.isInteger(diagonal)) return;
  throw new ValueError(`${operation}: the diagonal is ${diagonal}; expected a whole number`);
}

export interface DiagonalOptions {
  /** 0 is the main diagonal, positive ones lie above it. Default: 0. */
  offset?: number;
  /** The dimension of rows. Default: 0, or -2 for `diagEmbed`. */
  dim1?: number;
  /** The dimension of columns. Default: 1, or -1 for `diagEmbed`. */
  dim2?: number;
}

/**
 * A diagonal of dimensions `dim1` and `dim2`, which go; it becomes the last dimension.
 *
 * Throws ShapeError when the two are one or do not exist, ValueError when `offset` is no whole number.
 *
 *     const variances = diagonal(covariances, { dim1: -2, dim2: -1 });
 */
export function diagonal(
  x: Tensor,
  { offset = 0, dim1 = 0, dim2 = 1 }: DiagonalOptions = {},
): Tensor {
  requireWhole('diagonal', offset);
  const matrices = movedim(x, twoDims('diagonal', x.rank, [dim1, dim2]), [-2, -1]);
  const leading = matrices.shape.slice(0, -2);
  const [rows, columns] = matrices.shape.slice(-2);
  const [top, left] = [Math.max(-offset, 0), Math.max(offset, 0)];
  const length = Math.max(Math.min(rows - top, columns - left), 0);
  const [first, second] = length === 0 ? [0, 0] : [top, left];
  const zeros = leading.map(() => 0);
  const square = slice(matrices, {
    start: [...zeros, first, second],
    end: [...leading, first + length, second + length],
  });
  // In a row of all elements, those of the diagonal stand one more than a row apart.
  const flat = reshape(square, [...leading, length * length]);
  return slice(flat, { step: [...leading.map(() => 1), length + 1] });
}

function twoDims(operation: string, rank: number, dims: readonly [number, number]): number[] {
  const [first, second] = dims.map((dim) => normalizeDim(dim, rank, operation));
  if (first !== second) return [first, second];
  throw new ShapeError(
    `${operation}: dim1 and dim2 are both ${first}; a diagonal needs two dimensions`,
  );
}

/**
 * x [..., N] on a diagonal of matrices of zeros, whose dimensions are `dim1` and `dim2` of the result.
 *
 * Throws ShapeError for a number and when the two dimensions are one or do not exist, ValueError when
 * `offset` is no whole number.
 *
 *     const scalings = diagEmbed(factors); // [B, N] -> [B, N, N]
 */
export function diagEmbed(
  x: Tensor,
  { offset = 0, dim1 = -2, dim2 = -1 }: DiagonalOptions = {},
): Tensor {
  if (x.rank === 0) {
    throw new ShapeError('diagEmbed: a number has no diagonal; make it a vector with reshape()');
  }
  requireWhole('diagEmbed', offset);
  const dims = twoDims('diagEmbed', x.rank + 1, [dim1, dim2]);
  const leading = x.shape.slice(0, -1);
  const length = x.shape[x.rank - 1];
  const zeros = leading.map(() => 0);
  // With a row's length of zeros between two elements, they stand on the diagonal of a square.
  const flat = pad(x, {
    low: x.shape.map(() => 0),
    high: x.shape.map(() => 0),
    interior: [...zeros, length],
  });
  const square = reshape(flat, [...leading, length, length]);
  const [below, right] = [Math.max(-offset, 0), Math.max(offset, 0)];
  const matrices = pad(square, { low: [...zeros, below, right], high: [...zeros, right, below] });
  return movedim(matrices, [-2, -1], dims);
}

/**
 * The diagonal of a matrix, or the matrix with the vector x on a diagonal.
 *
 * Throws ShapeError for other ranks, ValueError when `offset` is no whole number.
 *
 *     const matrix = diag(tensor([1, 2, 3], [3]));
 */
export function diag(x: Tensor, offset = 0): Tensor {
  if (x.rank === 1) return diagEmbed(x, { offset });
  if (x.rank === 2) return diagonal(x, { offset });
  throw new ShapeError(
    `diag: expected a vector or a matrix, got ${formatShape(x.shape)}; use diagEmbed() or diagonal()`,
  );
}

/**
 * The sum of a matrix's main diagonal.
 *
 * Throws ShapeError for other ranks.
 *
 *     const total = trace(covariance);
 */
export function trace(x: Tensor): Tensor {
  if (x.rank === 2) return sum(diagonal(x));
  throw new ShapeError(
    `trace: expected a matrix, got ${formatShape(x.shape)}; sum a diagonal() of other tensors`,
  );
}
