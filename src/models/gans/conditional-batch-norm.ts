/** ConditionalBatchNorm2d: batch normalisation with a scale and a shift for each class (Dumoulin et al. 2017). */

import type { Tensor } from '../../graph/tensor.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Embedding } from '../../nn/embedding.js';
import { constant } from '../../nn/init.js';
import { Module } from '../../nn/module.js';
import { add, mul } from '../../ops/elementwise.js';
import { reshape } from '../../ops/view.js';

/** Maps [N, C, H, W] and labels int32 [N] -> maps of the same shape; plain normalisation without classes. */
export class ConditionalBatchNorm2d extends Module<[Tensor, Tensor | null]> {
  readonly norm: BatchNorm2d;
  readonly scale: Embedding | null;
  readonly shift: Embedding | null;

  constructor(features: number, numClasses: number | null) {
    super();
    this.norm = new BatchNorm2d(features, { affine: numClasses === null });
    this.scale = numClasses === null ? null : new Embedding(numClasses, features);
    this.shift = numClasses === null ? null : new Embedding(numClasses, features);
    if (this.scale) constant(this.scale.weight, 1);
    if (this.shift) constant(this.shift.weight, 0);
  }

  forward(maps: Tensor, labels: Tensor | null): Tensor {
    const y = this.norm.call(maps);
    if (!this.scale || !this.shift || !labels) return y;
    const [count, features] = maps.shape;
    const each = (table: Embedding) => reshape(table.call(labels), [count, features, 1, 1]);
    return add(mul(y, each(this.scale)), each(this.shift));
  }
}
