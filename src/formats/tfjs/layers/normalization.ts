/** Normalisations, and layers that drop values in training. */

import { ShapeError } from '../../../graph/errors.js';
import type { Tensor } from '../../../graph/tensor.js';
import { BatchNorm2d, type BatchNormLayerOptions } from '../../../nn/batch-norm.js';
import { Dropout, Dropout2d } from '../../../nn/dropout.js';
import { LayerNorm } from '../../../nn/layer-norm.js';
import { movedim } from '../../../ops/dims.js';
import { add, mul } from '../../../ops/elementwise.js';
import { reshape } from '../../../ops/view.js';
import type { AxisOrder } from '../axis-order.js';
import { type BuildLayer, FunctionLayer } from '../layer.js';

interface AxisOptions {
  readonly axis: number;
  readonly order: AxisOrder;
}

/** Batch normalisation of the features along any axis of tensors of any rank. */
class KerasBatchNorm extends BatchNorm2d {
  readonly #axis: number;
  readonly #order: AxisOrder;

  constructor(features: number, options: BatchNormLayerOptions, { axis, order }: AxisOptions) {
    super(features, options);
    this.#axis = axis;
    this.#order = order;
  }

  override forward(x: Tensor): Tensor {
    const axis = this.#order.axis(this.#axis, x.rank);
    if (x.rank === 4 && axis === 1) return super.forward(x);
    const moved = movedim(x, axis, 1);
    const [batch, features, ...rest] = moved.shape;
    const places = rest.reduce((product, extent) => product * extent, 1);
    const y = super.forward(reshape(moved, [batch, features, places, 1]));
    return movedim(reshape(y, moved.shape), 1, axis);
  }
}

export const batchNormalization: BuildLayer = async ({ config, order, weight }) => {
  const [axis] = config.whole('axis', [-1]);
  const eps = config.number('epsilon', 1e-3);
  const momentum = 1 - config.number('momentum', 0.99);
  const scale = config.boolean('scale', true);
  const center = config.boolean('center', true);
  const { data: mean, shape } = await weight('moving_mean', [null]);
  const layer = new KerasBatchNorm(
    shape[0],
    { eps, momentum, affine: scale || center },
    { axis, order },
  );
  layer.runningMean!.set(mean);
  layer.runningVar!.set((await weight('moving_variance', shape)).data);
  if (scale) layer.weight!.set((await weight('gamma', shape)).data);
  if (center) layer.bias!.set((await weight('beta', shape)).data);
  return layer;
};

/** Layer normalisation along Keras's last axis. */
class KerasLayerNorm extends LayerNorm {
  readonly #axis: number;
  readonly #order: AxisOrder;

  constructor(features: number, { eps, axis, order }: AxisOptions & { eps: number }) {
    super(features, { eps });
    this.#axis = axis;
    this.#order = order;
  }

  override forward(x: Tensor): Tensor {
    if (this.#axis !== -1 && this.#axis !== x.rank - 1) {
      throw new ShapeError(
        `expected axis ${this.#axis} to be the last, got a tensor of rank ${x.rank}; ` +
          'only the last axis can be normalised',
      );
    }
    return this.#order.fromKeras(super.forward(this.#order.toKeras(x)));
  }
}

export const layerNormalization: BuildLayer = async ({ config, order, weight }) => {
  const [axis, ...more] = config.whole('axis', [-1]);
  if (more.length > 0) config.expect('axis', [-1]);
  config.expect('scale', true);
  config.expect('center', true);
  const eps = config.number('epsilon', 1e-3);
  const { data: gamma, shape } = await weight('gamma', [null]);
  const layer = new KerasLayerNorm(shape[0], { eps, axis, order });
  layer.weight!.set(gamma);
  layer.bias!.set((await weight('beta', shape)).data);
  return layer;
};

export const dropout: BuildLayer = ({ config }) => {
  config.expect('noise_shape');
  return new Dropout(config.number('rate', 0.5));
};

export const spatialDropout2D: BuildLayer = ({ config }) => {
  config.expect('noise_shape');
  return new Dropout2d(config.number('rate', 0.5));
};

export const rescaling: BuildLayer = ({ className, config }) => {
  const scale = config.number('scale', 1);
  const offset = config.number('offset', 0);
  return new FunctionLayer(className, ([x]) => add(mul(x, scale), offset));
};
