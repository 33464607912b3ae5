/** Rounding to whole numbers, and what it leaves. */

import type { Tensor } from '../graph/tensor.js';
import { logicalXor, notEqual } from './comparison.js';
import {
  and,
  equal,
  floor,
  less,
  neg,
  remainder,
  sub,
  type TensorLike,
  where,
} from './elementwise.js';
import { floatOperand } from './operands.js';

/** The smallest whole number that is not below x; no gradient flows through it. */
export const ceil = (x: Tensor): Tensor => (x.dtype === 'int32' ? x : neg(floor(neg(x))));

/** x without its fraction, towards zero; no gradient flows through it. */
export const trunc = (x: Tensor): Tensor =>
  x.dtype === 'int32' ? x : where(less(x, 0), ceil(x), floor(x));

/** The fraction of x, with its sign: x - trunc(x). */
export const frac = (x: Tensor): Tensor => sub(x, trunc(x));

/**
 * What whole multiples of b leave of a, broadcast and exact, with the sign of a as in C; in int32 0 for b = 0.
 *
 * `remainder` has the sign of b instead.
 *
 *     const left = fmod(x, 360);
 */
export function fmod(a: TensorLike, b: TensorLike): Tensor {
  if (isInteger(a) || isInteger(b)) return integerFmod(a, b);
  const dividend = floatOperand('fmod', a);
  const negative = less(dividend, 0);
  const divisor = magnitudeOf(floatOperand('fmod', b));
  const rest = remainder(magnitudeOf(dividend), divisor);
  // A rest of zero has the sign of the dividend, which may be -0.
  const isZero = and(equal(dividend, 0), equal(rest, 0));
  return where(negative, neg(rest), where(isZero, dividend, rest));
}

const isInteger = (x: TensorLike): boolean => typeof x !== 'number' && x.dtype === 'int32';

/** |x| with slope 1 at zero. */
function magnitudeOf(x: Tensor): Tensor {
  return where(less(x, 0), neg(x), x);
}

function integerFmod(a: TensorLike, b: TensorLike): Tensor {
  const rest = remainder(a, b);
  const crosses = and(notEqual(rest, 0), logicalXor(less(a, 0), less(b, 0)));
  return where(crosses, sub(rest, b), rest);
}
