/** Pooling layers: MaxPool2d and AvgPool2d. */

import type { Tensor } from '../graph/tensor.js';
import { paddingOf, pairOf } from '../ops/conv-2d.js';
import { type AvgPoolOptions, avgPool2d, maxPool2d, type PoolOptions } from '../ops/pooling.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';

/**
 * The maximum over windows of [N, C, H, W] -> [N, C, OH, OW]; padding never wins.
 *
 * The stride defaults to the kernel size. Throws ValueError when an option is unknown or out of range.
 *
 *     const pool = new MaxPool2d({ kernelSize: 2 });
 *     const y = pool.call(x);
 */
export class MaxPool2d extends Module {
  readonly options: PoolOptions;

  constructor(options: PoolOptions) {
    super();
    checkPoolOptions('MaxPool2d', options);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.options);
  }

  override describe(): string {
    return describePool('MaxPool2d', this.options);
  }
}

/**
 * The mean over windows of [N, C, H, W] -> [N, C, OH, OW]; padding counts unless `countIncludePad` is false.
 *
 * The stride defaults to the kernel size. Throws ValueError when an option is unknown or out of range.
 *
 *     const pool = new AvgPool2d({ kernelSize: 3, stride: 2, padding: 1 });
 *     const y = pool.call(x);
 */
export class AvgPool2d extends Module {
  readonly options: AvgPoolOptions;

  constructor(options: AvgPoolOptions) {
    super();
    checkPoolOptions('AvgPool2d', options, ['countIncludePad']);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.options);
  }

  override describe(): string {
    return describePool('AvgPool2d', this.options);
  }
}

function checkPoolOptions(owner: string, options: PoolOptions, more: readonly string[] = []): void {
  checkOptionNames(owner, options, ['kernelSize', 'stride', 'padding', 'dilation', ...more]);
  const kernel = pairOf(options.kernelSize, `${owner}: kernelSize`);
  const stride = pairOf(options.stride ?? options.kernelSize, `${owner}: stride`);
  const dilation = pairOf(options.dilation ?? 1, `${owner}: dilation`);
  paddingOf(options.padding ?? 0, kernel, stride, dilation);
}

function describePool(owner: string, { kernelSize }: PoolOptions): string {
  return `${owner} ${pairOf(kernelSize, 'kernelSize').join(' x ')}`;
}
