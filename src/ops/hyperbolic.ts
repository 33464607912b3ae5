/** Hyperbolic functions and their inverses, accurate near zero and up to the ends of float32. */

import type { Tensor } from '../graph/tensor.js';
import {
  add,
  div,
  exp,
  expm1,
  greater,
  less,
  log,
  log1p,
  mul,
  neg,
  sqrt,
  sub,
  where,
} from './elementwise.js';

/** Computes an odd function from its values for x of zero or more; keeps -0. */
function odd(x: Tensor, ofPositive: (magnitude: Tensor) => Tensor): Tensor {
  const negative = less(x, 0);
  // Unlike abs, this has slope 1 at zero.
  const value = ofPositive(where(negative, neg(x), x));
  return where(negative, neg(value), value);
}

/** Hyperbolic sine. */
export const sinh = (x: Tensor): Tensor =>
  odd(x, (magnitude) => {
    // exp(-x) no longer counts here, in float64 either; exp(x) may overflow before its half does.
    const large = greater(magnitude, 40);
    const half = exp(mul(magnitude, 0.5));
    const excess = expm1(where(large, 0, magnitude));
    const exact = mul(add(excess, div(excess, add(excess, 1))), 0.5);
    return where(large, mul(mul(half, 0.5), half), exact);
  });

/** Hyperbolic cosine. */
export function cosh(x: Tensor): Tensor {
  const half = sinh(mul(x, 0.5));
  return add(mul(mul(half, 2), half), 1);
}

/** Above it x * x + 1 and x * x are equal, and below it x * x does not overflow. */
const large = 2 ** 30;

/** Inverse hyperbolic sine. */
export const asinh = (x: Tensor): Tensor =>
  odd(x, (magnitude) => {
    const isLarge = greater(magnitude, large);
    const inner = where(isLarge, 1, magnitude);
    const root = sqrt(add(mul(inner, inner), 1));
    const exact = log1p(mul(inner, add(div(inner, add(root, 1)), 1)));
    return where(isLarge, add(log(where(isLarge, magnitude, 1)), Math.LN2), exact);
  });

/** Inverse hyperbolic cosine; NaN below 1. */
export function acosh(x: Tensor): Tensor {
  const isLarge = greater(x, large);
  const above = sub(where(isLarge, 2, x), 1);
  // Two roots, since the product under one is positive again below -1.
  const exact = log1p(add(above, mul(sqrt(above), sqrt(add(above, 2)))));
  return where(isLarge, add(log(where(isLarge, x, 1)), Math.LN2), exact);
}

/** Inverse hyperbolic tangent; NaN outside -1..1. */
export const atanh = (x: Tensor): Tensor => mul(sub(log1p(x), log1p(neg(x))), 0.5);
