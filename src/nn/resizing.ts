/** Layers that change the size of pictures: Upsample, PixelShuffle, PixelUnshuffle. */

import type { Tensor } from '../graph/tensor.js';
import {
  checkInterpolateOptions,
  type InterpolateOptions,
  interpolate,
} from '../ops/interpolate.js';
import { pixelShuffle, pixelUnshuffle } from '../ops/pixel-shuffle.js';
import { Module } from './module.js';
import { checkCount, checkOptionNames } from './options.js';

/**
 * Resizes [N, C, H, W] to [N, C, OH, OW] by `size` or `scaleFactor`, nearest unless `mode` says otherwise.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const up = new Upsample({ scaleFactor: 2, mode: 'bilinear' });
 *     const y = up.call(x);
 */
export class Upsample extends Module {
  readonly options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    checkOptionNames('Upsample', options, ['size', 'scaleFactor', 'mode', 'alignCorners']);
    checkInterpolateOptions(options, 'Upsample');
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }
}

/**
 * Channels to pixels: [N, C * r * r, H, W] -> [N, C, H * r, W * r] (Shi et al. 2016).
 *
 * Throws ValueError unless the factor is a whole number of at least 1.
 *
 *     const y = new PixelShuffle(2).call(x);
 */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    checkCount('PixelShuffle', 'upscaleFactor', upscaleFactor);
    this.upscaleFactor = upscaleFactor;
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }
}

/**
 * Pixels to channels: [N, C, H * r, W * r] -> [N, C * r * r, H, W].
 *
 * Throws ValueError unless the factor is a whole number of at least 1.
 *
 *     const y = new PixelUnshuffle(2).call(x);
 */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    checkCount('PixelUnshuffle', 'downscaleFactor', downscaleFactor);
    this.downscaleFactor = downscaleFactor;
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }
}
