/** VariationalAutoencoder: the fully connected one of Kingma and Welling, "Auto-Encoding Variational Bayes" (2014). */

import type { Tensor } from '../../graph/tensor.js';
import { Relu } from '../../nn/activations.js';
import { Linear } from '../../nn/linear.js';
import { checkCount, checkOptionNames } from '../../nn/options.js';
import { Sequential } from '../../nn/sequential.js';
import { flatten } from '../../ops/dims.js';
import { reshape } from '../../ops/view.js';
import type { CodeDistribution } from '../../train/autoencoders/elbo.js';
import {
  VariationalModel,
  type VariationalOptions,
  variationalOptionNames,
} from './variational-model.js';

export interface VariationalAutoencoderOptions extends VariationalOptions {
  /** Width of the layers between picture and code. Default: 400. */
  hidden?: number;
}

/**
 * Pictures [N, C, H, W], 0..1 -> distributions of codes [N, latent] of 20 numbers -> pictures, through one layer of
 * 400 units on either side. Throws ValueError for an unknown or wrong option.
 *
 *     const model = new VariationalAutoencoder({ latent: 2 });
 *     const { loss } = model.objective(pictures); // nats per picture
 */
export class VariationalAutoencoder extends VariationalModel {
  readonly encoder: Sequential;
  readonly mean: Linear;
  readonly logVariance: Linear;
  readonly decoder: Sequential;

  constructor(options: VariationalAutoencoderOptions = {}) {
    checkOptionNames('VariationalAutoencoder', options, [...variationalOptionNames, 'hidden']);
    const { inputShape = [1, 28, 28], latent = 20, numClasses, hidden = 400 } = options;
    super({ inputShape, latent, numClasses }, options);
    checkCount('VariationalAutoencoder', 'hidden', hidden);
    const classes = numClasses ?? 0;
    this.encoder = new Sequential(new Linear(this.pixels + classes, hidden), new Relu());
    this.mean = new Linear(hidden, latent);
    this.logVariance = new Linear(hidden, latent);
    this.decoder = new Sequential(
      new Linear(latent + classes, hidden),
      new Relu(),
      new Linear(hidden, this.pixels),
    );
  }

  distribution(pictures: Tensor, labels?: Tensor): CodeDistribution {
    this.checkPictures(pictures);
    return this.within(() => {
      const pixels = flatten(pictures, { startDim: 1 });
      const h = this.encoder.call(this.conditioned(pixels, labels));
      return { mean: this.mean.call(h), logVariance: this.logVariance.call(h) };
    });
  }

  logits(codes: Tensor, labels?: Tensor): Tensor {
    this.checkCodes(codes);
    return this.within(() => {
      const pixels = this.decoder.call(this.conditioned(codes, labels));
      return reshape(pixels, [codes.shape[0], ...this.inputShape]);
    });
  }
}
