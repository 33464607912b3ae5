/** Rows of the layers around activation functions, softmax and random masks. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  Elu,
  Gelu,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyRelu,
  LogSoftmax,
  Mish,
  type Module,
  PRelu,
  Relu,
  Relu6,
  Selu,
  Sigmoid,
  Silu,
  Softmax,
  Softplus,
  Softsign,
  Tanh,
} from '../../src/nn/index.js';
import { distinct, exactly, normal } from '../cases/case.js';
import { scaled } from './inputs.js';
import { type LayerRow, layerRows } from './layer-rows.js';
import { drawn, droppedOut } from './random.js';
import type { Family, OperationRows } from './row.js';

/** On both sides of the kinks at 0, 1, 3 and 6, and clear of them. */
const x = scaled([3, 5], { factor: 64, by: 0.125 });

const ofOne = (...rows: (readonly [create: () => Module, torch: string])[]): OperationRows =>
  layerRows(rows.map(([create, torch]) => [create, [x], torch] as const));

/** In training with the masks of the seed, and off in evaluation. */
function masked(
  Layer: new (p?: number, options?: { seed?: number }) => Module,
  shape: readonly number[],
  mask: readonly number[],
): OperationRows {
  const row = (p: number, seed: number) =>
    ({
      name: `of ${p}`,
      inputs: [normal(shape), drawn(mask, seed)],
      build: (x) => new Layer(p, { seed }).call(x),
      torch: droppedOut(p),
    }) satisfies OperationRows['rows'][number];
  const evaluated: LayerRow<[Tensor]> = [
    () => new Layer(0.3, { seed: 1 }).eval(),
    [normal(shape)],
    'a * 1',
  ];
  return { gradient: 'smooth', rows: [row(0.3, 5), row(0.5, 6), ...layerRows([evaluated]).rows] };
}

export const activationLayers: Family = {
  Relu: ofOne([() => new Relu(), 'F.relu(a)']),
  Relu6: ofOne([() => new Relu6(), 'F.relu6(a)']),
  Tanh: ofOne([() => new Tanh(), 'F.tanh(a)']),
  Sigmoid: ofOne([() => new Sigmoid(), 'F.sigmoid(a)']),
  LeakyRelu: ofOne(
    [() => new LeakyRelu(), 'F.leaky_relu(a)'],
    [() => new LeakyRelu({ negativeSlope: 0.2 }), 'F.leaky_relu(a, 0.2)'],
  ),
  PRelu: layerRows([
    [() => new PRelu(), [x], 'F.prelu(a, b)', { weight: exactly([0.25]) }],
    [
      () => new PRelu({ numParameters: 3 }),
      [distinct([2, 3, 2])],
      'F.prelu(a, b)',
      { weight: normal([3]) },
    ],
  ]),
  Elu: ofOne([() => new Elu(), 'F.elu(a)'], [() => new Elu({ alpha: 0.5 }), 'F.elu(a, 0.5)']),
  Selu: ofOne([() => new Selu(), 'F.selu(a)']),
  Gelu: ofOne(
    [() => new Gelu(), 'F.gelu(a)'],
    [() => new Gelu({ approximate: 'tanh' }), "F.gelu(a, approximate='tanh')"],
  ),
  Silu: ofOne([() => new Silu(), 'F.silu(a)']),
  Softplus: ofOne(
    [() => new Softplus(), 'F.softplus(a)'],
    [() => new Softplus({ beta: 2, threshold: 5 }), 'F.softplus(a, 2, 5)'],
  ),
  Softsign: ofOne([() => new Softsign(), 'F.softsign(a)']),
  Hardtanh: ofOne(
    [() => new Hardtanh(), 'F.hardtanh(a)'],
    [() => new Hardtanh({ minVal: -2, maxVal: 0.5 }), 'F.hardtanh(a, -2, 0.5)'],
  ),
  Hardsigmoid: ofOne([() => new Hardsigmoid(), 'F.relu6(a + 3) / 6']),
  Hardswish: ofOne([() => new Hardswish(), 'F.hardswish(a)']),
  Mish: ofOne([() => new Mish(), 'F.mish(a)']),
  Softmax: ofOne(
    [() => new Softmax({ dim: 1 }), 'F.softmax(a, 1)'],
    [() => new Softmax({ dim: 0 }), 'F.softmax(a, 0)'],
  ),
  LogSoftmax: ofOne(
    [() => new LogSoftmax({ dim: -1 }), 'F.log_softmax(a, -1)'],
    [() => new LogSoftmax({ dim: 0 }), 'F.log_softmax(a, 0)'],
  ),
  Dropout: masked(Dropout, [3, 5], [3, 5]),
  Dropout1d: masked(Dropout1d, [3, 4, 2], [3, 4, 1]),
  Dropout2d: masked(Dropout2d, [3, 4, 2, 1], [3, 4, 1, 1]),
  Dropout3d: masked(Dropout3d, [3, 4, 1, 2, 1], [3, 4, 1, 1, 1]),
};
