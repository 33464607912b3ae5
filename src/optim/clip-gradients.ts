/** Gradient clipping, by value and by the norm of all gradients together, as part of the graph. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { checkNumber, checkOptionNames } from '../nn/options.js';
import { abs, add, div, exp, log, maximum, minimum, mul, sqrt } from '../ops/elementwise.js';
import { max, sum } from '../ops/reduction.js';

export interface ClipNormOptions {
  /** The p of the p-norm, greater than 0; `Infinity` is the largest magnitude. Default: 2. */
  normType?: number;
}

export interface ClippedGradients {
  /** The gradients, scaled down together where their norm was too large. */
  readonly grads: Tensor[];
  /** The norm before clipping, a scalar. */
  readonly totalNorm: Tensor;
}

/**
 * Every element of the gradients limited to [-clipValue, clipValue]; NaN stays NaN.
 *
 * Throws ValueError when `clipValue` is negative or no number.
 *
 *     optimizer.step(clipGradValue(grad(loss, optimizer.parameters), 0.5));
 */
export function clipGradValue(grads: readonly Tensor[], clipValue: number): Tensor[] {
  checkNumber('clipGradValue', { clipValue });
  return grads.map((gradient) => minimum(maximum(gradient, -clipValue), clipValue));
}

/**
 * The gradients, scaled by maxNorm / (totalNorm + 1e-6) where that is less than 1 (Pascanu, Mikolov
 * and Bengio 2013); the norm is that of all elements of all gradients together.
 *
 * Throws ValueError when there is no gradient, or a number is out of range.
 *
 *     const { grads, totalNorm } = clipGradNorm(grad(loss, optimizer.parameters), 1);
 *     optimizer.step(grads);
 */
export function clipGradNorm(
  grads: readonly Tensor[],
  maxNorm: number,
  options: ClipNormOptions = {},
): ClippedGradients {
  checkOptionNames('clipGradNorm', options, ['normType']);
  checkNumber('clipGradNorm', { maxNorm });
  if (grads.length === 0) {
    throw new ValueError('clipGradNorm: got no gradients; pass grad(loss, optimizer.parameters)');
  }
  const totalNorm = normOf(grads, options.normType ?? 2);
  const factor = minimum(div(maxNorm, add(totalNorm, 1e-6)), 1);
  return { grads: grads.map((gradient) => mul(gradient, factor)), totalNorm };
}

function normOf(grads: readonly Tensor[], normType: number): Tensor {
  const all = (reduce: (gradient: Tensor) => Tensor, join: (a: Tensor, b: Tensor) => Tensor) =>
    grads.map(reduce).reduce(join);
  if (normType === Number.POSITIVE_INFINITY) return all((g) => max(abs(g)), maximum);
  checkNumber('clipGradNorm', { normType }, { least: Number.MIN_VALUE });
  if (normType === 1) return all((g) => sum(abs(g)), add);
  if (normType === 2) return sqrt(all((g) => sum(mul(g, g)), add));
  const total = all((g) => sum(exp(mul(log(abs(g)), normType))), add);
  return exp(div(log(total), normType));
}
