/** What update rules share: the moving mean of gradients and their squares, and weight decay. */

import type { Tensor } from '../graph/tensor.js';
import { add, mul, sub } from '../ops/elementwise.js';

/** (1 - share) * mean + share * value, in an order in which each operation has the value in it. */
export function towards(mean: Tensor, value: Tensor, share: number): Tensor {
  return add(mean, mul(sub(value, mean), share));
}

/** The gradient with weight decay in it; last in the sum, so that the sum joins the kernel it comes from. */
export function withDecay(gradient: Tensor, parameter: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : add(mul(parameter, weightDecay), gradient);
}
