/** Variance and standard deviation over dimensions. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { equal, mul, sqrt, where } from './elementwise.js';
import { moments } from './normalization.js';
import { requireFloat } from './operands.js';
import { type Dims, dimsOf, type ReductionOptions, requireElements, sum } from './reduction.js';

export interface VarianceOptions extends ReductionOptions {
  /** Taken from the number of elements before the squares are divided by it. Default: 1. */
  correction?: number;
}

/**
 * The mean squared distance from the mean over `dims`, by default all; exact also far from zero.
 *
 * Throws ShapeError when there are no more elements than `correction`.
 *
 *     const spread = variance(x, [0, 2, 3], { correction: 0 });
 */
export const variance = (x: Tensor, dims?: Dims, options: VarianceOptions = {}): Tensor =>
  centralMoment('variance', x, dims, options);

/**
 * The square root of `variance`; its gradient is 0 where all elements are equal.
 *
 * Throws ShapeError when there are no more elements than `correction`.
 *
 *     const normalized = div(sub(x, mean(x, 0)), std(x, 0));
 */
export function std(x: Tensor, dims?: Dims, options: VarianceOptions = {}): Tensor {
  const squared = centralMoment('std', x, dims, options);
  const nothing = equal(squared, 0);
  return where(nothing, 0, sqrt(where(nothing, 1, squared)));
}

function centralMoment(
  operation: string,
  x: Tensor,
  dims: Dims | undefined,
  { correction = 1, keepDims }: VarianceOptions,
): Tensor {
  const over = dimsOf(x, dims, operation);
  requireFloat(operation, x);
  requireElements(x, over, operation);
  if (!Number.isFinite(correction)) {
    throw new ValueError(`${operation}: correction is ${correction}; expected a finite number`);
  }
  const count = over.reduce((product, dim) => product * x.shape[dim], 1);
  if (count <= correction) {
    throw new ShapeError(
      `${operation}: ${formatShape(x.shape)} has ${count} element${count === 1 ? '' : 's'} over ` +
        `[${over}], of which correction ${correction} leaves none; use { correction: 0 }`,
    );
  }
  const { variance: biased } = moments(x, over);
  // Only drops the dimensions of extent 1 that moments keeps.
  const kept = sum(biased, keepDims ? [] : over);
  return correction === 0 ? kept : mul(kept, count / (count - correction));
}
