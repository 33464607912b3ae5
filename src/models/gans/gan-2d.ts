/** Players for points in the plane: small enough to watch every step of the game. */

import type { Tensor } from '../../graph/tensor.js';
import { Relu } from '../../nn/activations.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { checkCount, checkOptionNames } from '../../nn/options.js';
import { Sequential } from '../../nn/sequential.js';

export interface Gan2dOptions {
  /** Numbers of noise that a point is made of. Default: 2. */
  latent?: number;
  /** Units of each hidden layer. Default: 128. */
  width?: number;
}

/** Three hidden layers. */
const layers = (inputs: number, width: number, outputs: number): Sequential =>
  new Sequential(
    ...[new Linear(inputs, width), new Relu(), new Linear(width, width), new Relu()],
    ...[new Linear(width, width), new Relu(), new Linear(width, outputs)],
  );

/**
 * Noise [N, latent] -> points [N, 2] -> answers [N, 1].
 *
 *     const { generator, discriminator } = new Gan2d({ latent: 2 });
 */
export class Gan2d extends Module<[Tensor]> {
  readonly latent: number;
  readonly generator: Sequential;
  readonly discriminator: Sequential;

  constructor(options: Gan2dOptions = {}) {
    super();
    checkOptionNames('Gan2d', options, ['latent', 'width']);
    const { latent = 2, width = 128 } = options;
    checkCount('Gan2d', 'latent', latent);
    checkCount('Gan2d', 'width', width);
    this.latent = latent;
    this.generator = layers(latent, width, 2);
    this.discriminator = layers(2, width, 1);
  }

  /** What the generator makes of noise. */
  forward(noise: Tensor): Tensor {
    return this.generator.call(noise);
  }
}
