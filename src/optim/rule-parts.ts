/** What update rules share: the moving mean of gradients and their squares, its decay, and weight decay. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { checkNumber } from '../nn/options.js';
import { add, mul, sub } from '../ops/elementwise.js';

/** (1 - share) * mean + share * value, in an order in which each operation has the value in it. */
export function towards(mean: Tensor, value: Tensor, share: number): Tensor {
  return add(mean, mul(sub(value, mean), share));
}

/** The gradient with weight decay in it; last in the sum, so that the sum joins the kernel it comes from. */
export function withDecay(gradient: Tensor, parameter: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : add(mul(parameter, weightDecay), gradient);
}

/** Throws ValueError unless there are two decays, each at least 0 and less than 1. */
export function checkBetas(owner: string, betas: readonly [number, number]): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new ValueError(`${owner}: betas is ${JSON.stringify(betas)}; expected two numbers`);
  }
  checkNumber(owner, { 'betas[0]': betas[0], 'betas[1]': betas[1] }, { below: 1 });
}
