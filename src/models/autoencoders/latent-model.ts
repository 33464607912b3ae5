/** LatentModel: what autoencoders have in common: pictures become short codes, and codes become pictures. */

import { ShapeError, ValueError } from '../../graph/errors.js';
import { formatShape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { Module } from '../../nn/module.js';
import { checkCount } from '../../nn/options.js';
import { cast } from '../../ops/elementwise.js';
import { oneHot } from '../../ops/one-hot.js';
import type { Objective, ObjectiveOptions } from '../../train/autoencoders/objective.js';

/** [C, H, W] of one picture. */
export type PictureShape = readonly [channels: number, height: number, width: number];

export interface LatentModelOptions {
  /** [C, H, W] of one picture. Default: [1, 28, 28]. */
  inputShape?: PictureShape;
  /** Numbers in a code. Default: the network's own. */
  latent?: number;
}

export interface LatentSizes {
  readonly inputShape: PictureShape;
  readonly latent: number;
  readonly numClasses?: number | null;
}

/**
 * Pictures [N, C, H, W] with pixels 0..1 -> the same pictures, through codes [N, latent].
 *
 *     const codes = model.encode(pictures); // [N, latent]
 *     const again = model.decode(codes); // [N, C, H, W]
 */
export abstract class LatentModel extends Module<[Tensor, Tensor?]> {
  readonly inputShape: PictureShape;
  /** Numbers in a code. */
  readonly latent: number;
  /** How many classes a conditional network is told of; null where it is told of none. */
  readonly numClasses: number | null;

  constructor({ inputShape, latent, numClasses = null }: LatentSizes) {
    super();
    const owner = new.target.name;
    if (!Array.isArray(inputShape) || inputShape.length !== 3) {
      throw new ValueError(
        `${owner}: inputShape is ${JSON.stringify(inputShape)}; expected [channels, height, width]`,
      );
    }
    for (const extent of inputShape) checkCount(owner, 'inputShape', extent);
    checkCount(owner, 'latent', latent);
    if (numClasses !== null) checkCount(owner, 'numClasses', numClasses);
    const [channels, height, width] = inputShape;
    this.inputShape = [channels, height, width];
    this.latent = latent;
    this.numClasses = numClasses;
  }

  /**
   * Pictures [N, C, H, W], 0..1 -> codes [N, latent]; of a variational network the means. A conditional one
   * takes the classes, int32 [N], as well.
   */
  abstract encode(pictures: Tensor, labels?: Tensor): Tensor;

  /** Codes [N, latent] -> pictures [N, C, H, W], 0..1. */
  abstract decode(codes: Tensor, labels?: Tensor): Tensor;

  /** What training makes small for a batch of pictures, and what it tells of it. */
  abstract objective(pictures: Tensor, options?: ObjectiveOptions): Objective;

  forward(pictures: Tensor, labels?: Tensor): Tensor {
    return this.decode(this.encode(pictures, labels), labels);
  }

  /** The pixels of one picture, channels included. */
  protected get pixels(): number {
    const [channels, height, width] = this.inputShape;
    return channels * height * width;
  }

  /** The classes as vectors [N, numClasses]; null for a network that is told of none. */
  protected condition(labels: Tensor | undefined): Tensor | null {
    if (this.numClasses === null) return null;
    if (labels) return cast(oneHot(labels, this.numClasses), 'float32');
    throw new ValueError(
      `the network was made for ${this.numClasses} classes, but got no labels; pass the class of each ` +
        'picture or code, int32 [N]',
    );
  }

  /** Throws ShapeError unless `pictures` are [N, ...inputShape]. */
  protected checkPictures(pictures: Tensor): void {
    const { inputShape } = this;
    const fits = pictures.rank === 4 && inputShape.every((n, i) => n === pictures.shape[i + 1]);
    if (fits) return;
    throw new ShapeError(
      `expected pictures [N, ${inputShape.join(', ')}], got ${formatShape(pictures.shape)}; ` +
        'make the network with the inputShape of the pictures, or resize them',
    );
  }

  /** Throws ShapeError unless `codes` are [N, latent]. */
  protected checkCodes(codes: Tensor): void {
    if (codes.rank === 2 && codes.shape[1] === this.latent) return;
    throw new ShapeError(`expected codes [N, ${this.latent}], got ${formatShape(codes.shape)}`);
  }
}
