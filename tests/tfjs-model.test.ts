/** Layers models of TensorFlow.js against what it computes with them itself: outputs, gradients, weights. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bytesSource, openTfjs, type TfjsModel } from '../src/formats/index.js';
import { openManifest } from '../src/formats/tfjs/weights-manifest.js';
import { compile, grad, type Tensor } from '../src/index.js';
import { crossEntropy, isFrozen } from '../src/nn/index.js';
import { add, log, mul, permute, sum, tensor, transpose } from '../src/ops/index.js';
import { Adam } from '../src/optim/index.js';

interface Packed {
  readonly shape: readonly number[];
  readonly data: string;
}

interface ModelCase {
  readonly name: string;
  readonly modelTopology: unknown;
  readonly weights: readonly unknown[];
  readonly data: string;
  readonly inputs: readonly (Packed & { dtype: string })[];
  readonly outputs: readonly Packed[];
  readonly factors?: readonly Packed[];
  readonly gradients?: Readonly<Record<string, Packed>>;
}

interface QuantizedWeights {
  readonly weights: readonly { name: string }[];
  readonly data: string;
  readonly decoded: Readonly<Record<string, Packed & { dtype: string }>>;
}

const folder = new URL('../../tests/fixtures/tfjs/', import.meta.url);
const {
  cases,
  quantized,
  real,
}: {
  cases: readonly ModelCase[];
  quantized: QuantizedWeights;
  real: { input: Packed; output: Packed };
} = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8'));

const casesByName = new Map(cases.map((one) => [one.name, one]));

const floatsOf = ({ data }: Packed) => {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  return new Float32Array(bytes.buffer);
};

/** Keras's order, made this library's. */
function tensorOf(packed: Packed): Tensor {
  const x = tensor(floatsOf(packed), packed.shape);
  return packed.shape.length === 4 ? permute(x, [0, 3, 1, 2]) : x;
}

const inputOf = (packed: Packed, { inputs }: TfjsModel, i: number): Tensor =>
  inputs[i].dtype === 'int32'
    ? tensor(Int32Array.from(floatsOf(packed)), packed.shape, 'int32')
    : tensorOf(packed);

function openCase({ name, modelTopology, weights, data }: ModelCase): Promise<TfjsModel> {
  const json = { modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights }] };
  return openTfjs(bytesSource(Buffer.from(JSON.stringify(json)), name), {
    openWeights: async (path) => bytesSource(Buffer.from(data, 'base64'), path),
  });
}

function assertClose(actual: Tensor, expected: Tensor, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  const [found, wanted] = [actual.data(), expected.data()];
  const largest = Math.max(1e-3, ...Array.from(wanted, Math.abs));
  found.forEach((value, i) => {
    const difference = Math.abs(value - wanted[i]);
    assert.ok(difference <= 1e-5 * largest, `${what}: ${value} for ${wanted[i]} at ${i}`);
  });
}

for (const one of cases) {
  test(`${one.name} computes what TensorFlow.js computes`, async () => {
    const model = await openCase(one);
    const inputs = one.inputs.map((packed, i) => inputOf(packed, model, i));
    const outputs = model.outputs(...inputs);
    assert.equal(outputs.length, one.outputs.length);
    outputs.forEach((y, i) => {
      assertClose(y, tensorOf(one.outputs[i]), `output ${i}`);
    });
  });
}

test("gradients are those of TensorFlow.js, in this library's order", async () => {
  const differentiated = cases.filter(({ gradients }) => gradients);
  assert.equal(differentiated.length, 2);
  for (const one of differentiated) {
    const model = await openCase(one);
    const inputs = one.inputs.map((packed, i) => inputOf(packed, model, i));
    const loss = model
      .outputs(...inputs)
      .map((y, i) => sum(mul(y, tensorOf(one.factors![i]))))
      .reduce((a, b) => add(a, b));
    const state = model.namedState();
    for (const [name, packed] of Object.entries(one.gradients!)) {
      const [layer, weight] = name.split('/').slice(-2);
      const [path, parameter] = [...state].find(([key]) => {
        const kind = { kernel: 'weight', gamma: 'weight', bias: 'bias', beta: 'bias' }[weight];
        return key === `${layer}.${kind}` || key.endsWith(`.${layer}.${kind}`);
      })!;
      const { shape } = packed;
      const expected = tensor(floatsOf(packed), shape);
      const inOrder = {
        1: () => expected,
        2: () => transpose(expected),
        4: () => permute(expected, [3, 2, 0, 1]),
      }[shape.length]!;
      assertClose(grad(loss, [parameter])[0], inOrder(), path);
    }
  }
});

const modelPath = fileURLToPath(new URL('model/model.json', folder));
const onDisk = casesByName.get('models within a model')!;

test('a model is read from its files, of which weights begin in one and end in another', async () => {
  const model = await openTfjs(modelPath);
  assert.deepEqual(
    model.inputs.map(({ shape, dtype }) => ({ shape, dtype })),
    [{ shape: [null, 3, 8, 8], dtype: 'float32' }],
  );
  const y = model.call(tensorOf(onDisk.inputs[0]));
  assertClose(y, tensorOf(onDisk.outputs[0]), 'output');
  assert.deepEqual(
    model.namedParameters().map(([name, { shape }]) => `${name} [${shape}]`),
    [
      'features.conv.weight [4,3,3,3]',
      'features.conv.bias [4]',
      'features.norm.weight [4]',
      'features.norm.bias [4]',
      'gate.gates.weight [4,4]',
      'gate.gates.bias [4]',
      'head.weight [3,64]',
      'head.bias [3]',
    ],
  );
  assert.equal(model.training, false);
});

test('an imported model learns', async () => {
  const model = await openTfjs(modelPath);
  model.train();
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = compile((x: Tensor, labels: Tensor) => {
    const loss = crossEntropy(log(model.call(x)), labels);
    optimizer.step(grad(loss, optimizer.parameters));
    return loss;
  });
  const x = tensorOf(onDisk.inputs[0]);
  const labels = tensor([2, 0], [2], 'int32');
  const losses = Array.from({ length: 20 }, () => step(x, labels).data()[0]);
  assert.ok(losses[19] < 0.5 * losses[0], losses.join(' '));
});

/** The case with other settings of its layers, by their number. */
async function openChanged(
  name: string,
  changes: Readonly<Record<number, object>>,
): Promise<TfjsModel> {
  const one = structuredClone(casesByName.get(name)!);
  const { config } = one.modelTopology as { config: { layers: { config: object }[] } };
  for (const [i, change] of Object.entries(changes))
    Object.assign(config.layers[+i].config, change);
  return openCase(one);
}

test('settings that newer versions of Keras write are read', async () => {
  const convolutions = [
    'depthwise same 2',
    'separable same',
    'transposed valid 2',
    'conv2d same 2',
  ];
  for (const name of convolutions) {
    const { inputs, outputs } = casesByName.get(name)!;
    const extra = name.startsWith('transposed') ? { output_padding: null } : {};
    const model = await openChanged(name, { 1: { groups: 1, ...extra } });
    assertClose(model.call(tensorOf(inputs[0])), tensorOf(outputs[0]), name);
  }
  await assert.rejects(openChanged(convolutions[0], { 1: { groups: 3 } }), /has groups 3/);
});

test('layers that are not trainable come frozen', async () => {
  const model = await openChanged('flatten and dense', { 2: { trainable: false } });
  assert.ok(model.parameters().length === 2 && model.parameters().every(isFrozen));
});

test('batch normalisation along any axis is that of Keras', async () => {
  const name = 'batch norm without shift';
  const [x, y] = [casesByName.get(name)!.inputs[0], casesByName.get(name)!.outputs[0]].map(
    tensorOf,
  );
  const byNumber = await openChanged(name, { 1: { axis: 3 } });
  assertClose(byNumber.call(x), y, 'the last axis by its number');
  // Keras's [2, 3, 8, 7], whose rows are what the channels were.
  const alongRows = { 0: { batch_input_shape: [null, 3, 8, 7] }, 1: { axis: [1] } };
  const turned = await openChanged(name, alongRows);
  const order = [0, 2, 1, 3];
  assertClose(turned.call(permute(x, order)), permute(y, order), 'the axis of the rows');
});

test('quantised weights have the values that TensorFlow.js gives them', async () => {
  const manifest = [{ paths: ['weights.bin'], weights: quantized.weights }];
  const source = await openManifest({ fileName: 'model.json', manifest }, async (path) =>
    bytesSource(Buffer.from(quantized.data, 'base64'), path),
  );
  for (const [name, { shape, dtype, ...packed }] of Object.entries(quantized.decoded)) {
    const weight = await source.read(name);
    assert.deepEqual(weight.shape, shape, name);
    assert.equal(weight.dtype, dtype, name);
    assert.deepEqual(Float32Array.from(weight.data), floatsOf({ shape, ...packed }), name);
  }
});

const dataFolder = process.env.FOVEA_DATA;

test('a model of the TensorFlow.js project computes what it computes there', {
  skip: !dataFolder && 'FOVEA_DATA is not set',
}, async () => {
  const path = join(dataFolder!, 'format-fixtures/tfjs-models/layers_model/model.json');
  const model = await openTfjs(path);
  assertClose(model.call(tensorOf(real.input)), tensorOf(real.output), 'output');
});
