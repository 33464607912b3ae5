/** Trigonometric functions beyond sine, cosine and arc tangent; angles are in radians. */

import type { Tensor } from '../graph/tensor.js';
import { isinf } from './comparison.js';
import {
  abs,
  add,
  and,
  atan,
  cos,
  div,
  equal,
  less,
  mul,
  neg,
  or,
  sign,
  sin,
  sqrt,
  sub,
  type TensorLike,
  where,
} from './elementwise.js';
import { floatOperand } from './operands.js';
import { detach } from './view.js';

/** Tangent of x. */
export const tan = (x: Tensor): Tensor => div(sin(x), cos(x));

/** The angle between -pi/2 and pi/2 whose sine is x; NaN outside -1..1. */
export function asin(x: Tensor): Tensor {
  // By the half angle, whose tangent stays within -1..1. Two roots: neither cancels, and the product
  // of the two under one root would have a gradient of 0 times infinity at the ends.
  const cosine = mul(sqrt(sub(1, x)), sqrt(add(x, 1)));
  return mul(atan(div(x, add(cosine, 1))), 2);
}

/** The angle between 0 and pi whose cosine is x; NaN outside -1..1. */
export function acos(x: Tensor): Tensor {
  const negative = less(x, 0);
  const magnitude = where(negative, neg(x), x);
  const angle = mul(atan(div(sqrt(sub(1, magnitude)), sqrt(add(magnitude, 1)))), 2);
  return where(negative, sub(Math.PI, angle), angle);
}

/**
 * The angle of the point (x, y) from the positive x axis, between -pi and pi, broadcast; its gradient at 0, 0 is 0.
 *
 * Zeros have signs and infinities directions, as in C.
 *
 *     const angle = atan2(y, x);
 */
export function atan2(y: TensorLike, x: TensorLike): Tensor {
  const opposite = floatOperand('atan2', y);
  const adjacent = floatOperand('atan2', x);
  const steep = less(abs(adjacent), abs(opposite));
  const atOrigin = and(equal(opposite, 0), equal(adjacent, 0));
  const bothInfinite = and(isinf(opposite), isinf(adjacent));
  // The smaller by the larger, whose quotient neither overflows nor cancels.
  const smaller = where(steep, adjacent, opposite);
  const larger = where(steep, opposite, adjacent);
  const numerator = where(bothInfinite, sign(smaller), where(atOrigin, detach(smaller), smaller));
  const denominator = where(bothInfinite, sign(larger), where(atOrigin, 1, larger));
  const slope = atan(div(numerator, denominator));
  const halfTurn = where(isNegative(opposite), -Math.PI, Math.PI);
  return where(
    steep,
    sub(mul(halfTurn, 0.5), slope),
    where(isNegative(adjacent), add(slope, halfTurn), slope),
  );
}

/** Whether x is below zero or -0, which only its reciprocal tells from 0. */
const isNegative = (x: Tensor): Tensor =>
  or(less(x, 0), and(equal(x, 0), less(div(1, detach(x)), 0)));
