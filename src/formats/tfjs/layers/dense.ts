/** Dense and Embedding. */

import type { Tensor } from '../../../graph/tensor.js';
import { Embedding } from '../../../nn/embedding.js';
import { Linear } from '../../../nn/linear.js';
import { cast } from '../../../ops/elementwise.js';
import type { AxisOrder } from '../axis-order.js';
import type { BuildLayer } from '../layer.js';
import { reordered } from '../reordered.js';

/** A fully connected layer along Keras's last axis, which of pictures is that of the channels. */
class KerasDense extends Linear {
  readonly #order: AxisOrder;

  constructor(
    inFeatures: number,
    outFeatures: number,
    options: { bias: boolean; order: AxisOrder },
  ) {
    super(inFeatures, outFeatures, { bias: options.bias });
    this.#order = options.order;
  }

  override forward(x: Tensor): Tensor {
    return this.#order.fromKeras(super.forward(this.#order.toKeras(x)));
  }
}

export const dense: BuildLayer = async ({ config, order, weight }) => {
  const units = config.number('units', 0);
  const bias = config.boolean('use_bias', true);
  const kernel = await weight('kernel', [null, units]);
  const layer = new KerasDense(kernel.shape[0], units, { bias, order });
  layer.weight.set(reordered(kernel, [1, 0]));
  layer.bias?.set((await weight('bias', [units])).data);
  return layer;
};

/** An embedding whose indices may come as floats, which is what models take that say nothing else. */
class KerasEmbedding extends Embedding {
  override forward(indices: Tensor): Tensor {
    return super.forward(indices.dtype === 'int32' ? indices : cast(indices, 'int32'));
  }
}

export const embedding: BuildLayer = async ({ config, weight }) => {
  config.expect('mask_zero', false);
  const rows = config.number('input_dim', 0);
  const width = config.number('output_dim', 0);
  const table = await weight('embeddings', [rows, width]);
  const layer = new KerasEmbedding(rows, width);
  layer.weight.set(table.data);
  return layer;
};
