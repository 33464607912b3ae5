/** Activation functions beyond relu, sigmoid and tanh, as PyTorch defines them. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import {
  abs,
  add,
  div,
  equal,
  erf,
  exp,
  expm1,
  greater,
  less,
  log1p,
  mul,
  or,
  sigmoid,
  tanh,
  where,
} from './elementwise.js';
import { requireFloat } from './operands.js';
import { reshape } from './view.js';

function requireFinite(operation: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isFinite(value)) continue;
    throw new ValueError(`${operation}: ${name} is ${value}; expected a finite number`);
  }
}

export interface LeakyReluOptions {
  /** The slope below 0. Default: 0.01. */
  negativeSlope?: number;
}

/**
 * x above 0, else `negativeSlope` times x, of every element; the gradient at 0 is the slope.
 *
 *     const y = leakyRelu(x, { negativeSlope: 0.2 });
 */
export function leakyRelu(x: Tensor, { negativeSlope = 0.01 }: LeakyReluOptions = {}): Tensor {
  requireFloat('leakyRelu', x);
  requireFinite('leakyRelu', { negativeSlope });
  return where(greater(x, 0), x, mul(x, negativeSlope));
}

/**
 * leakyRelu with the learned slopes `weight`: one for all, or one per channel (dimension 1) of x [N, C, ...].
 *
 * Throws ShapeError when `weight` is neither [1] nor [C] (He et al. 2015, arXiv:1502.01852).
 *
 *     const y = prelu(x, weight);
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  requireFloat('prelu', x);
  requireFloat('prelu', weight);
  const channels = x.rank < 2 ? 1 : x.shape[1];
  if (weight.rank !== 1 || (weight.shape[0] !== 1 && weight.shape[0] !== channels)) {
    throw new ShapeError(
      `prelu: expected slopes [1] or [${channels}], one per channel of ${formatShape(x.shape)}, ` +
        `got ${formatShape(weight.shape)}`,
    );
  }
  const perChannel = x.shape.map((_, dim) => (dim === 1 ? weight.shape[0] : 1));
  return where(greater(x, 0), x, mul(x, reshape(weight, perChannel)));
}

export interface EluOptions {
  /** Minus the value for very negative x. Default: 1. */
  alpha?: number;
}

/**
 * x above 0, else alpha (exp(x) - 1), of every element (Clevert et al. 2015, arXiv:1511.07289).
 *
 *     const y = elu(x, { alpha: 0.5 });
 */
export function elu(x: Tensor, { alpha = 1 }: EluOptions = {}): Tensor {
  requireFloat('elu', x);
  requireFinite('elu', { alpha });
  const positive = greater(x, 0);
  // Where x is chosen, exp(x) must not overflow: its gradient there is 0 times infinity.
  return where(positive, x, mul(expm1(where(positive, 0, x)), alpha));
}

const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/**
 * elu with the two constants that keep mean 0 and variance 1 (Klambauer et al. 2017, arXiv:1706.02515).
 *
 *     const y = selu(x);
 */
export function selu(x: Tensor): Tensor {
  requireFloat('selu', x);
  return mul(elu(x, { alpha: seluAlpha }), seluScale);
}

export interface GeluOptions {
  /** 'none' for the exact function by erf, 'tanh' for the approximation. Default: 'none'. */
  approximate?: 'none' | 'tanh';
}

/**
 * x times the normal distribution function of x (Hendrycks and Gimpel 2016, arXiv:1606.08415).
 *
 * Throws ValueError when `approximate` is neither 'none' nor 'tanh'.
 *
 *     const y = gelu(x, { approximate: 'tanh' });
 */
export function gelu(x: Tensor, { approximate = 'none' }: GeluOptions = {}): Tensor {
  requireFloat('gelu', x);
  if (approximate === 'none') return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
  if (approximate === 'tanh') {
    const cubic = add(x, mul(mul(mul(x, x), x), 0.044715));
    return mul(mul(x, 0.5), add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1));
  }
  throw new ValueError(`gelu: approximate is "${approximate}"; expected 'none' or 'tanh'`);
}

/**
 * x times sigmoid(x), of every element; also called swish (arXiv:1702.03118).
 *
 *     const y = silu(x);
 */
export function silu(x: Tensor): Tensor {
  requireFloat('silu', x);
  return mul(x, sigmoid(x));
}

export interface SoftplusOptions {
  /** The larger, the sharper the bend at 0; not 0. Default: 1. */
  beta?: number;
  /** Where beta x is above it, the result is x itself. Default: 20. */
  threshold?: number;
}

/**
 * log(1 + exp(beta x)) / beta of every element, and x itself where beta x > threshold.
 *
 * Throws ValueError when beta is 0 or a number is not finite.
 *
 *     const y = softplus(x, { beta: 2 });
 */
export function softplus(x: Tensor, { beta = 1, threshold = 20 }: SoftplusOptions = {}): Tensor {
  requireFloat('softplus', x);
  requireFinite('softplus', { beta, threshold });
  if (beta === 0) throw new ValueError('softplus: beta is 0; expected another number');
  const scaled = beta === 1 ? x : mul(x, beta);
  // Above 40, even float64 cannot tell log(1 + exp(t)) from t, and exp might overflow.
  const linear = greater(scaled, Math.min(threshold, 40));
  const bent = log1p(exp(where(linear, 0, scaled)));
  return where(linear, x, beta === 1 ? bent : div(bent, beta));
}

/**
 * x / (1 + |x|) of every element.
 *
 *     const y = softsign(x);
 */
export function softsign(x: Tensor): Tensor {
  requireFloat('softsign', x);
  return div(x, add(abs(x), 1));
}

export interface HardtanhOptions {
  /** Default: -1. */
  minVal?: number;
  /** Above `minVal`. Default: 1. */
  maxVal?: number;
}

/**
 * x cut to minVal..maxVal, NaN for NaN; no gradient at the two ends and outside.
 *
 * Throws ValueError unless minVal < maxVal.
 *
 *     const y = hardtanh(x, { minVal: 0, maxVal: 255 });
 */
export function hardtanh(x: Tensor, { minVal = -1, maxVal = 1 }: HardtanhOptions = {}): Tensor {
  requireFloat('hardtanh', x);
  requireFinite('hardtanh', { minVal, maxVal });
  if (minVal >= maxVal) {
    throw new ValueError(`hardtanh: minVal ${minVal} is not below maxVal ${maxVal}`);
  }
  // Compared so that NaN goes through both.
  const below = or(less(x, minVal), equal(x, minVal));
  const above = or(greater(x, maxVal), equal(x, maxVal));
  return where(below, minVal, where(above, maxVal, x));
}

/**
 * x cut to 0..6, of every element.
 *
 *     const y = relu6(x);
 */
export function relu6(x: Tensor): Tensor {
  requireFloat('relu6', x);
  return hardtanh(x, { minVal: 0, maxVal: 6 });
}

/**
 * x / 6 + 1 / 2 cut to 0..1, of every element.
 *
 *     const y = hardsigmoid(x);
 */
export function hardsigmoid(x: Tensor): Tensor {
  requireFloat('hardsigmoid', x);
  return div(add(hardtanh(x, { minVal: -3, maxVal: 3 }), 3), 6);
}

/**
 * x times hardsigmoid(x), of every element; the gradient is -1/2 at -3 and 1 at 3 (arXiv:1905.02244).
 *
 *     const y = hardswish(x);
 */
export function hardswish(x: Tensor): Tensor {
  requireFloat('hardswish', x);
  const below = less(x, -3);
  const above = or(greater(x, 3), equal(x, 3));
  const inner = where(or(below, above), 0, x);
  // Minus infinity times 0 is NaN, as in PyTorch.
  return where(below, mul(x, 0), where(above, x, div(mul(inner, add(inner, 3)), 6)));
}

/**
 * x times tanh(softplus(x)), of every element (Misra 2019, arXiv:1908.08681).
 *
 *     const y = mish(x);
 */
export function mish(x: Tensor): Tensor {
  requireFloat('mish', x);
  return mul(x, tanh(softplus(x)));
}
