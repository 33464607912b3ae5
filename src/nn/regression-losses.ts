/** Losses of predicted numbers: mean squared, absolute, smooth absolute and Huber's. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { abs, less, mul, sub, where } from '../ops/elementwise.js';
import { checkLossOptions, checkPair, type LossOptions, reduceLosses } from './loss-reduction.js';
import { checkNumber } from './options.js';

/**
 * (input - target)^2 of two tensors of one shape.
 *
 * Throws ShapeError when shapes or dtypes differ, ValueError for an unknown option.
 *
 *     const loss = mse(model.call(x), y);
 */
export function mse(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkLossOptions('mse', options);
  checkPair('mse', input, target);
  const difference = sub(input, target);
  return reduceLosses(mul(difference, difference), options.reduction);
}

/**
 * |input - target| of two tensors of one shape; the gradient where they are equal is 0.
 *
 * Throws ShapeError when shapes or dtypes differ, ValueError for an unknown option.
 *
 *     const loss = l1(decoder.call(z), image);
 */
export function l1(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkLossOptions('l1', options);
  checkPair('l1', input, target);
  return reduceLosses(abs(sub(input, target)), options.reduction);
}

export interface SmoothL1Options extends LossOptions {
  /** Where the square passes into the line; with 0 it is `l1`. Default: 1. */
  beta?: number;
}

/**
 * With d = |input - target|: d^2 / (2 beta) below beta, else d - beta / 2 (arXiv:1504.08083).
 *
 * Throws ShapeError when shapes or dtypes differ, ValueError for an unknown or negative option.
 *
 *     const loss = smoothL1(boxes, truth, { beta: 1 / 9 });
 */
export function smoothL1(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  const { beta = 1, reduction } = options;
  checkLossOptions('smoothL1', options, ['beta']);
  checkNumber('smoothL1', { beta });
  if (beta === 0) return l1(input, target, { reduction });
  checkPair('smoothL1', input, target);
  return reduceLosses(mul(squareThenLine(sub(input, target), beta), 1 / beta), reduction);
}

export interface HuberOptions extends LossOptions {
  /** Where the square passes into the line; above 0. Default: 1. */
  delta?: number;
}

/**
 * With d = |input - target|: d^2 / 2 up to delta, else delta (d - delta / 2).
 *
 * Throws ShapeError when shapes or dtypes differ, ValueError for an unknown option or delta <= 0.
 *
 *     const loss = huber(model.call(x), y, { delta: 0.5 });
 */
export function huber(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1, reduction } = options;
  checkLossOptions('huber', options, ['delta']);
  checkNumber('huber', { delta });
  if (delta === 0) throw new ValueError('huber: delta is 0; expected a number above 0');
  checkPair('huber', input, target);
  return reduceLosses(squareThenLine(sub(input, target), delta), reduction);
}

function squareThenLine(difference: Tensor, bend: number): Tensor {
  const distance = abs(difference);
  const near = less(distance, bend);
  // Where the line is chosen, the square must not overflow: its gradient there is 0 times infinity.
  const squared = where(near, difference, 0);
  return where(near, mul(mul(squared, squared), 0.5), mul(sub(distance, bend / 2), bend));
}
