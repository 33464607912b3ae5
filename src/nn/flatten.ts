/** Flatten: joins dimensions into one. */

import { ShapeError } from '../graph/errors.js';
import { formatShape, normalizeDim, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { reshape } from '../ops/view.js';
import { Module } from './module.js';
import { checkInteger, checkOptionNames } from './options.js';

export interface FlattenOptions {
  /** The first dimension to join. Default: 1, so that the batch stays. */
  startDim?: number;
  /** The last dimension to join. Default: -1. */
  endDim?: number;
}

/**
 * Joins the dimensions from `startDim` to `endDim`: [N, C, H, W] -> [N, C * H * W].
 *
 * Throws ValueError when an option is unknown or no whole number.
 *
 *     const flat = new Flatten().call(x);
 */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(options: FlattenOptions = {}) {
    super();
    checkOptionNames('Flatten', options, ['startDim', 'endDim']);
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
    checkInteger('Flatten', { startDim: this.startDim, endDim: this.endDim });
  }

  forward(x: Tensor): Tensor {
    const first = normalizeDim(this.startDim, x.rank, 'flatten');
    const last = normalizeDim(this.endDim, x.rank, 'flatten');
    if (first > last) {
      throw new ShapeError(
        `startDim ${this.startDim} lies behind endDim ${this.endDim} in ${formatShape(x.shape)}`,
      );
    }
    const joined = sizeOf(x.shape.slice(first, last + 1));
    return reshape(x, [...x.shape.slice(0, first), joined, ...x.shape.slice(last + 1)]);
  }

  override describe(): string {
    return 'Flatten';
  }
}
