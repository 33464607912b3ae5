/** Adaptive and global pooling layers. */

import type { Tensor } from '../graph/tensor.js';
import {
  type AdaptiveSize,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  globalAvgPool2d,
  globalMaxPool2d,
} from '../ops/adaptive-pooling.js';
import { pairOf } from '../ops/conv-2d.js';
import { Module } from './module.js';

abstract class AdaptivePool extends Module {
  /** One number, or [height, width]; null keeps the input's. */
  readonly outputSize: AdaptiveSize;

  constructor(owner: string, outputSize: AdaptiveSize) {
    super();
    // null, the input's own extent, is none to check.
    const given = Array.isArray(outputSize) ? outputSize.map((extent) => extent ?? 1) : outputSize;
    pairOf(given as number | readonly [number, number], `${owner}: outputSize`);
    this.outputSize = outputSize;
  }
}

/**
 * The mean over as many bins as `outputSize` says: [N, C, H, W] -> [N, C, OH, OW].
 *
 * Throws ValueError for sizes below 1.
 *
 *     const y = new AdaptiveAvgPool2d([7, 7]).call(x);
 */
export class AdaptiveAvgPool2d extends AdaptivePool {
  constructor(outputSize: AdaptiveSize) {
    super('AdaptiveAvgPool2d', outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/**
 * The maximum over as many bins as `outputSize` says: [N, C, H, W] -> [N, C, OH, OW].
 *
 * Throws ValueError for sizes below 1.
 *
 *     const y = new AdaptiveMaxPool2d(1).call(x);
 */
export class AdaptiveMaxPool2d extends AdaptivePool {
  constructor(outputSize: AdaptiveSize) {
    super('AdaptiveMaxPool2d', outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/**
 * The mean of every channel: [N, C, H, W] -> [N, C, 1, 1].
 *
 *     const features = new GlobalAvgPool2d().call(x);
 */
export class GlobalAvgPool2d extends Module {
  forward(x: Tensor): Tensor {
    return globalAvgPool2d(x);
  }
}

/**
 * The maximum of every channel: [N, C, H, W] -> [N, C, 1, 1].
 *
 *     const features = new GlobalMaxPool2d().call(x);
 */
export class GlobalMaxPool2d extends Module {
  forward(x: Tensor): Tensor {
    return globalMaxPool2d(x);
  }
}
