/** Bilinear: a number per output from every pair of features of two inputs. */

import { ShapeError } from '../graph/errors.js';
import { formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { add, mul } from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
import { sum } from '../ops/reduction.js';
import { permute, reshape } from '../ops/view.js';
import * as init from './init.js';
import type { LinearOptions } from './linear.js';
import { Module } from './module.js';
import { checkCount, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

/**
 * y[o] = x1 . weight[o] . x2 + bias[o]: [..., in1Features] and [..., in2Features] -> [..., outFeatures].
 *
 * Throws ValueError when an option is unknown or a size is no whole number of at least 1.
 *
 *     const pair = new Bilinear(20, 30, 40);
 *     const y = pair.call(x1, x2);
 */
export class Bilinear extends Module<[Tensor, Tensor]> {
  /** [outFeatures, in1Features, in2Features] */
  readonly weight: Parameter;
  /** [outFeatures], or null without bias. */
  readonly bias: Parameter | null;
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    checkOptionNames('Bilinear', options, ['bias']);
    const counts = { in1Features, in2Features, outFeatures };
    for (const [name, count] of Object.entries(counts)) checkCount('Bilinear', name, count);
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter([outFeatures, in1Features, in2Features]);
    this.bias = (options.bias ?? true) ? new Parameter([outFeatures]) : null;
    const bound = 1 / Math.sqrt(in1Features);
    init.uniform(this.weight, { low: -bound, high: bound });
    if (this.bias) init.uniform(this.bias, { low: -bound, high: bound });
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    const { in1Features, in2Features, outFeatures } = this;
    const batch = x1.shape.slice(0, -1);
    const fits = x1.shape.at(-1) === in1Features && x2.shape.at(-1) === in2Features;
    if (!fits || !sameShape(batch, x2.shape.slice(0, -1))) {
      throw new ShapeError(
        `expected [..., ${in1Features}] and [..., ${in2Features}] with equal leading dimensions, ` +
          `got ${formatShape(x1.shape)} and ${formatShape(x2.shape)}`,
      );
    }
    const rows = x1.size / in1Features;
    const filters = reshape(permute(this.weight, [1, 0, 2]), [
      in1Features,
      outFeatures * in2Features,
    ]);
    const half = matmul(reshape(x1, [rows, in1Features]), filters);
    const pairs = mul(
      reshape(half, [rows, outFeatures, in2Features]),
      reshape(x2, [rows, 1, in2Features]),
    );
    const y = sum(pairs, 2);
    return reshape(this.bias ? add(y, this.bias) : y, [...batch, outFeatures]);
  }

  override describe(): string {
    return `Bilinear ${this.in1Features} x ${this.in2Features} -> ${this.outFeatures}`;
  }
}
