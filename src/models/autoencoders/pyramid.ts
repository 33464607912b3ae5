/** The convolutions of autoencoders: a pyramid of maps, each half as large as the one before, and the way back up. */

import { ValueError } from '../../graph/errors.js';
import { Relu } from '../../nn/activations.js';
import { Conv2d } from '../../nn/conv-2d.js';
import { ConvTranspose2d } from '../../nn/conv-transpose-2d.js';
import type { Module } from '../../nn/module.js';
import { checkCount } from '../../nn/options.js';
import { Sequential } from '../../nn/sequential.js';
import type { PictureShape } from './latent-model.js';

export interface PyramidOptions {
  readonly inputShape: PictureShape;
  /** Of the maps on each floor, the largest maps first. */
  readonly channels: readonly number[];
}

export interface Pyramid {
  /** Pictures -> the smallest maps. */
  readonly down: Sequential;
  /** The smallest maps -> one number for each pixel. */
  readonly up: Sequential;
  /** [C, H, W] of the smallest maps. */
  readonly top: PictureShape;
}

/**
 * Floors of 3x3 convolutions with stride 2 and ReLU, and transposed ones back to the size of the picture, whatever
 * it is: an odd extent is halved upwards, 7 to 4.
 *
 *     const { down, up, top } = pyramid({ inputShape: [1, 28, 28], channels: [16, 32, 64] }); // top [64, 4, 4]
 */
export function pyramid({ inputShape, channels }: PyramidOptions): Pyramid {
  if (channels.length === 0) {
    throw new ValueError('channels is empty; expected the channels of one floor or more');
  }
  for (const count of channels) checkCount('channels', 'a number of channels', count);
  const shapes: PictureShape[] = [inputShape];
  for (const count of channels) {
    const [, height, width] = shapes.at(-1)!;
    shapes.push([count, Math.ceil(height / 2), Math.ceil(width / 2)]);
  }
  const convolutions: Module[] = [];
  for (let floor = 0; floor < channels.length; floor++) {
    const [inside, outside] = [shapes[floor][0], shapes[floor + 1][0]];
    convolutions.push(
      new Conv2d(inside, outside, { kernelSize: 3, stride: 2, padding: 1 }),
      new Relu(),
    );
  }
  const wayBack: Module[] = [];
  for (let floor = channels.length; floor > 0; floor--) {
    const [inside, ...from] = shapes[floor];
    const [outside, ...to] = shapes[floor - 1];
    // What is doubled lacks a row or column where the picture has an even number of them.
    const outputPadding = [to[0] - (2 * from[0] - 1), to[1] - (2 * from[1] - 1)] as const;
    wayBack.push(
      new ConvTranspose2d(inside, outside, { kernelSize: 3, stride: 2, padding: 1, outputPadding }),
      ...(floor > 1 ? [new Relu()] : []),
    );
  }
  return {
    down: new Sequential(...convolutions),
    up: new Sequential(...wayBack),
    top: shapes.at(-1)!,
  };
}
