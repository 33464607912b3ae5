/** Layers that are activations. */

import type { Tensor } from '../../../graph/tensor.js';
import { Module } from '../../../nn/module.js';
import { Parameter } from '../../../nn/parameter.js';
import { elu, leakyRelu } from '../../../ops/activations.js';
import { greater, minimum, mul, relu, where } from '../../../ops/elementwise.js';
import { softmax } from '../../../ops/reduction.js';
import { activationOf } from '../activations.js';
import { type BuildLayer, FunctionLayer } from '../layer.js';
import { reordered } from '../reordered.js';

export const activation: BuildLayer = ({ className, config, order }) => {
  const compute = activationOf(config.activation(), { config, order });
  return new FunctionLayer(className, ([x]) => (compute ? compute(x) : x));
};

export const reLU: BuildLayer = ({ className, config }) => {
  config.expect('negative_slope', 0);
  config.expect('threshold', 0);
  const most = config.number('max_value', Number.POSITIVE_INFINITY);
  return new FunctionLayer(className, ([x]) => {
    return most === Number.POSITIVE_INFINITY ? relu(x) : minimum(relu(x), most);
  });
};

export const leakyReLU: BuildLayer = ({ className, config }) => {
  const negativeSlope = config.number('alpha', 0.3);
  return new FunctionLayer(className, ([x]) => leakyRelu(x, { negativeSlope }));
};

export const thresholdedReLU: BuildLayer = ({ className, config }) => {
  const theta = config.number('theta', 1);
  return new FunctionLayer(className, ([x]) => where(greater(x, theta), x, 0));
};

export const eLU: BuildLayer = ({ className, config }) => {
  const alpha = config.number('alpha', 1);
  return new FunctionLayer(className, ([x]) => elu(x, { alpha }));
};

export const softmaxLayer: BuildLayer = ({ className, config, order }) => {
  const [axis] = config.whole('axis', [-1]);
  return new FunctionLayer(className, ([x]) => softmax(x, order.axis(axis, x.rank)));
};

/** Slopes of their own for every place, or shared along some axes. */
class KerasPReLU extends Module {
  /** Broadcast against an item of the batch. */
  readonly weight: Parameter;

  constructor(weight: Parameter) {
    super();
    this.weight = weight;
  }

  forward(x: Tensor): Tensor {
    return where(greater(x, 0), x, mul(this.weight, x));
  }
}

export const pReLU: BuildLayer = async ({ config, order, weight }) => {
  // Along which axes they are shared the extents of the weight tell as well.
  config.whole('shared_axes', []);
  const alpha = await weight('alpha', null);
  const isPicture = alpha.shape.length === 3 && order.channelsLast;
  const shape = isPicture ? [2, 0, 1].map((dim) => alpha.shape[dim]) : alpha.shape;
  return new KerasPReLU(new Parameter(shape, isPicture ? reordered(alpha, [2, 0, 1]) : alpha.data));
};
