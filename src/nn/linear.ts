/** Linear: the fully connected layer. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { add } from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
import { reshape, transpose } from '../ops/view.js';
import { initLikePyTorch } from './default-init.js';
import { Module } from './module.js';
import { checkCount, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

export interface LinearOptions {
  /** Add a number per output feature. Default: true. */
  bias?: boolean;
}

/**
 * x [..., inFeatures] times the transposed weight, plus the bias -> [..., outFeatures].
 *
 * Throws ValueError when an option is unknown or a size is no whole number of at least 1.
 *
 *     const fc = new Linear(84, 10);
 *     const logits = fc.call(x);
 */
export class Linear extends Module {
  /** [outFeatures, inFeatures] */
  readonly weight: Parameter;
  /** [outFeatures], or null without bias. */
  readonly bias: Parameter | null;
  readonly inFeatures: number;
  readonly outFeatures: number;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkOptionNames('Linear', options, ['bias']);
    checkCount('Linear', 'inFeatures', inFeatures);
    checkCount('Linear', 'outFeatures', outFeatures);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter([outFeatures, inFeatures]);
    this.bias = (options.bias ?? true) ? new Parameter([outFeatures]) : null;
    initLikePyTorch(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    const features = x.shape.at(-1);
    if (features !== this.inFeatures) {
      throw new ShapeError(
        `expected ${this.inFeatures} input features, got ${features ?? 'none'} ` +
          `in ${formatShape(x.shape)}; the last dimension must be ${this.inFeatures}`,
      );
    }
    const rows = x.rank === 1 ? reshape(x, [1, features]) : x;
    const product = matmul(rows, transpose(this.weight));
    const y = this.bias ? add(product, this.bias) : product;
    return x.rank === 1 ? reshape(y, [this.outFeatures]) : y;
  }

  override describe(): string {
    return `Linear ${this.inFeatures} -> ${this.outFeatures}`;
  }
}
