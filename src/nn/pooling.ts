/** Pooling layers over windows: maximum, mean, sum; and max unpooling. */

import type { Tensor } from '../graph/tensor.js';
import { pairOf } from '../ops/conv-2d.js';
import {
  type AvgPoolOptions,
  avgPool2d,
  maxPool2d,
  maxUnpool2d,
  type PoolOptions,
  sumPool2d,
  type UnpoolOptions,
} from '../ops/pooling.js';
import { sidesPerAxis } from '../ops/spatial-options.js';
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
    checkPoolOptions('AvgPool2d', options, ['countIncludePad', 'divisorOverride']);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.options);
  }

  override describe(): string {
    return describePool('AvgPool2d', this.options);
  }
}

/**
 * The sum over windows of [N, C, H, W] -> [N, C, OH, OW].
 *
 * The stride defaults to the kernel size. Throws ValueError when an option is unknown or out of range.
 *
 *     const pool = new SumPool2d({ kernelSize: 2 });
 *     const y = pool.call(x);
 */
export class SumPool2d extends Module {
  readonly options: PoolOptions;

  constructor(options: PoolOptions) {
    super();
    checkPoolOptions('SumPool2d', options);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return sumPool2d(x, this.options);
  }

  override describe(): string {
    return describePool('SumPool2d', this.options);
  }
}

/**
 * Puts [N, C, H, W] back to the int32 places that `maxPool2dWithIndices` gave -> [N, C, OH, OW].
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const unpool = new MaxUnpool2d({ kernelSize: 2 });
 *     const y = unpool.call(output, indices);
 */
export class MaxUnpool2d extends Module<[Tensor, Tensor]> {
  readonly options: UnpoolOptions;

  constructor(options: UnpoolOptions) {
    super();
    checkOptionNames('MaxUnpool2d', options, ['kernelSize', 'stride', 'padding', 'outputSize']);
    pairOf(options.kernelSize, 'MaxUnpool2d: kernelSize');
    pairOf(options.stride ?? options.kernelSize, 'MaxUnpool2d: stride');
    pairOf(options.padding ?? 0, 'MaxUnpool2d: padding', 0);
    if (options.outputSize) pairOf(options.outputSize, 'MaxUnpool2d: outputSize');
    this.options = options;
  }

  forward(x: Tensor, indices: Tensor): Tensor {
    return maxUnpool2d(x, indices, this.options);
  }

  override describe(): string {
    return `MaxUnpool2d ${pairOf(this.options.kernelSize, 'kernelSize').join(' x ')}`;
  }
}

function checkPoolOptions(owner: string, options: PoolOptions, more: readonly string[] = []): void {
  const names = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode', ...more];
  checkOptionNames(owner, options, names);
  const kernel = pairOf(options.kernelSize, `${owner}: kernelSize`);
  const stride = pairOf(options.stride ?? options.kernelSize, `${owner}: stride`);
  const dilation = pairOf(options.dilation ?? 1, `${owner}: dilation`);
  sidesPerAxis(options.padding ?? 0, { kernel, stride, dilation }, `${owner}: padding`);
}

function describePool(owner: string, { kernelSize }: PoolOptions): string {
  return `${owner} ${pairOf(kernelSize, 'kernelSize').join(' x ')}`;
}
