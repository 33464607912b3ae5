/** VariationalModel: an autoencoder whose codes are distributions, learned by the evidence lower bound, after Kingma and Welling, "Auto-Encoding Variational Bayes" (2014). */

import type { Tensor } from '../../graph/tensor.js';
import { NoiseSource } from '../../nn/noise-source.js';
import { checkNumber, checkOptionNames } from '../../nn/options.js';
import { Parameter } from '../../nn/parameter.js';
import { nextMaskStream } from '../../nn/seed.js';
import { concatenate } from '../../ops/concatenate.js';
import { add, exp, mul, sigmoid } from '../../ops/elementwise.js';
import { sum } from '../../ops/reduction.js';
import {
  bernoulliCost,
  type CodeDistribution,
  gaussianCost,
  gaussianKl,
} from '../../train/autoencoders/elbo.js';
import type { Objective, ObjectiveOptions } from '../../train/autoencoders/objective.js';
import { LatentModel, type LatentModelOptions, type LatentSizes } from './latent-model.js';

/** How pixels scatter around what the decoder says. */
export type Likelihood = 'bernoulli' | 'gaussian';

export interface VariationalOptions extends LatentModelOptions {
  /** Tell encoder and decoder which of so many classes a picture shows (Sohn, Lee and Yan 2015). Default: null. */
  numClasses?: number | null;
  /**
   * 'bernoulli': a pixel is the probability of ink. 'gaussian': pixels scatter around the decoder's, with one
   * variance that is learned (Rybkin et al. 2021). Default: 'bernoulli'.
   */
  likelihood?: Likelihood;
  /** Weight of the divergence (Higgins et al. 2017). Default: 1, the bound itself. */
  beta?: number;
}

export const variationalOptionNames = ['inputShape', 'latent', 'numClasses', 'likelihood', 'beta'];

/** The standard deviation of a pixel in the beginning. */
const firstDeviation = 0.25;

/**
 * Pictures [N, C, H, W], 0..1 -> a normal distribution for each number of a code -> codes -> pictures.
 *
 *     const { mean, logVariance } = model.distribution(pictures); // [N, latent] both
 *     const codes = model.sample({ mean, logVariance }, noise);
 */
export abstract class VariationalModel extends LatentModel {
  readonly likelihood: Likelihood;
  readonly beta: number;
  /** Where the training's noise comes from. */
  readonly noise: NoiseSource;
  /** The logarithm of the variance of all pixels, [1]; null where they are probabilities. */
  readonly pixelLogVariance: Parameter | null;

  constructor(sizes: LatentSizes, { likelihood = 'bernoulli', beta = 1 }: VariationalOptions) {
    super(sizes);
    const owner = new.target.name;
    checkOptionNames(`${owner}: likelihood`, { [likelihood]: true }, ['bernoulli', 'gaussian']);
    checkNumber(owner, { beta });
    this.likelihood = likelihood;
    this.beta = beta;
    this.noise = new NoiseSource([sizes.latent], nextMaskStream());
    this.pixelLogVariance = likelihood === 'gaussian' ? new Parameter([1]) : null;
    this.pixelLogVariance?.set(new Float32Array([2 * Math.log(firstDeviation)]));
  }

  /** Pictures [N, C, H, W] -> means and logarithms of variances [N, latent] of their codes. */
  abstract distribution(pictures: Tensor, labels?: Tensor): CodeDistribution;

  /** Codes [N, latent] -> the logits of pixels [N, C, H, W]. */
  abstract logits(codes: Tensor, labels?: Tensor): Tensor;

  /** A code of each distribution, made of standard normal `noise` [N, latent], so that gradients get through. */
  sample({ mean, logVariance }: CodeDistribution, noise: Tensor): Tensor {
    return add(mean, mul(noise, exp(mul(logVariance, 0.5))));
  }

  encode(pictures: Tensor, labels?: Tensor): Tensor {
    return this.distribution(pictures, labels).mean;
  }

  decode(codes: Tensor, labels?: Tensor): Tensor {
    return sigmoid(this.logits(codes, labels));
  }

  /** The negative evidence lower bound in nats per picture, its divergence weighted by beta. */
  objective(pictures: Tensor, { labels, noise, betaShare = 1 }: ObjectiveOptions = {}): Objective {
    const codes = this.distribution(pictures, labels);
    const drawn = noise ?? this.noise.draw(pictures.shape[0]);
    const logits = this.logits(this.sample(codes, drawn), labels);
    const reconstruction = this.pixelLogVariance
      ? gaussianCost(sigmoid(logits), pictures, this.pixelLogVariance)
      : bernoulliCost(logits, pictures);
    const kl = gaussianKl(codes);
    const cost = mul(mul(kl, betaShare), this.beta);
    return { loss: sum(add(reconstruction, cost)), terms: { reconstruction, kl } };
  }

  /** `features` [N, F] with the classes beside them, for a network that is told of some. */
  protected conditioned(features: Tensor, labels: Tensor | undefined): Tensor {
    const classes = this.condition(labels);
    return classes ? concatenate([features, classes], 1) : features;
  }
}
