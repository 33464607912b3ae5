/** Comparisons and tests beyond less and equal, all with bool results. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { fill } from './creation.js';
import {
  abs,
  add,
  and,
  cast,
  equal,
  greater,
  less,
  mul,
  not,
  or,
  sub,
  type TensorLike,
} from './elementwise.js';

/** a != b as bool; NaN differs from everything. */
export const notEqual = (a: TensorLike, b: TensorLike): Tensor => not(equal(a, b));
/** a <= b as bool. */
export const lessEqual = (a: TensorLike, b: TensorLike): Tensor => or(less(a, b), equal(a, b));
/** a >= b as bool. */
export const greaterEqual = (a: TensorLike, b: TensorLike): Tensor =>
  or(greater(a, b), equal(a, b));

/** True where exactly one of a and b, of any dtypes, is other than 0. */
export const logicalXor = (a: TensorLike, b: TensorLike): Tensor => notEqual(truth(a), truth(b));

const truth = (x: TensorLike): TensorLike =>
  typeof x === 'number' ? Number(x !== 0) : cast(x, 'bool');

/** True where x is NaN (named as in PyTorch). */
export const isnan = (x: Tensor): Tensor => notEqual(x, x);

/** True where x is plus or minus infinity (named as in PyTorch). */
export const isinf = (x: Tensor): Tensor =>
  x.dtype === 'float32' ? equal(abs(x), Number.POSITIVE_INFINITY) : fill(0, x.shape, 'bool');

export interface IsCloseOptions {
  /** The part of |b| by which a may differ. Default: 1e-5. */
  rtol?: number;
  /** By how much a may differ besides. Default: 1e-8. */
  atol?: number;
  /** Count two NaN as close. Default: false. */
  equalNan?: boolean;
}

/**
 * True where |a - b| <= atol + rtol |b|, broadcast; infinities are close to themselves only.
 *
 * Throws ValueError unless rtol and atol are 0 or more.
 *
 *     const same = all(isclose(a, b, { rtol: 1e-3 }));
 */
export function isclose(
  a: Tensor,
  b: Tensor,
  { rtol = 1e-5, atol = 1e-8, equalNan = false }: IsCloseOptions = {},
): Tensor {
  if (!(rtol >= 0 && atol >= 0)) {
    throw new ValueError(
      `isclose: rtol is ${rtol} and atol is ${atol}; expected numbers of 0 or more`,
    );
  }
  const same = equalNan ? or(equal(a, b), and(isnan(a), isnan(b))) : equal(a, b);
  const expected = cast(b, 'float32');
  const error = abs(sub(cast(a, 'float32'), expected));
  const allowed = add(mul(abs(expected), rtol), atol);
  const finite = less(error, Number.POSITIVE_INFINITY);
  return or(same, and(finite, lessEqual(error, allowed)));
}
