/** BatchNorm1d and BatchNorm2d: normalise each channel over the batch and keep running statistics. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Variable } from '../graph/variable.js';
import { fill } from '../ops/creation.js';
import { add, cast, div } from '../ops/elementwise.js';
import { batchNorm, instanceNorm } from '../ops/normalization.js';
import { reshape } from '../ops/view.js';
import { Module } from './module.js';
import { checkCount, checkNumber, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';
import { runningStatistics, statisticsFields } from './running-statistics.js';

export interface BatchNormLayerOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** The part of the new value in the running ones; null for the average of all batches. Default: 0.1. */
  momentum?: number | null;
  /** Learn a scale and a shift per channel. Default: true, for InstanceNorm2d false. */
  affine?: boolean;
  /** Keep running statistics for evaluation. Default: true, for InstanceNorm2d false. */
  trackRunningStats?: boolean;
}

const optionNames = ['eps', 'momentum', 'affine', 'trackRunningStats'];

/** What the layers share that normalise each channel by its own or by running statistics. */
abstract class ChannelNorm extends Module {
  /** [numFeatures], or null without `affine`. */
  readonly weight: Parameter | null;
  /** [numFeatures], or null without `affine`. */
  readonly bias: Parameter | null;
  /** [numFeatures], or null without `trackRunningStats`; `running_mean` in state dictionaries. */
  readonly runningMean: Variable | null;
  /** [numFeatures], or null without `trackRunningStats`; `running_var` in state dictionaries. */
  readonly runningVar: Variable | null;
  /** int32 [], or null without `trackRunningStats`; `num_batches_tracked` in state dictionaries. */
  readonly numBatchesTracked: Variable | null;
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(numFeatures: number, options: BatchNormLayerOptions, on: boolean) {
    super();
    const owner = this.constructor.name;
    checkOptionNames(owner, options, optionNames);
    const { eps = 1e-5, momentum = 0.1, affine = on, trackRunningStats = on } = options;
    checkCount(owner, 'numFeatures', numFeatures);
    checkNumber(owner, { eps });
    if (momentum !== null) checkNumber(owner, { momentum }, { most: 1 });
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    const size = [numFeatures];
    this.weight = affine ? new Parameter(size, new Float32Array(numFeatures).fill(1)) : null;
    this.bias = affine ? new Parameter(size) : null;
    const running = trackRunningStats ? runningStatistics(numFeatures) : null;
    this.runningMean = running?.mean ?? null;
    this.runningVar = running?.variance ?? null;
    this.numBatchesTracked = running?.batches ?? null;
  }

  override describe(): string {
    return `${this.constructor.name} ${this.numFeatures}`;
  }

  protected override namedFields(): readonly [string, unknown][] {
    return statisticsFields(super.namedFields());
  }

  protected checkChannels(x: Tensor, layouts: string, dim = 1): void {
    if (x.shape[dim] === this.numFeatures) return;
    throw new ShapeError(
      `expected ${this.numFeatures} channels in ${layouts}, got ${x.shape[dim]} ` +
        `in ${formatShape(x.shape)}`,
    );
  }

  protected get tensors() {
    const { eps, weight, bias, runningMean, runningVar } = this;
    return {
      eps,
      weight: weight ?? undefined,
      bias: bias ?? undefined,
      runningMean: runningMean ?? undefined,
      runningVar: runningVar ?? undefined,
    };
  }
}

abstract class BatchNorm extends ChannelNorm {
  protected normalize(x: Tensor): Tensor {
    const training = this.training || this.runningMean === null;
    const y = batchNorm(x, { ...this.tensors, training, momentum: this.#momentum() });
    const batches = this.numBatchesTracked;
    if (training && batches) batches.assign(add(batches, fill(1, [], 'int32')));
    return y;
  }

  /** The part of this batch; in the average of all it is one of those seen so far and this. */
  #momentum(): number | Tensor {
    if (this.momentum !== null || !this.numBatchesTracked) return this.momentum ?? 0;
    return div(1, add(cast(this.numBatchesTracked, 'float32'), 1));
  }
}

/**
 * Normalises each feature of [N, C] or [N, C, L] over the batch (Ioffe and Szegedy 2015).
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const norm = new BatchNorm1d(120);
 *     const y = norm.call(x);
 */
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, true);
  }

  forward(x: Tensor): Tensor {
    if (x.rank !== 2 && x.rank !== 3) {
      throw new ShapeError(`expected [N, C] or [N, C, L], got ${formatShape(x.shape)}`);
    }
    this.checkChannels(x, x.rank === 2 ? '[N, C]' : '[N, C, L]');
    return this.normalize(x);
  }
}

/**
 * Normalises each channel of [N, C, H, W] over the batch (Ioffe and Szegedy 2015).
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const norm = new BatchNorm2d(64);
 *     const y = norm.call(x);
 */
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, true);
  }

  forward(x: Tensor): Tensor {
    if (x.rank !== 4) throw new ShapeError(`expected [N, C, H, W], got ${formatShape(x.shape)}`);
    this.checkChannels(x, '[N, C, H, W]');
    return this.normalize(x);
  }
}

/**
 * Normalises each channel of each image of [N, C, H, W] or [C, H, W] (Ulyanov et al. 2016).
 *
 * Learns nothing and keeps no running statistics unless told to. Throws ValueError when an option is
 * unknown or out of range.
 *
 *     const norm = new InstanceNorm2d(64, { affine: true });
 *     const y = norm.call(x);
 */
export class InstanceNorm2d extends ChannelNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, false);
  }

  forward(x: Tensor): Tensor {
    if (x.rank !== 4 && x.rank !== 3) {
      throw new ShapeError(`expected [N, C, H, W] or [C, H, W], got ${formatShape(x.shape)}`);
    }
    this.checkChannels(x, x.rank === 4 ? '[N, C, H, W]' : '[C, H, W]', x.rank - 3);
    const images = x.rank === 4 ? x : reshape(x, [1, ...x.shape]);
    const useInputStats = this.training || this.runningMean === null;
    // As PyTorch: without a momentum the running statistics stay as they are.
    const momentum = this.momentum ?? 0;
    return reshape(instanceNorm(images, { ...this.tensors, useInputStats, momentum }), x.shape);
  }
}
