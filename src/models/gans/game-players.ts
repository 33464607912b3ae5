/** What generators and discriminators have in common: noise becomes pictures, and pictures are judged. */

import { ShapeError, ValueError } from '../../graph/errors.js';
import { formatShape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { Module } from '../../nn/module.js';
import { checkCount, checkOptionNames } from '../../nn/options.js';
import { cast } from '../../ops/elementwise.js';
import { oneHot } from '../../ops/one-hot.js';

export interface GanOptions {
  /** [C, H, W] of one picture. Default: [1, 28, 28]. */
  inputShape?: readonly [channels: number, height: number, width: number];
  /** Numbers of noise that a picture is made of. Default: 100. */
  latent?: number;
  /** Tell both networks which of so many classes a picture shows. Default: null. */
  numClasses?: number | null;
  /** The width of the network: maps of the layer next to the pictures, or units. Default: the network's own. */
  width?: number;
}

export type GanSizes = Required<GanOptions>;

/** The options with what is left out filled in; throws ValueError for one that is unknown or wrong. */
export function ganSizes(owner: string, options: GanOptions, usualWidth: number): GanSizes {
  checkOptionNames(owner, options, ['inputShape', 'latent', 'numClasses', 'width']);
  const { inputShape = [1, 28, 28], latent = 100, numClasses = null, width = usualWidth } = options;
  if (!Array.isArray(inputShape) || inputShape.length !== 3) {
    throw new ValueError(
      `${owner}: inputShape is ${JSON.stringify(inputShape)}; expected [channels, height, width]`,
    );
  }
  for (const extent of inputShape) checkCount(owner, 'inputShape', extent);
  checkCount(owner, 'latent', latent);
  checkCount(owner, 'width', width);
  if (numClasses !== null) checkCount(owner, 'numClasses', numClasses);
  return { inputShape, latent, numClasses, width };
}

/** What is told of the classes of pictures. */
abstract class Told extends Module<[Tensor, Tensor?]> {
  readonly sizes: GanSizes;

  constructor(sizes: GanSizes) {
    super();
    this.sizes = sizes;
  }

  /** Labels as vectors [N, numClasses]; null for a network that is told of none. */
  protected condition(labels: Tensor | undefined): Tensor | null {
    const classes = this.labelsFor(labels);
    return classes && cast(oneHot(classes, this.sizes.numClasses!), 'float32');
  }

  /** The labels; null for a network that is told of none. Throws ValueError where they are missing. */
  protected labelsFor(labels: Tensor | undefined): Tensor | null {
    const { numClasses } = this.sizes;
    if (numClasses === null) return null;
    if (labels) return labels;
    throw new ValueError(
      `the network was made for ${numClasses} classes, but got no labels; pass the class of each picture, int32 [N]`,
    );
  }
}

/** Noise [N, latent], and labels int32 [N] where there are classes -> pictures [N, C, H, W], -1..1. */
export abstract class PictureGenerator extends Told {
  abstract generate(noise: Tensor, labels: Tensor | undefined): Tensor;

  forward(noise: Tensor, labels?: Tensor): Tensor {
    const { latent } = this.sizes;
    if (noise.rank !== 2 || noise.shape[1] !== latent) {
      throw new ShapeError(`expected noise [N, ${latent}], got ${formatShape(noise.shape)}`);
    }
    this.labelsFor(labels);
    return this.generate(noise, labels);
  }
}

/** Pictures [N, C, H, W], -1..1, and labels int32 [N] where there are classes -> an answer each, [N, 1]. */
export abstract class PictureDiscriminator extends Told {
  abstract judge(pictures: Tensor, labels: Tensor | undefined): Tensor;

  forward(pictures: Tensor, labels?: Tensor): Tensor {
    const { inputShape } = this.sizes;
    const fits = pictures.rank === 4 && inputShape.every((n, i) => n === pictures.shape[i + 1]);
    if (!fits) {
      throw new ShapeError(
        `expected pictures [N, ${inputShape.join(', ')}], got ${formatShape(pictures.shape)}; ` +
          'make the network with the inputShape of the pictures, or resize them',
      );
    }
    this.labelsFor(labels);
    return this.judge(pictures, labels);
  }
}
