/** LPPool2d: the layer that takes the Lp norm over windows. */

import type { Tensor } from '../graph/tensor.js';
import { pairOf } from '../ops/conv-2d.js';
import { checkNormType, type LpPoolOptions, lpPool2d } from '../ops/lp-pooling.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';

/**
 * The `normType` norm over windows of [N, C, H, W] -> [N, C, OH, OW].
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const pool = new LPPool2d({ normType: 2, kernelSize: 3 });
 *     const y = pool.call(x);
 */
export class LPPool2d extends Module {
  readonly options: LpPoolOptions;

  constructor(options: LpPoolOptions) {
    super();
    checkOptionNames('LPPool2d', options, ['kernelSize', 'stride', 'ceilMode', 'normType']);
    pairOf(options.kernelSize, 'LPPool2d: kernelSize');
    pairOf(options.stride ?? options.kernelSize, 'LPPool2d: stride');
    checkNormType('LPPool2d', options.normType ?? 2);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return lpPool2d(x, this.options);
  }

  override describe(): string {
    return `LPPool2d ${pairOf(this.options.kernelSize, 'kernelSize').join(' x ')}`;
  }
}
