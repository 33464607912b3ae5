/** ConvAutoencoder: convolutions that squeeze a picture through a short code, after Masci, Meier, Ciresan and Schmidhuber, "Stacked Convolutional Auto-Encoders for Hierarchical Feature Extraction" (2011). */

import { sizeOf } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { Relu, Sigmoid } from '../../nn/activations.js';
import { Flatten } from '../../nn/flatten.js';
import { Linear } from '../../nn/linear.js';
import { checkCount, checkOptionNames } from '../../nn/options.js';
import { mse } from '../../nn/regression-losses.js';
import { Sequential } from '../../nn/sequential.js';
import { Unflatten } from '../../nn/unflatten.js';
import type { Objective } from '../../train/autoencoders/objective.js';
import { LatentModel, type LatentModelOptions } from './latent-model.js';
import { pyramid } from './pyramid.js';

export interface ConvAutoencoderOptions extends LatentModelOptions {
  /** Of the maps behind each halving, the largest maps first. Default: [16, 32, 64]. */
  channels?: readonly number[];
  /** Width of the layer between maps and code. Default: 256. */
  hidden?: number;
}

/**
 * Pictures [N, C, H, W] of any size, grey or in colour, 0..1 -> codes [N, latent] of 32 numbers -> pictures; learns
 * to make the squared error small. Throws ValueError for an unknown or wrong option.
 *
 *     const model = new ConvAutoencoder({ inputShape: [3, 72, 72], latent: 64 });
 *     const again = model.decode(model.encode(pictures));
 */
export class ConvAutoencoder extends LatentModel {
  readonly encoder: Sequential;
  readonly decoder: Sequential;

  constructor(options: ConvAutoencoderOptions = {}) {
    checkOptionNames('ConvAutoencoder', options, ['inputShape', 'latent', 'channels', 'hidden']);
    const { inputShape = [1, 28, 28], latent = 32 } = options;
    const { channels = [16, 32, 64], hidden = 256 } = options;
    super({ inputShape, latent });
    checkCount('ConvAutoencoder', 'hidden', hidden);
    const { down, up, top } = pyramid({ inputShape, channels });
    this.encoder = new Sequential(
      down,
      new Flatten(),
      new Linear(sizeOf(top), hidden),
      new Relu(),
      new Linear(hidden, latent),
    );
    this.decoder = new Sequential(
      new Linear(latent, hidden),
      new Relu(),
      new Linear(hidden, sizeOf(top)),
      new Relu(),
      new Unflatten(1, top),
      up,
      new Sigmoid(),
    );
  }

  encode(pictures: Tensor): Tensor {
    this.checkPictures(pictures);
    return this.within(() => this.encoder.call(pictures));
  }

  decode(codes: Tensor): Tensor {
    this.checkCodes(codes);
    return this.within(() => this.decoder.call(codes));
  }

  objective(pictures: Tensor): Objective {
    return { loss: mse(this.decode(this.encode(pictures)), pictures), terms: {} };
  }
}
