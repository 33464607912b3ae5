/** Arithmetic made of the elementary operations: clamp, powers, roots, interpolation between values. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { greaterEqual, isinf, lessEqual } from './comparison.js';
import {
  abs,
  add,
  div,
  equal,
  greater,
  less,
  maximum,
  mul,
  or,
  sqrt,
  sub,
  type TensorLike,
  where,
} from './elementwise.js';
import { floatOperand } from './operands.js';
import { detach } from './view.js';

export interface ClampOptions {
  /** Smaller values become this; broadcast. Default: no bound. */
  min?: TensorLike;
  /** Larger values become this, also where `min` is larger; broadcast. Default: no bound. */
  max?: TensorLike;
}

/**
 * x cut to min..max, NaN for NaN; the gradient at the bounds themselves is that of x, as PyTorch's.
 *
 * Throws ValueError without any bound or for one that is NaN, ShapeError for dtypes that differ.
 *
 *     const y = clamp(x, { min: 0, max: 1 });
 */
export function clamp(x: Tensor, { min, max }: ClampOptions): Tensor {
  if (min === undefined && max === undefined) {
    throw new ValueError('clamp: got neither min nor max; give at least one');
  }
  const above = min === undefined ? x : bounded(x, 'min', min);
  return max === undefined ? above : bounded(above, 'max', max);
}

function bounded(x: Tensor, name: 'min' | 'max', bound: TensorLike): Tensor {
  if (typeof bound === 'number') checkBound(x, name, bound);
  const [inside, outside] =
    name === 'min'
      ? [greaterEqual(x, bound), less(x, bound)]
      : [lessEqual(x, bound), greater(x, bound)];
  if (x.dtype === 'int32') return where(outside, bound, x);
  // Neither inside nor outside: x or the bound is NaN.
  return where(inside, x, where(outside, bound, Number.NaN));
}

function checkBound(x: Tensor, name: 'min' | 'max', bound: number): void {
  if (Number.isNaN(bound)) throw new ValueError(`clamp: ${name} is NaN; expected a number`);
  if (x.dtype === 'int32' && !Number.isInteger(bound)) {
    throw new ShapeError(
      `clamp: ${name} is ${bound}, but x is int32 ${formatShape(x.shape)}; ` +
        `use a whole number, or cast(x, 'float32')`,
    );
  }
}

/** 1 / x */
export const reciprocal = (x: Tensor): Tensor => div(1, x);
/** 1 / sqrt(x) */
export const rsqrt = (x: Tensor): Tensor => div(1, sqrt(x));
/** x * x */
export const square = (x: Tensor): Tensor => mul(x, x);

/**
 * start + weight (end - start), broadcast; exactly start for weight 0 and exactly end for weight 1.
 *
 *     const between = lerp(a, b, 0.5);
 */
export function lerp(start: TensorLike, end: TensorLike, weight: TensorLike): Tensor {
  const from = floatOperand('lerp', start);
  const to = floatOperand('lerp', end);
  const step = sub(to, from);
  if (typeof weight === 'number') {
    return Math.abs(weight) < 0.5 ? add(from, mul(step, weight)) : sub(to, mul(step, 1 - weight));
  }
  const nearStart = less(abs(floatOperand('lerp', weight)), 0.5);
  const part = where(nearStart, weight, sub(weight, 1));
  return add(where(nearStart, from, to), mul(step, part));
}

/** Outside these bounds a float32 leaves the range in which squares are exact to the last digits. */
const large = 2 ** 60;
const small = 2 ** -50;

/**
 * sqrt(a * a + b * b), broadcast, without overflow or underflow on the way; the gradient at 0, 0 is 0.
 *
 *     const magnitude = hypot(re, im);
 */
export function hypot(a: TensorLike, b: TensorLike): Tensor {
  const left = floatOperand('hypot', a);
  const right = floatOperand('hypot', b);
  // Powers of two scale without rounding; the result does not depend on them, so neither does its gradient.
  const longer = detach(maximum(abs(left), abs(right)));
  const choose = (forLarge: number, forSmall: number) =>
    where(greater(longer, large), forLarge, where(less(longer, small), forSmall, 1));
  const scale = choose(2 ** -66, 2 ** 100);
  const infinite = or(isinf(left), isinf(right));
  // The root has no slope at zero and none at infinity, so that it is asked at neither.
  const safe = or(infinite, equal(longer, 0));
  const total = add(square(mul(left, scale)), square(mul(right, scale)));
  const root = mul(sqrt(where(safe, 1, total)), choose(2 ** 66, 2 ** -100));
  return where(infinite, Number.POSITIVE_INFINITY, where(equal(longer, 0), 0, root));
}
