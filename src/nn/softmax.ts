/** Softmax and LogSoftmax: layers that turn numbers along one dimension into (logarithms of) shares. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { logSoftmax, softmax } from '../ops/reduction.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';

export interface SoftmaxOptions {
  /** The dimension whose elements sum to 1; a negative one counts from the last. */
  dim: number;
}

function checkSoftmaxOptions(owner: string, options: SoftmaxOptions): number {
  checkOptionNames(owner, options, ['dim']);
  if (Number.isSafeInteger(options.dim)) return options.dim;
  throw new ValueError(
    `${owner}: dim is ${options.dim}; expected a whole number, such as 1 for the channels of [N, C, H, W]`,
  );
}

/**
 * exp(x) over the sum of exp(x) along `dim`, for any shape; stable for large x.
 *
 * Throws ValueError unless `dim` is a whole number.
 *
 *     const perPixel = new Softmax({ dim: 1 }).call(x); // [N, C, H, W]
 */
export class Softmax extends Module {
  readonly dim: number;

  constructor(options: SoftmaxOptions) {
    super();
    this.dim = checkSoftmaxOptions('Softmax', options);
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override describe(): string {
    return `Softmax of dimension ${this.dim}`;
  }
}

/**
 * The logarithm of softmax along `dim`, for any shape; stable for large x.
 *
 * Throws ValueError unless `dim` is a whole number.
 *
 *     const logShares = new LogSoftmax({ dim: -1 }).call(x);
 */
export class LogSoftmax extends Module {
  readonly dim: number;

  constructor(options: SoftmaxOptions) {
    super();
    this.dim = checkSoftmaxOptions('LogSoftmax', options);
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override describe(): string {
    return `LogSoftmax of dimension ${this.dim}`;
  }
}
