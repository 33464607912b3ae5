/** The evidence lower bound of Kingma and Welling, "Auto-Encoding Variational Bayes" (2014), in its two terms: what the code does not tell of a picture, and what the code costs. */

import type { Tensor } from '../../graph/tensor.js';
import { bceWithLogits, mse } from '../../nn/index.js';
import { add, exp, mul, square, sub, sum } from '../../ops/index.js';

/** Normal distributions of codes, [N, latent] both. */
export interface CodeDistribution {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
}

/**
 * The divergence of codes from the standard normal distribution in closed form, in nats: the sum over a code,
 * the mean over the codes.
 *
 *     const kl = gaussianKl({ mean, logVariance }); // 0 for zeros and zeros
 */
export function gaussianKl({ mean, logVariance }: CodeDistribution): Tensor {
  const terms = sub(sub(add(logVariance, 1), square(mean)), exp(logVariance));
  return mul(sum(terms), -0.5 / mean.shape[0]);
}

/**
 * -log p(pictures) when every pixel is ink with the probability sigmoid(logit), in nats: the sum over a picture
 * [C, H, W], the mean over the pictures. Pixels 0..1 are taken for probabilities themselves.
 */
export const bernoulliCost = (logits: Tensor, pictures: Tensor): Tensor =>
  mul(bceWithLogits(logits, pictures, { reduction: 'sum' }), 1 / pictures.shape[0]);

/**
 * -log p(pictures) when pixels scatter normally around `means`, in nats: the sum over a picture [C, H, W], the
 * mean over the pictures. It is a density's, and may be negative. `logVariance` is [1].
 */
export function gaussianCost(means: Tensor, pictures: Tensor, logVariance: Tensor): Tensor {
  const pixels = pictures.size / pictures.shape[0];
  const error = mse(means, pictures);
  const each = add(add(mul(error, exp(mul(logVariance, -1))), logVariance), Math.log(2 * Math.PI));
  return mul(sum(each), 0.5 * pixels);
}
