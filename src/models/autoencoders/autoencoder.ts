/** Autoencoder: fully connected layers that squeeze a picture through a short code, after Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks" (2006). */

import type { Tensor } from '../../graph/tensor.js';
import { Relu, Sigmoid } from '../../nn/activations.js';
import { Flatten } from '../../nn/flatten.js';
import { Linear } from '../../nn/linear.js';
import type { Module } from '../../nn/module.js';
import { checkCount, checkOptionNames } from '../../nn/options.js';
import { mse } from '../../nn/regression-losses.js';
import { Sequential } from '../../nn/sequential.js';
import { Unflatten } from '../../nn/unflatten.js';
import type { Objective } from '../../train/autoencoders/objective.js';
import { LatentModel, type LatentModelOptions } from './latent-model.js';

export interface AutoencoderOptions extends LatentModelOptions {
  /** Widths of the layers between picture and code; the decoder has them in reverse. Default: [512]. */
  hidden?: readonly number[];
}

/**
 * Pictures [N, C, H, W], 0..1 -> codes [N, latent] of 32 numbers -> pictures; learns to make the squared error
 * small. Throws ValueError for an unknown or wrong option.
 *
 *     const model = new Autoencoder({ latent: 32 });
 *     const again = model.decode(model.encode(pictures));
 */
export class Autoencoder extends LatentModel {
  readonly encoder: Sequential;
  readonly decoder: Sequential;

  /** `codeLayers` are for subclasses: what makes a code of the encoder's last sums. */
  constructor(options: AutoencoderOptions = {}, codeLayers: readonly Module[] = []) {
    checkOptionNames(new.target.name, options, ['inputShape', 'latent', 'hidden']);
    const { inputShape = [1, 28, 28], latent = 32, hidden = [512] } = options;
    super({ inputShape, latent });
    for (const width of hidden) checkCount(new.target.name, 'hidden', width);
    const narrowing = [this.pixels, ...hidden];
    const widening = narrowing.toReversed();
    this.encoder = new Sequential(
      new Flatten(),
      ...activated(narrowing),
      new Linear(narrowing.at(-1)!, latent),
      ...codeLayers,
    );
    this.decoder = new Sequential(
      ...activated([latent, ...widening.slice(0, -1)]),
      new Linear(hidden.at(0) ?? latent, this.pixels),
      new Sigmoid(),
      new Unflatten(1, inputShape),
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

/** Linear layers from each width to the next, each with a ReLU behind it. */
const activated = (widths: readonly number[]): Module[] =>
  widths.slice(1).flatMap((width, i) => [new Linear(widths[i], width), new Relu()]);
