/** Power-mean pooling: the Lp norm over windows. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { pairOf } from './conv-2d.js';
import { div, equal, exp, log, mul, sqrt, where } from './elementwise.js';
import { avgPool2d } from './pooling.js';

export interface LpPoolOptions {
  kernelSize: number | readonly [number, number];
  /** Defaults to the kernel size. */
  stride?: number | readonly [number, number];
  /** Also take windows that reach over the end; they count as if they were full. Default: false. */
  ceilMode?: boolean;
  /** The power p of the norm, above 0. Default: 2. */
  normType?: number;
}

/**
 * (sum of x ** p) ** (1 / p) over windows of x [N, C, H, W] -> [N, C, OH, OW], p being `normType`.
 *
 * As in PyTorch the sign is kept: an odd p gives NaN where the sum is negative. The gradient of a
 * window of zeros is zero. Throws ValueError for a power of zero or less.
 *
 *     const y = lpPool2d(x, { normType: 2, kernelSize: 3 });
 */
export function lpPool2d(x: Tensor, options: LpPoolOptions): Tensor {
  const { normType = 2, kernelSize, stride, ceilMode } = options;
  checkNormType('lpPool2d', normType);
  const kernel = pairOf(kernelSize, 'kernelSize');
  const powers = avgPool2d(power(x, normType), { kernelSize, stride, ceilMode });
  const total = mul(powers, kernel[0] * kernel[1]);
  if (normType === 1) return total;
  // The root has no slope at zero, so that it is not asked there.
  const nothing = equal(total, 0);
  const safe = where(nothing, 1, total);
  const root = normType === 2 ? sqrt(safe) : exp(div(log(safe), normType));
  return where(nothing, 0, root);
}

/** Throws ValueError unless the power is a finite number above 0. */
export function checkNormType(owner: string, normType: number): void {
  if (Number.isFinite(normType) && normType > 0) return;
  throw new ValueError(`${owner}: normType is ${normType}; expected a finite number above 0`);
}

function power(x: Tensor, exponent: number): Tensor {
  if (!Number.isInteger(exponent) || exponent > 64) {
    // Zero has no logarithm; its power is zero.
    const nothing = equal(x, 0);
    return where(nothing, 0, exp(mul(log(where(nothing, 1, x)), exponent)));
  }
  if (exponent === 1) return x;
  const half = power(x, Math.floor(exponent / 2));
  return exponent % 2 === 0 ? mul(half, half) : mul(mul(half, half), x);
}
