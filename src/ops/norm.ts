/** Vector norms, and vectors scaled to norm 1. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { abs, cast, div, equal, less, mul, pow, sqrt, where } from './elementwise.js';
import { requireFloat } from './operands.js';
import {
  countNonzero,
  type Dims,
  dimsOf,
  max,
  min,
  type ReductionOptions,
  requireElements,
  sum,
} from './reduction.js';

export interface NormOptions extends ReductionOptions {
  /** The order: 2 for length, 1 for the sum of magnitudes, Infinity for the largest, 0 for the number of non-zeros. Default: 2. */
  p?: number;
}

/**
 * The p-norm, sum(|x| ** p) ** (1 / p), over `dims`, by default all; its gradient at zero is zero.
 *
 * Throws ValueError for p = NaN, ShapeError for dtypes other than float32, and when there is nothing to
 * reduce and p is infinite or negative.
 *
 *     const lengths = norm(vectors, -1);
 */
export function norm(x: Tensor, dims?: Dims, { p = 2, keepDims }: NormOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'norm');
  requireFloat('norm', x);
  checkOrder('norm', p);
  if (p < 0 || p === Number.POSITIVE_INFINITY) requireElements(x, over, `norm with p = ${p}`);
  if (p === 0) return cast(countNonzero(x, over, { keepDims }), 'float32');
  if (p === 1) return sum(abs(x), over, { keepDims });
  if (p === Number.POSITIVE_INFINITY) return max(abs(x), over, { keepDims });
  if (p === Number.NEGATIVE_INFINITY) return min(abs(x), over, { keepDims });
  const powers = p === 2 ? mul(x, x) : powerOfMagnitude(abs(x), p);
  return powerOfMagnitude(sum(powers, over, { keepDims }), 1 / p);
}

/** Throws ValueError unless p is a number. */
export function checkOrder(operation: string, p: number): void {
  if (!Number.isNaN(p)) return;
  throw new ValueError(
    `${operation}: p is NaN; expected a number such as 1, 2 or Number.POSITIVE_INFINITY`,
  );
}

/** A power of numbers of zero or more, with gradient 0 at 0, where a root has none. */
export function powerOfMagnitude(magnitude: Tensor, p: number): Tensor {
  const nothing = equal(magnitude, 0);
  const safe = where(nothing, 1, magnitude);
  const power = p === 0.5 ? sqrt(safe) : pow(safe, p);
  return where(nothing, p < 0 ? Number.POSITIVE_INFINITY : 0, power);
}

export interface NormalizeOptions {
  /** The order of the norm. Default: 2. */
  p?: number;
  /** Along which vectors lie. Default: 1. */
  dim?: number;
  /** Smaller norms count as this, so that nothing is divided by 0. Default: 1e-12. */
  eps?: number;
}

/**
 * x divided by its norm along `dim`.
 *
 * Throws ShapeError for dtypes other than float32, and for a dimension that x has not.
 *
 *     const directions = normalize(features, { dim: -1 });
 */
export function normalize(
  x: Tensor,
  { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {},
): Tensor {
  requireFloat('normalize', x);
  checkOrder('normalize', p);
  const length = norm(x, dimsOf(x, dim, 'normalize'), { p, keepDims: true });
  return div(x, where(less(length, eps), eps, length));
}
