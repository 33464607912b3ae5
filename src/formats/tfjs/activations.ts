/** Keras's activations by name, as TensorFlow.js computes them. */

import type { Tensor } from '../../graph/tensor.js';
import { elu, gelu, mish, relu6, selu, silu, softplus, softsign } from '../../ops/activations.js';
import { add, exp, maximum, minimum, mul, relu, sigmoid, tanh } from '../../ops/elementwise.js';
import { logSoftmax, softmax } from '../../ops/reduction.js';
import type { AxisOrder } from './axis-order.js';
import type { LayerConfig } from './layer-config.js';
import { notRead } from './tfjs-problem.js';

export type Activation = (x: Tensor) => Tensor;

/** 0.2 x + 0.5 within 0 and 1: steeper than PyTorch's. */
const hardSigmoid: Activation = (x) => maximum(minimum(add(mul(x, 0.2), 0.5), 1), 0);

const elementwise: Readonly<Record<string, Activation>> = {
  relu,
  relu6,
  elu: (x) => elu(x),
  selu,
  softplus: (x) => softplus(x),
  softsign,
  tanh,
  sigmoid,
  hard_sigmoid: hardSigmoid,
  hardSigmoid,
  swish: silu,
  silu,
  mish,
  gelu: (x) => gelu(x),
  gelu_new: (x) => gelu(x, { approximate: 'tanh' }),
  exponential: exp,
};

/** The activation of that name, or null for the one that changes nothing. */
export function activationOf(
  name: string | null,
  { config, order }: { config: LayerConfig; order: AxisOrder },
): Activation | null {
  if (name === null || name === 'linear') return null;
  if (name === 'softmax') return (x) => softmax(x, order.axis(-1, x.rank));
  if (name === 'logSoftmax' || name === 'log_softmax') {
    return (x) => logSoftmax(x, order.axis(-1, x.rank));
  }
  if (Object.hasOwn(elementwise, name)) return elementwise[name];
  const known = ['linear', 'softmax', 'log_softmax', ...Object.keys(elementwise)];
  throw notRead(
    config.fileName,
    `${config.what} has the activation "${name}"`,
    `one of ${known.join(', ')}`,
  );
}
