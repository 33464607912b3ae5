/** ConvVariationalAutoencoder: a variational autoencoder (Kingma and Welling 2014) with convolutions on either side of its code. */

import { sizeOf } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { Relu } from '../../nn/activations.js';
import { Flatten } from '../../nn/flatten.js';
import { Linear } from '../../nn/linear.js';
import { checkCount, checkOptionNames } from '../../nn/options.js';
import { Sequential } from '../../nn/sequential.js';
import { Unflatten } from '../../nn/unflatten.js';
import type { CodeDistribution } from '../../train/autoencoders/elbo.js';
import { pyramid } from './pyramid.js';
import {
  VariationalModel,
  type VariationalOptions,
  variationalOptionNames,
} from './variational-model.js';

export interface ConvVariationalAutoencoderOptions extends VariationalOptions {
  /** Of the maps behind each halving, the largest maps first. Default: [16, 32, 64]. */
  channels?: readonly number[];
  /** Width of the layer between maps and code. Default: 256. */
  hidden?: number;
}

/**
 * Pictures [N, C, H, W] of any size, grey or in colour, 0..1 -> distributions of codes [N, latent] of 20 numbers ->
 * pictures. Throws ValueError for an unknown or wrong option.
 *
 *     const model = new ConvVariationalAutoencoder({ inputShape: [3, 72, 72], latent: 64 });
 *     const { loss } = model.objective(pictures); // nats per picture
 */
export class ConvVariationalAutoencoder extends VariationalModel {
  /** Pictures -> maps, flattened. */
  readonly features: Sequential;
  /** Those and the class -> what the distribution is read from. */
  readonly encoder: Sequential;
  readonly mean: Linear;
  readonly logVariance: Linear;
  readonly decoder: Sequential;

  constructor(options: ConvVariationalAutoencoderOptions = {}) {
    const known = [...variationalOptionNames, 'channels', 'hidden'];
    checkOptionNames('ConvVariationalAutoencoder', options, known);
    const { inputShape = [1, 28, 28], latent = 20, numClasses } = options;
    const { channels = [16, 32, 64], hidden = 256 } = options;
    super({ inputShape, latent, numClasses }, options);
    checkCount('ConvVariationalAutoencoder', 'hidden', hidden);
    const classes = numClasses ?? 0;
    const { down, up, top } = pyramid({ inputShape, channels });
    this.features = new Sequential(down, new Flatten());
    this.encoder = new Sequential(new Linear(sizeOf(top) + classes, hidden), new Relu());
    this.mean = new Linear(hidden, latent);
    this.logVariance = new Linear(hidden, latent);
    this.decoder = new Sequential(
      new Linear(latent + classes, hidden),
      new Relu(),
      new Linear(hidden, sizeOf(top)),
      new Relu(),
      new Unflatten(1, top),
      up,
    );
  }

  distribution(pictures: Tensor, labels?: Tensor): CodeDistribution {
    this.checkPictures(pictures);
    return this.within(() => {
      const maps = this.features.call(pictures);
      const h = this.encoder.call(this.conditioned(maps, labels));
      return { mean: this.mean.call(h), logVariance: this.logVariance.call(h) };
    });
  }

  logits(codes: Tensor, labels?: Tensor): Tensor {
    this.checkCodes(codes);
    return this.within(() => this.decoder.call(this.conditioned(codes, labels)));
  }
}
