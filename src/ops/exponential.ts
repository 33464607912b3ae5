/** Exponentials and logarithms to other bases, and the logarithm of a sum of two exponentials. */

import type { Tensor } from '../graph/tensor.js';
import { isinf } from './comparison.js';
import {
  add,
  and,
  equal,
  exp,
  less,
  log,
  log1p,
  mul,
  pow,
  sub,
  type TensorLike,
  where,
} from './elementwise.js';
import { floatOperand } from './operands.js';

/** 2 to the power x. */
export const exp2 = (x: Tensor): Tensor => pow(2, x);
/** Logarithm to base 2. */
export const log2 = (x: Tensor): Tensor => mul(log(x), Math.LOG2E);
/** Logarithm to base 10. */
export const log10 = (x: Tensor): Tensor => mul(log(x), Math.LOG10E);

/** log(exp(a) + exp(b)), broadcast; stable for large values. */
export function logAddExp(a: TensorLike, b: TensorLike): Tensor {
  const left = floatOperand('logAddExp', a);
  const right = floatOperand('logAddExp', b);
  // Chosen instead of maximum and abs, which have no second derivative where a equals b.
  const second = less(left, right);
  const upper = where(second, right, left);
  const lower = where(second, left, right);
  // The difference of two equal infinities is NaN.
  const infinite = and(equal(upper, lower), isinf(upper));
  const difference = sub(where(infinite, 0, lower), where(infinite, 0, upper));
  return where(infinite, upper, add(upper, log1p(exp(difference))));
}
