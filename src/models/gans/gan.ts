/** The first GAN: fully connected players, Goodfellow et al., "Generative Adversarial Nets" (2014); conditional after Mirza and Osindero (2014). */

import type { Tensor } from '../../graph/tensor.js';
import { Dropout } from '../../nn/dropout.js';
import { Linear } from '../../nn/linear.js';
import { concatenate } from '../../ops/concatenate.js';
import { relu, tanh } from '../../ops/elementwise.js';
import { max } from '../../ops/reduction.js';
import { reshape } from '../../ops/view.js';
import {
  type GanOptions,
  ganSizes,
  PictureDiscriminator,
  PictureGenerator,
} from './game-players.js';

const WIDTH = 1200;
/** A unit of the discriminator is the largest of so many sums (Goodfellow et al. 2013). */
const PIECES = 5;

/**
 * Noise [N, latent] -> pictures [N, C, H, W], through two layers of `width` units, 1200 by default.
 *
 *     const fakes = new GanGenerator({ latent: 100 }).call(noise);
 */
export class GanGenerator extends PictureGenerator {
  readonly hidden1: Linear;
  readonly hidden2: Linear;
  readonly output: Linear;

  constructor(options: GanOptions = {}) {
    super(ganSizes('GanGenerator', options, WIDTH));
    const { inputShape, latent, numClasses, width } = this.sizes;
    this.hidden1 = new Linear(latent + (numClasses ?? 0), width);
    this.hidden2 = new Linear(width, width);
    this.output = new Linear(width, pixelsOf(inputShape));
  }

  generate(noise: Tensor, labels: Tensor | undefined): Tensor {
    const told = this.condition(labels);
    const seen = told ? concatenate([noise, told], 1) : noise;
    const hidden = relu(this.hidden2.call(relu(this.hidden1.call(seen))));
    return reshape(tanh(this.output.call(hidden)), [noise.shape[0], ...this.sizes.inputShape]);
  }
}

/** Pictures [N, C, H, W] -> answers [N, 1], through two layers of `width` / 5 maxout units with dropout. */
export class GanDiscriminator extends PictureDiscriminator {
  readonly hidden1: Linear;
  readonly hidden2: Linear;
  readonly output: Linear;
  readonly dropout = new Dropout(0.5);

  constructor(options: GanOptions = {}) {
    super(ganSizes('GanDiscriminator', options, WIDTH));
    const { inputShape, numClasses, width } = this.sizes;
    const units = Math.ceil(width / PIECES);
    this.hidden1 = new Linear(pixelsOf(inputShape) + (numClasses ?? 0), units * PIECES);
    this.hidden2 = new Linear(units, units * PIECES);
    this.output = new Linear(units, 1);
  }

  judge(pictures: Tensor, labels: Tensor | undefined): Tensor {
    const flat = reshape(pictures, [pictures.shape[0], -1]);
    const told = this.condition(labels);
    const seen = told ? concatenate([flat, told], 1) : flat;
    const hidden = this.dropout.call(maxout(this.hidden1.call(seen)));
    return this.output.call(this.dropout.call(maxout(this.hidden2.call(hidden))));
  }
}

/** Sums [N, units * 5] -> the largest of each five, [N, units]. */
const maxout = (sums: Tensor): Tensor => max(reshape(sums, [sums.shape[0], -1, PIECES]), [2]);

const pixelsOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
