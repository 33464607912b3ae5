/** LocalResponseNorm: AlexNet's normalisation over neighbouring channels. */

import type { Tensor } from '../graph/tensor.js';
import { localResponseNorm } from '../ops/normalization.js';
import { Module } from './module.js';
import { checkCount, checkNumber, checkOptionNames } from './options.js';

export interface LocalResponseNormLayerOptions {
  /** Times the mean of squares. Default: 1e-4. */
  alpha?: number;
  /** The exponent. Default: 0.75. */
  beta?: number;
  /** Added before the power is taken. Default: 1. */
  k?: number;
}

/**
 * x [N, C, ...] / (k + alpha * mean of squares of `size` neighbouring channels) ** beta
 * (Krizhevsky, Sutskever and Hinton 2012).
 *
 * Throws ValueError when an option is unknown or no finite number, or `size` is below 1.
 *
 *     const y = new LocalResponseNorm(5, { k: 2 }).call(x);
 */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly options: LocalResponseNormLayerOptions;

  constructor(size: number, options: LocalResponseNormLayerOptions = {}) {
    super();
    checkOptionNames('LocalResponseNorm', options, ['alpha', 'beta', 'k']);
    checkCount('LocalResponseNorm', 'size', size);
    checkNumber('LocalResponseNorm', { ...options }, { least: -Number.MAX_VALUE });
    this.size = size;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return localResponseNorm(x, { ...this.options, size: this.size });
  }

  override describe(): string {
    return `LocalResponseNorm ${this.size}`;
  }
}
