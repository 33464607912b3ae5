/** Binary cross entropy, of probabilities and of logits. */

import type { Tensor } from '../graph/tensor.js';
import { softplus } from '../ops/activations.js';
import { add, less, log, maximum, mul, neg, sub, where } from '../ops/elementwise.js';
import { detach } from '../ops/view.js';
import { checkLossOptions, checkPair, type LossOptions, reduceLosses } from './loss-reduction.js';

/** PyTorch's, which is a float32 in every precision. */
const leastDivisor = Math.fround(1e-12);

export interface BceOptions extends LossOptions {
  /** Factors of the losses, broadcast to them; the mean does not divide by their sum. */
  weight?: Tensor;
}

/**
 * -(y log p + (1 - y) log(1 - p)) of probabilities p and targets y of one shape, both 0..1.
 *
 * Logarithms are cut at -100 and the gradient's divisor p (1 - p) at 1e-12, as in PyTorch. A p outside 0..1
 * gives NaN. Throws ShapeError when shapes or dtypes differ, ValueError for an unknown option.
 *
 *     const loss = bce(sigmoid(logits), y);
 */
export function bce(input: Tensor, target: Tensor, options: BceOptions = {}): Tensor {
  checkLossOptions('bce', options, ['weight']);
  checkPair('bce', input, target);
  const lossOf = (logP: Tensor, logNotP: Tensor) =>
    neg(add(mul(target, logP), mul(sub(1, target), logNotP)));
  const atEnd = less(mul(input, sub(1, input)), leastDivisor);
  const inner = where(atEnd, 0.5, input);
  const p = detach(input);
  const cutLog = (x: Tensor) => maximum(log(x), -100);
  // At 0 and 1 the logarithm's gradient is infinite; a line with PyTorch's cut slope stands for it.
  const slope = detach(mul(sub(input, target), 1 / leastDivisor));
  const ends = add(lossOf(cutLog(p), cutLog(sub(1, p))), mul(sub(input, p), slope));
  const losses = where(atEnd, ends, lossOf(log(inner), log(sub(1, inner))));
  return reduceLosses(weighted(losses, options.weight), options.reduction);
}

export interface BceWithLogitsOptions extends BceOptions {
  /** Factors of the positive part y log p, broadcast: above 1 for rare positives. */
  posWeight?: Tensor;
}

/**
 * Binary cross entropy of p = sigmoid(input) and targets 0..1 of one shape, stable for large logits.
 *
 * Throws ShapeError when shapes or dtypes differ, ValueError for an unknown option.
 *
 *     const loss = bceWithLogits(discriminator.call(x), ones([n, 1]));
 */
export function bceWithLogits(
  input: Tensor,
  target: Tensor,
  options: BceWithLogitsOptions = {},
): Tensor {
  const { weight, posWeight, reduction } = options;
  checkLossOptions('bceWithLogits', options, ['weight', 'posWeight']);
  checkPair('bceWithLogits', input, target);
  // -log(sigmoid(x)) is softplus(-x), and -log(1 - sigmoid(x)) is x more.
  const notLogP = softplus(neg(input), { threshold: 40 });
  const factor = posWeight && add(mul(sub(posWeight, 1), target), 1);
  const losses = add(mul(sub(1, target), input), factor ? mul(factor, notLogP) : notLogP);
  return reduceLosses(weighted(losses, weight), reduction);
}

const weighted = (losses: Tensor, weight?: Tensor): Tensor =>
  weight ? mul(losses, weight) : losses;
