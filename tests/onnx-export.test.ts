/** What is written around the nodes: names, open extents, versions, files, and what is refused. */

import '../src/index.js';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { setHashedState } from '../bench/hashed-parameters.js';
import { exportOnnx, loadOnnx, openOnnx, readOnnx, saveOnnx } from '../src/formats/index.js';
import { graphOf } from '../src/formats/onnx/write/export-onnx.js';
import { ValueError } from '../src/graph/errors.js';
import type { Tensor } from '../src/graph/tensor.js';
import { Variable } from '../src/graph/variable.js';
import { createModel, modelNames } from '../src/models/index.js';
import { usualInput } from '../src/models/usual-input.js';
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  Flatten,
  Linear,
  Relu,
  Sequential,
} from '../src/nn/index.js';
import { add, expand, mean, mul, relu, reshape, sigmoid, tensor } from '../src/ops/index.js';
import { assertNear, runOptimized, skip } from './onnx-runtime.js';
import { refuses } from './refusal.js';

const small = () =>
  new Sequential(
    new Conv2d(1, 3, { kernelSize: 3, padding: 1 }),
    new BatchNorm2d(3),
    new Relu(),
    new Flatten(),
    new Dropout(),
    new Linear(48, 5),
  );
const smallInput = ['batch', 1, 4, 4];

test('initialisers have the names of parameters, nodes those of layers', () => {
  const { initializers, nodes, inputs, outputs, producer } = readOnnx(
    exportOnnx(small(), { inputs: [smallInput] }),
    'small.onnx',
  );
  assert.deepEqual(
    nodes.map(({ name, operator, inputs, outputs }) => [name, operator, inputs, outputs]),
    [
      ['0/Conv', 'Conv', ['input', '0.weight', '0.bias'], ['0/Conv']],
      [
        ...['1/BatchNormalization', 'BatchNormalization'],
        ['0/Conv', '1.weight', '1.bias', '1.running_mean', '1.running_var'],
        ['1/BatchNormalization'],
      ],
      ['2/Relu', 'Relu', ['1/BatchNormalization'], ['2/Relu']],
      ['3/Flatten', 'Flatten', ['2/Relu'], ['3/Flatten']],
      ['5/Gemm', 'Gemm', ['3/Flatten', '5.weight', '5.bias'], ['output']],
    ],
  );
  assert.deepEqual(initializers.get('5.weight')?.shape, [5, 48]);
  assert.deepEqual(inputs, [{ name: 'input', typeCode: 1, shape: ['batch', 1, 4, 4] }]);
  assert.deepEqual(outputs, [{ name: 'output', typeCode: 1, shape: ['batch', 5] }]);
  assert.equal(producer, 'fovea');
});

test('inputs and outputs are called as asked, or as in what the model returns', () => {
  const model = (x: Tensor, mask: Tensor) => ({ masked: mul(x, mask), parts: [relu(x), x] });
  const inputs = [{ name: 'x', shape: ['many', 3] }, ['many', 3]] as const;
  const own = readOnnx(exportOnnx(model, { inputs }), 'm.onnx');
  assert.deepEqual(
    own.inputs.map(({ name }) => name),
    ['x', 'input_1'],
  );
  assert.deepEqual(
    own.outputs.map(({ name, shape }) => [name, shape]),
    [
      ['masked', ['many', 3]],
      ['parts.0', ['many', 3]],
      ['parts.1', ['many', 3]],
    ],
  );
  const asked = readOnnx(exportOnnx(model, { inputs, outputs: ['a', 'b', 'c'] }), 'm.onnx');
  assert.deepEqual(
    asked.outputs.map(({ name }) => name),
    ['a', 'b', 'c'],
  );
});

test('a tensor that is an output twice, an input or a constant is one all the same', {
  skip,
}, async () => {
  const weight = new Variable(Float32Array.of(1, 2), [2], 'float32');
  const model = (x: Tensor) => {
    const y = sigmoid(x);
    return { y, again: y, x, weight, sum: add(weight, 1) };
  };
  const bytes = exportOnnx(model, { inputs: [[2]] });
  const data = Float32Array.of(-1, 3);
  const computed = await runOptimized(bytes, { input: { shape: [2], type: 'float32', data } });
  const y = { shape: [2], data: Array.from(data, (value) => 1 / (1 + Math.exp(-value))) };
  assertNear(computed.y, y, 'y');
  assertNear(computed.again, y, 'again');
  assertNear(computed.x, { shape: [2], data }, 'x');
  assertNear(computed.weight, { shape: [2], data: [1, 2] }, 'weight');
  assertNear(computed.sum, { shape: [2], data: [2, 3] }, 'sum');
});

test('variables of a function have the names that they have in a module, others numbers', () => {
  const layer = new Linear(2, 3);
  const factor = new Variable(Float32Array.of(2), [1], 'float32');
  const model = (x: Tensor) => mul(layer.call(x), factor);
  const names = (options: object) => [
    ...readOnnx(exportOnnx(model, { inputs: [[1, 2]], ...options }), 'm.onnx').initializers.keys(),
  ];
  assert.deepEqual(names({ parametersOf: layer }), ['weight', 'bias', 'variable_0']);
  assert.deepEqual(names({}), ['variable_0', 'variable_1', 'variable_2']);
});

test('a parameter that is taken in two shapes keeps its name in its own', () => {
  const weight = new Variable(Float32Array.of(1, 2), [2], 'float32');
  const model = (x: Tensor) => add(mul(x, reshape(weight, [2, 1])), weight);
  const { initializers } = readOnnx(exportOnnx(model, { inputs: [[2, 2]] }), 'm.onnx');
  assert.deepEqual(
    [...initializers].map(([name, { shape }]) => [name, shape]),
    [
      ['variable_0_reshaped', [2, 1]],
      ['variable_0', [2]],
    ],
  );
});

test('a layer is written in evaluation mode, and is in its own again afterwards', () => {
  const model = small();
  const [conv, norm] = model
    .namedModules()
    .slice(1)
    .map(([, layer]) => layer);
  norm.eval();
  exportOnnx(model, { inputs: [smallInput] });
  assert.deepEqual([model.training, conv.training, norm.training], [true, true, false]);
});

/** The numbers in the first field and of the operator set of a model. */
function versionsOf(bytes: Uint8Array): [ir: number, opset: number] {
  const reader = new BinaryReader(bytes);
  const found: [number, number] = [0, 0];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) found[0] = Number(reader.int64());
    else if (field === 8) found[1] = readOnnx(bytes, 'm.onnx').opsets.get('')!;
    if (field !== 1) reader.skip(wire);
  }
  return found;
}

test('the version of the file goes with that of the operators', { skip }, async () => {
  const model = small();
  setHashedState(model);
  const data = Float32Array.from({ length: 32 }, (_, i) => (i % 7) - 3);
  const input = { shape: [2, 1, 4, 4], type: 'float32', data };
  const expected = model.eval().call(tensor(data, input.shape));
  const wanted = { shape: expected.shape, data: expected.data() };
  assert.deepEqual(versionsOf(exportOnnx(model, { inputs: [smallInput] })), [8, 17]);
  for (const [opset, ir] of [
    [13, 7],
    [15, 8],
    [18, 8],
    [19, 9],
    [21, 10],
    [23, 11],
  ]) {
    const bytes = exportOnnx(model, { inputs: [smallInput], opset });
    assert.deepEqual(versionsOf(bytes), [ir, opset]);
    assertNear((await runOptimized(bytes, { input })).output, wanted, `operator set ${opset}`);
  }
});

test('weights may lie in a file beside the model', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-export-'));
  try {
    const model = new Sequential(new Linear(64, 10), new Linear(10, 40));
    setHashedState(model);
    const path = join(folder, 'model.onnx');
    const options = { inputs: [['batch', 64]], metadata: { classes: '["a"]' } };
    const whole = await saveOnnx(path, model, options);
    const bytes = new Uint8Array(await readFile(path));
    assert.deepEqual(bytes, exportOnnx(model, options));
    assert.deepEqual(whole.files, [{ path, bytes: bytes.length }]);
    assert.deepEqual(whole.operators, { Gemm: 2 });

    for (const parameter of model.parameters()) parameter.set(parameter.data().map((n) => 2 * n));
    const two = await saveOnnx(path, model, { ...options, externalData: true });
    const inModel = (await readFile(path)).length;
    // The two weights, each at the start of a page; biases stay in the model.
    assert.deepEqual(two.files, [
      { path, bytes: inModel },
      { path: `${path}.data`, bytes: 4096 + 4 * 10 * 40 },
    ]);
    assert.ok(inModel < bytes.length - 4 * 64 * 10);

    const shape = [2, 64];
    const data = Float32Array.from({ length: 128 }, (_, i) => i / 64 - 1);
    const expected = model.call(tensor(data, shape));
    const wanted = { shape: expected.shape, data: expected.data() };
    const fed = { input: { shape, type: 'float32', data } };
    assertNear((await runOptimized(path, fed)).output, wanted, 'in ONNX Runtime');
    const { output } = (await openOnnx(path)).call({ input: tensor(data, shape) });
    const own = { shape: output.shape, type: output.dtype, data: output.data() };
    assertNear(own, wanted, 'read back');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a model that was read is written again, with what was changed since', { skip }, async () => {
  const first = loadOnnx(exportOnnx(small(), { inputs: [smallInput] }), 'first.onnx').eval();
  const bias = first.namedParameters().find(([name]) => name === '5.bias')![1];
  bias.set(Float32Array.of(1, 2, 3, 4, 5));
  const bytes = exportOnnx((x: Tensor) => first.call({ input: x }).output, {
    inputs: [smallInput],
    parametersOf: first,
    opset: 21,
  });
  const again = readOnnx(bytes, 'again.onnx');
  assert.equal(
    again.nodes.map(({ operator }) => operator).join(' '),
    'Conv BatchNormalization Relu Flatten Gemm',
  );
  assert.deepEqual([...again.initializers.get('5.bias')!.data], [1, 2, 3, 4, 5]);
  const input = { shape: [1, 1, 4, 4], type: 'float32', data: new Float32Array(16).fill(0.5) };
  const { output } = first.call({ input: tensor(input.data, input.shape) });
  const computed = await runOptimized(bytes, { input });
  assertNear(computed.output, { shape: output.shape, data: output.data() }, 'output');
});

/** Operators that a person expects in a picture classifier, and what LeNet-5 of 1998 and CIFAR's shortcuts need. */
const expected = new Set([
  ...['Conv', 'Relu', 'BatchNormalization', 'LRN', 'MaxPool', 'AveragePool', 'GlobalAveragePool'],
  ...['Concat', 'Add', 'Flatten', 'Gemm', 'Slice', 'Pad', 'Mul', 'Tanh', 'Reshape', 'Sub', 'Neg'],
  'ReduceSum',
]);

for (const name of modelNames()) {
  test(`${name} is written for its usual pictures, any number of them, in its usual operators`, () => {
    const { nodes, outputs } = graphOf(createModel(name), {
      inputs: [['batch', ...usualInput(name)]],
    });
    const found = new Set(nodes.map(({ operator }) => operator));
    assert.deepEqual(
      [...found].filter((operator) => !expected.has(operator)),
      [],
    );
    assert.equal(outputs[0].shape?.[0], 'batch');
  });
}

const oneInput = { inputs: [[2, 3]] };
const kind = ValueError;
refuses(
  'what draws random numbers, by the layer',
  () => exportOnnx((x: Tensor) => new Sequential(new Relu(), new Dropout()).call(x), oneInput),
  { kind, parts: ['1: it draws random numbers', 'eval()'] },
);
refuses(
  'what changes a parameter, by its name',
  () =>
    exportOnnx(new Embedding(4, 2, { maxNorm: 1 }), {
      inputs: [{ shape: [2], dtype: 'int32' }],
      opset: 18,
    }),
  { kind, parts: ["running it changes 'weight'", 'maxNorm'] },
);
refuses(
  'what depends on an open extent, by the node',
  () => exportOnnx((x: Tensor) => mul(x, 1 / x.shape[0]), { inputs: [['batch', 3]] }),
  { kind, parts: ["node 'Mul' (Mul)", "depends on the extent 'batch'", 'with a number'] },
);
refuses(
  'what is repeated as often as an open extent says',
  () =>
    exportOnnx((x: Tensor) => expand(mean(x, 0, { keepDims: true }), x.shape), {
      inputs: [['batch', 3]],
    }),
  { kind, parts: ["node 'Expand' (Expand)", "'batch'"] },
);
refuses(
  'an open extent that is no batch',
  () => exportOnnx(relu, { inputs: [{ name: 'x', shape: [1, 3, 'height', 8] }] }),
  { kind, parts: ["extent 2 of 'x' is open ('height')", 'give a number'] },
);
refuses(
  'batches of two names',
  () =>
    exportOnnx(add, {
      inputs: [
        ['n', 2],
        ['m', 2],
      ],
    }),
  {
    kind,
    parts: ["'n', 'm'", 'one name'],
  },
);
refuses('another operator set', () => exportOnnx(relu, { ...oneInput, opset: 12 }), {
  kind,
  parts: ['opset is 12', '13 to 23'],
});
refuses(
  'a name that is there twice',
  () => exportOnnx(relu, { inputs: [{ name: 'x', shape: [1] }], outputs: ['x'] }),
  { kind, parts: ["'x' is there twice"] },
);
refuses(
  'another number of names than outputs',
  () => exportOnnx(relu, { ...oneInput, outputs: ['a', 'b'] }),
  { kind, parts: ['names 2 outputs', 'returns 1'] },
);
refuses('a model that returns nothing', () => exportOnnx(() => [], oneInput), {
  kind,
  parts: ['returns no tensor'],
});
refuses(
  'more than 2 GB in one file, before any weight is made',
  () => exportOnnx(new Linear(30_000, 20_000), { inputs: [[1, 30_000]] }),
  { kind, parts: ['2400080000 bytes', 'saveOnnx()'] },
);
