/** Dropout, and Dropout1d to Dropout3d: leave out random elements or channels in training. */

import type { Tensor } from '../graph/tensor.js';
import {
  checkProbability,
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
} from '../ops/dropout.js';
import { Generator } from '../ops/random.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';
import { nextMaskStream } from './seed.js';

export interface DropoutLayerOptions {
  /** Seeds the masks; by default they follow from `manualSeed` and the number of such layers since. */
  seed?: number;
}

abstract class MaskingLayer extends Module {
  readonly p: number;
  /** Where the masks come from; `generatorState()` has its state, `stateDict()` has not. */
  readonly generator: Generator;

  constructor(p = 0.5, options: DropoutLayerOptions = {}) {
    super();
    checkOptionNames(this.constructor.name, options, ['seed']);
    checkProbability(this.constructor.name, p);
    this.p = p;
    const { seed, stream } = nextMaskStream();
    this.generator =
      options.seed === undefined ? new Generator(seed, stream) : new Generator(options.seed);
  }

  protected abstract mask(x: Tensor, options: DropoutOptions): Tensor;

  forward(x: Tensor): Tensor {
    return this.training ? this.mask(x, { p: this.p, generator: this.generator }) : x;
  }

  override describe(): string {
    return `${this.constructor.name} ${this.p}`;
  }
}

/**
 * Sets elements to 0 with probability `p` (0.5) and divides the others by 1 - p, only in training
 * (Srivastava et al. 2014); every step has another mask, and the same seed the same masks.
 *
 * Throws ValueError when an option is unknown or `p` is not within 0 and 1.
 *
 *     const drop = new Dropout(0.1);
 *     const y = drop.call(x);
 */
export class Dropout extends MaskingLayer {
  protected override mask(x: Tensor, options: DropoutOptions): Tensor {
    return dropout(x, options);
  }
}

/**
 * Sets whole channels of [N, C, L] or [C, L] to 0 with probability `p` (0.5) and divides the others by 1 - p,
 * only in training (Tompson et al. 2015).
 *
 * Throws ValueError when an option is unknown or `p` is not within 0 and 1.
 *
 *     const y = new Dropout1d(0.2).call(x);
 */
export class Dropout1d extends MaskingLayer {
  protected override mask(x: Tensor, options: DropoutOptions): Tensor {
    return dropout1d(x, options);
  }
}

/**
 * Sets whole channels of [N, C, H, W] to 0 with probability `p` (0.5) and divides the others by 1 - p,
 * only in training (Tompson et al. 2015).
 *
 * Throws ValueError when an option is unknown or `p` is not within 0 and 1.
 *
 *     const y = new Dropout2d(0.2).call(x);
 */
export class Dropout2d extends MaskingLayer {
  protected override mask(x: Tensor, options: DropoutOptions): Tensor {
    return dropout2d(x, options);
  }
}

/**
 * Sets whole channels of [N, C, D, H, W] or [C, D, H, W] to 0 with probability `p` (0.5) and divides the others by 1 - p,
 * only in training (Tompson et al. 2015).
 *
 * Throws ValueError when an option is unknown or `p` is not within 0 and 1.
 *
 *     const y = new Dropout3d(0.2).call(x);
 */
export class Dropout3d extends MaskingLayer {
  protected override mask(x: Tensor, options: DropoutOptions): Tensor {
    return dropout3d(x, options);
  }
}
