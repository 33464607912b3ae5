/** Quantiles of the standard normal distribution: where a share of its draws lies below. */

import { ValueError } from '../../graph/errors.js';

// Rational approximations, relative error below 1.2e-9 (P. J. Acklam, "An algorithm for computing the inverse
// normal cumulative distribution function", 2003): of the middle, and of the tails.
const middle = {
  above: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ],
  below: [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972,
    -13.28068155288572, 1,
  ],
};
const tail = {
  above: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
    4.374664141464968, 2.938163982698783,
  ],
  below: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};
const TAIL = 0.02425;

/**
 * The number that a share `p` of draws from the standard normal distribution lies below.
 *
 * Throws ValueError unless 0 < p < 1.
 *
 *     normalQuantile(0.975); // 1.96
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) {
    throw new ValueError(`normalQuantile: p is ${p}; expected a share between 0 and 1`);
  }
  if (p > 1 - TAIL) return -normalQuantile(1 - p);
  if (p < TAIL) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(tail.above, q) / polynomial(tail.below, q);
  }
  const q = p - 0.5;
  return (q * polynomial(middle.above, q * q)) / polynomial(middle.below, q * q);
}

/** `count` numbers that cut the standard normal distribution evenly: the middles of equally likely parts. */
export const normalQuantiles = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count));

/** Coefficients from the highest power down. */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
