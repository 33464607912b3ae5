/** Every layer, exported: by which operators, what ONNX Runtime makes of them, and what our own reader does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../src/index.js';
import { hashedValues } from '../bench/hashed-data.js';
import { setHashedState } from '../bench/hashed-parameters.js';
import { exportOnnx, loadOnnx, readOnnx } from '../src/formats/index.js';
import type { DType } from '../src/graph/dtype.js';
import { sizeOf } from '../src/graph/shape.js';
import type { Tensor } from '../src/graph/tensor.js';
import * as nn from '../src/nn/index.js';
import { tensor } from '../src/ops/index.js';
import { assertNear, runOptimized, skip } from './onnx-runtime.js';
import { onReference } from './torch-values.js';

interface LayerRow {
  readonly layer: nn.AnyModule;
  /** Of the inputs; the first extent stays open and is 4 when the model runs. */
  readonly shapes: readonly (readonly number[])[];
  readonly dtypes?: readonly DType[];
  /** The operators, in order. */
  readonly operators: string;
  readonly opset?: number;
}

const picture = [2, 4, 7, 6];
const volume = [2, 4, 7];
const rows = [2, 4];

const row = (layer: nn.AnyModule, shape: readonly number[], operators: string): LayerRow => ({
  layer,
  shapes: [shape],
  operators,
});
const newer = (opset: number, of: LayerRow): LayerRow => ({ ...of, opset });

const convolutions: LayerRow[] = [
  row(new nn.Conv2d(4, 6, { kernelSize: 3, padding: 1 }), picture, 'Conv'),
  row(new nn.Conv2d(4, 6, { kernelSize: [3, 2], stride: 2, bias: false }), picture, 'Conv'),
  row(new nn.Conv2d(4, 6, { kernelSize: 3, dilation: 2, groups: 2 }), picture, 'Conv'),
  row(new nn.Conv2d(4, 4, { kernelSize: 2, groups: 4, padding: 'same' }), picture, 'Conv'),
  row(
    new nn.Conv2d(4, 6, { kernelSize: 3, padding: 1, paddingMode: 'reflect' }),
    picture,
    'Pad Conv',
  ),
  row(new nn.Conv1d(4, 6, { kernelSize: 3, stride: 2, padding: 1 }), volume, 'Conv'),
  row(
    new nn.ConvTranspose2d(4, 6, { kernelSize: 4, stride: 2, padding: 1 }),
    picture,
    'ConvTranspose',
  ),
  row(
    new nn.ConvTranspose2d(4, 6, {
      kernelSize: 3,
      stride: 3,
      outputPadding: 2,
      groups: 2,
      bias: false,
    }),
    picture,
    'ConvTranspose',
  ),
  row(
    new nn.ConvTranspose2d(4, 6, {
      kernelSize: 3,
      stride: 2,
      padding: 1,
      outputPadding: 1,
      dilation: 2,
    }),
    picture,
    'ConvTranspose',
  ),
  row(new nn.ConvTranspose2d(4, 6, { kernelSize: 4 }), [2, 4, 1, 1], 'ConvTranspose'),
  row(nn.weightNorm(new nn.Conv2d(4, 6, { kernelSize: 3 })), picture, 'Conv'),
];

const pooling: LayerRow[] = [
  row(new nn.MaxPool2d({ kernelSize: 3, stride: 2, padding: 1 }), picture, 'MaxPool'),
  row(new nn.MaxPool2d({ kernelSize: 2, ceilMode: true }), picture, 'MaxPool'),
  row(new nn.MaxPool2d({ kernelSize: 2, dilation: 2, stride: 1 }), picture, 'MaxPool'),
  row(new nn.AvgPool2d({ kernelSize: 3, stride: 2, padding: 1 }), picture, 'AveragePool'),
  row(
    new nn.AvgPool2d({ kernelSize: 3, stride: 2, padding: 1, countIncludePad: false }),
    picture,
    'AveragePool',
  ),
  row(new nn.AvgPool2d({ kernelSize: 2, ceilMode: true }), picture, 'AveragePool'),
  row(new nn.AvgPool2d({ kernelSize: 2, divisorOverride: 3 }), picture, 'AveragePool Mul Mul'),
  row(new nn.SumPool2d({ kernelSize: 2 }), picture, 'AveragePool Mul'),
  row(new nn.LPPool2d({ kernelSize: 2 }), picture, 'Mul AveragePool Mul Equal Where Sqrt Where'),
  row(new nn.AdaptiveAvgPool2d(1), picture, 'GlobalAveragePool'),
  row(new nn.AdaptiveAvgPool2d([7, 3]), picture, 'AveragePool'),
  row(new nn.AdaptiveAvgPool2d([3, 4]), picture, 'MatMul MatMul Div'),
  row(new nn.AdaptiveMaxPool2d([7, 3]), picture, 'MaxPool'),
  row(new nn.AdaptiveMaxPool2d([3, 4]), picture, 'Reshape Gather Reshape MaxPool'),
  row(new nn.GlobalAvgPool2d(), picture, 'GlobalAveragePool'),
  row(new nn.GlobalMaxPool2d(), picture, 'GlobalMaxPool'),
];

const normalization: LayerRow[] = [
  row(new nn.BatchNorm2d(4), picture, 'BatchNormalization'),
  row(new nn.BatchNorm2d(4, { affine: false, eps: 1e-3 }), picture, 'BatchNormalization'),
  row(new nn.BatchNorm1d(4), rows, 'BatchNormalization'),
  row(new nn.BatchNorm1d(4), volume, 'BatchNormalization'),
  row(new nn.InstanceNorm2d(4), picture, 'InstanceNormalization'),
  row(new nn.InstanceNorm2d(4, { affine: true }), picture, 'InstanceNormalization'),
  row(new nn.LayerNorm(6), picture, 'LayerNormalization'),
  row(new nn.LayerNorm([7, 6], { elementwiseAffine: false }), picture, 'LayerNormalization'),
  row(new nn.GroupNorm(2, 4), picture, 'Reshape InstanceNormalization Reshape Mul Add'),
  newer(21, row(new nn.GroupNorm(2, 4), picture, 'GroupNormalization')),
  row(new nn.LocalResponseNorm(3, { alpha: 0.1, k: 2 }), picture, 'LRN'),
];

const activations: LayerRow[] = [
  row(new nn.Relu(), picture, 'Relu'),
  row(new nn.Relu6(), picture, 'Clip'),
  row(new nn.LeakyRelu({ negativeSlope: 0.2 }), picture, 'LeakyRelu'),
  row(new nn.PRelu(), picture, 'PRelu'),
  row(new nn.PRelu({ numParameters: 4 }), picture, 'PRelu'),
  row(new nn.Elu(), picture, 'Elu'),
  row(new nn.Elu({ alpha: 0.5 }), rows, 'Elu'),
  row(new nn.Selu(), picture, 'Selu'),
  row(new nn.Gelu(), picture, 'Mul Mul Erf Add Mul'),
  newer(20, row(new nn.Gelu(), picture, 'Gelu')),
  newer(20, row(new nn.Gelu({ approximate: 'tanh' }), picture, 'Gelu')),
  row(new nn.Silu(), picture, 'Sigmoid Mul'),
  row(new nn.Sigmoid(), picture, 'Sigmoid'),
  row(new nn.Tanh(), picture, 'Tanh'),
  row(new nn.Softplus(), picture, 'Softplus'),
  row(new nn.Softplus({ beta: 2 }), picture, 'Mul Softplus Div'),
  row(new nn.Softsign(), picture, 'Softsign'),
  row(new nn.Hardtanh(), picture, 'Clip'),
  row(new nn.Hardsigmoid(), picture, 'HardSigmoid'),
  row(new nn.Hardswish(), picture, 'HardSwish'),
  row(new nn.Mish(), picture, 'Softplus Tanh Mul'),
  newer(18, row(new nn.Mish(), picture, 'Mish')),
  row(new nn.Softmax({ dim: 1 }), picture, 'Softmax'),
  row(new nn.LogSoftmax({ dim: -1 }), picture, 'LogSoftmax'),
];

const padding: LayerRow[] = [
  row(new nn.ZeroPad2d(1), picture, 'Pad'),
  row(new nn.ConstantPad2d([1, 2, 0, 3], { value: 0.5 }), picture, 'Pad'),
  row(new nn.ReflectionPad2d([1, 2, 3, 0]), picture, 'Pad'),
  row(new nn.ReplicationPad2d(2), picture, 'Pad'),
  row(new nn.CircularPad2d([1, 0, 0, 0]), picture, 'Slice Concat'),
  newer(19, row(new nn.CircularPad2d(2), picture, 'Pad')),
];

const others: LayerRow[] = [
  row(new nn.Linear(4, 3), rows, 'Gemm'),
  row(new nn.Linear(4, 3, { bias: false }), rows, 'Gemm'),
  row(new nn.Linear(7, 3), volume, 'MatMul Add'),
  {
    layer: new nn.Bilinear(4, 3, 2),
    shapes: [rows, [2, 3]],
    operators: 'MatMul Reshape Reshape Mul ReduceSum Add',
  },
  row(new nn.Flatten(), picture, 'Flatten'),
  row(new nn.Unflatten(1, [2, 2]), rows, 'Reshape'),
  row(new nn.Identity(), rows, 'Identity'),
  row(new nn.Dropout(), rows, 'Identity'),
  row(new nn.Dropout1d(), volume, 'Identity'),
  row(new nn.Dropout2d(), picture, 'Identity'),
  row(new nn.Dropout3d(), [2, 4, 3, 2, 2], 'Identity'),
  row(new nn.Upsample({ scaleFactor: 2 }), picture, 'Resize'),
  row(new nn.Upsample({ size: [14, 9], mode: 'bilinear' }), picture, 'Resize'),
  row(new nn.Upsample({ scaleFactor: 2, mode: 'bicubic', alignCorners: true }), picture, 'Resize'),
  row(new nn.Upsample({ size: [5, 4] }), picture, 'Reshape Gather Reshape'),
  row(new nn.PixelShuffle(2), [2, 8, 3, 2], 'DepthToSpace'),
  row(new nn.PixelUnshuffle(2), [2, 1, 4, 6], 'Reshape Transpose Reshape'),
  { layer: new nn.Embedding(10, 3), shapes: [rows], dtypes: ['int32'], operators: 'Gather' },
  {
    layer: new nn.Embedding(10, 3, { paddingIdx: 2 }),
    shapes: [[2]],
    dtypes: ['int32'],
    operators: 'Gather',
  },
];

const table = { convolutions, pooling, normalization, activations, padding, others };

/** Those that hold layers, one that draws numbers, and the one whose places depend on the batch: it is written for a fixed one below. */
const apart = ['MaxUnpool2d', 'Module', 'NamedSequential', 'NoiseSource', 'Sequential'];

test('every layer has a row', () => {
  const isLayer = (value: unknown) =>
    typeof value === 'function' && (value === nn.Module || value.prototype instanceof nn.Module);
  const classes = Object.entries(nn).filter(([, value]) => isLayer(value));
  const seen = new Set(
    Object.values(table).flatMap((all) => all.map(({ layer }) => layer.constructor.name)),
  );
  const missing = classes.map(([name]) => name).filter((name) => !seen.has(name));
  assert.deepEqual(missing.sort(), apart);
});

const valuesFor = (shape: readonly number[], dtype: DType, seed: number) => {
  const values = hashedValues(sizeOf(shape), seed);
  return dtype === 'int32'
    ? Int32Array.from(values, (value) => Math.floor(Math.abs(value) * 100) % 10)
    : Float32Array.from(values, (value) => 3 * value);
};

/** Gives what is set by name the names that it has in a network. */
class Network extends nn.Module {
  constructor(readonly layer: nn.AnyModule) {
    super();
  }

  forward(): never {
    throw new Error('only its names are used');
  }
}

async function check({ layer, shapes, dtypes, operators, opset }: LayerRow): Promise<void> {
  setHashedState(new Network(layer));
  const inputs = shapes.map(([, ...rest], i) => ({
    name: `x${i}`,
    shape: ['batch', ...rest],
    dtype: dtypes?.[i] ?? 'float32',
  }));
  const bytes = exportOnnx(layer, { inputs, opset });
  const { nodes } = readOnnx(bytes, 'layer.onnx');
  assert.equal(nodes.map(({ operator }) => operator).join(' '), operators);
  const fed = inputs.map(({ name, shape: [, ...rest], dtype }, i) => {
    const shape = [4, ...(rest as number[])];
    return { name, shape, type: dtype, dtype, data: valuesFor(shape, dtype, i + 1) };
  });
  layer.eval();
  const xs = () => fed.map(({ data, shape, dtype }) => tensor(data, shape, dtype));
  const expected = onReference(() => (layer as nn.Module<Tensor[], Tensor>).call(...xs()));
  const byName = Object.fromEntries(fed.map((input) => [input.name, input]));
  const { output } = await runOptimized(bytes, byName);
  const wanted = { shape: expected.shape, data: expected.data() };
  assertNear(output, wanted, operators);
  const model = loadOnnx(bytes, 'layer.onnx').eval();
  const read = onReference(
    () => model.call(Object.fromEntries(xs().map((x, i) => [`x${i}`, x]))).output,
  );
  assertNear({ shape: read.shape, type: read.dtype, data: read.data() }, wanted, 'read back');
}

for (const [family, layers] of Object.entries(table)) {
  for (const [i, one] of layers.entries()) {
    const { layer, shapes, opset } = one;
    const version = opset === undefined ? '' : `, operator set ${opset}`;
    test(
      `${family} ${i}: ${layer.describe()} of [${shapes.join('] and [')}]${version}`,
      { skip },
      () => check(one),
    );
  }
}

test('max unpooling, for a batch that is known', { skip }, async () => {
  const layer = new nn.MaxUnpool2d({ kernelSize: 2 });
  const x = { shape: [1, 2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  const places = { ...x, data: Int32Array.of(0, 3, 9, 14, 5, 2, 8, 11) };
  const inputs = [
    { name: 'x', shape: x.shape },
    { name: 'places', shape: x.shape, dtype: 'int32' as const },
  ];
  const bytes = exportOnnx(layer, { inputs });
  const { output } = await runOptimized(bytes, {
    x: { ...x, type: 'float32' },
    places: { ...places, type: 'int32' },
  });
  const expected = onReference(() =>
    layer.call(tensor(x.data, x.shape), tensor(places.data, x.shape, 'int32')),
  );
  assertNear(output, { shape: expected.shape, data: expected.data() }, 'output');
});
