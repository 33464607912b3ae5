/** ONNX models are trained as PyTorch trains them: the same gradients, statistics and steps, with dropout. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadOnnx, type OnnxModel } from '../src/formats/index.js';
import { compile, grad, sum, type Tensor, tensor } from '../src/index.js';
import { crossEntropy, manualSeed } from '../src/nn/index.js';
import { SGD } from '../src/optim/index.js';
import { type ModelToWrite, writeModel } from './onnx-writer.js';
import {
  assertTorch,
  fromTorch,
  readFixture,
  readFixtureBytes,
  type TorchTensor,
} from './torch-values.js';

const torch = readFixture<{
  readonly images: TorchTensor;
  readonly labels: readonly number[];
  readonly gradients: Readonly<Record<string, TorchTensor>>;
  readonly losses: readonly number[];
  readonly after: Readonly<Record<string, TorchTensor>>;
  readonly logits: TorchTensor;
}>('onnx/tuning.json');

const images = fromTorch(torch.images);
const labels = tensor(torch.labels, [torch.labels.length], 'int32');
/** The model, with the statistics of a new one: PyTorch's exporter runs what is in training, which moves them. */
function read(name: string): OnnxModel {
  const model = loadOnnx(readFixtureBytes(`onnx/tuning-${name}.onnx`), `${name}.onnx`);
  for (const [path, buffer] of model.namedBuffers()) {
    buffer.set(new Float32Array(buffer.size).fill(path.endsWith('var') ? 1 : 0));
  }
  return model;
}

for (const name of ['training-9', 'training-15', 'preserve-13']) {
  describe(`a network exported as ${name}`, () => {
    test('has the names of its parameters and buffers', () => {
      const model = read(name);
      assert.deepEqual(
        model
          .namedParameters()
          .map(([path]) => path)
          .sort(),
        Object.keys(torch.gradients).sort(),
      );
      assert.deepEqual(
        model
          .namedBuffers()
          .map(([path]) => path)
          .sort(),
        ['bn1', 'bn2'].flatMap((norm) => [`${norm}.running_mean`, `${norm}.running_var`]),
      );
    });

    test('gets the gradients that PyTorch computes', () => {
      const model = read(name).train();
      const loss = crossEntropy(model.call({ image: images }).logits, labels);
      const named = model.namedParameters();
      const gradients = grad(
        loss,
        named.map(([, parameter]) => parameter),
      );
      assert.ok(Math.abs(loss.item() - torch.losses[0]) < 1e-5);
      named.forEach(([path], i) => {
        assertTorch(gradients[i], torch.gradients[path], { what: path, tolerance: 1e-5 });
      });
    });

    test('takes the steps that PyTorch takes, moves its statistics, and is evaluated with them', () => {
      const model = read(name).train();
      const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
      const step = compile((image: Tensor, wanted: Tensor) => {
        const loss = crossEntropy(model.call({ image }).logits, wanted);
        optimizer.step(grad(loss, optimizer.parameters));
        return { loss };
      });
      for (const expected of torch.losses) {
        const loss = step(images, labels).loss.item();
        assert.ok(Math.abs(loss - expected) < 1e-4, `${loss}, in PyTorch ${expected}`);
      }
      const state = model.stateDict();
      for (const [path, { shape, data }] of Object.entries(state)) {
        const got = tensor(data as Float32Array, shape);
        assertTorch(got, torch.after[path], { what: path, tolerance: 1e-4 });
      }
      model.eval();
      const { logits } = compile((image: Tensor) => model.call({ image }))(images);
      assertTorch(logits, torch.logits, { what: 'logits', tolerance: 1e-3 });
      const again = read(name);
      again.loadStateDict(state);
      assert.deepEqual(again.call({ image: images }).logits.data(), logits.data());
    });
  });
}

test('dropout drops in training only, other elements in every step', () => {
  const model = read('dropout-13');
  const run = compile((image: Tensor) => model.call({ image }).logits);
  const still = run(images).data();
  assert.deepEqual(run(images).data(), still);
  assert.deepEqual(
    model.namedGenerators().map(([name]) => /drop/i.test(name)),
    [true],
  );
  const before = model.stateDict();
  model.train();
  const [one, two] = [run(images).data(), run(images).data()];
  assert.notDeepEqual(one, two);
  model.loadStateDict(before);
  model.eval();
  assert.deepEqual(run(images).data(), still);
});

test('dropout drops the part that the file says, and what is left keeps the mean', () => {
  const drop: ModelToWrite = {
    opset: 10,
    nodes: [{ name: 'drop', operator: 'Dropout', attributes: { ratio: { float: 0.25 } } }],
    inputs: { x: ['float32', 10_000] },
  };
  const x = tensor(new Float32Array(10_000).fill(3), [10_000]);
  const dropped = (): Float32Array => {
    manualSeed(5);
    return loadOnnx(writeModel(drop), 'm.onnx').train().call({ x }).y.data() as Float32Array;
  };
  const y = dropped();
  assert.deepEqual([...new Set(y)].sort(), [0, 4]);
  const share = y.filter((value) => value === 0).length / y.length;
  assert.ok(Math.abs(share - 0.25) < 0.02, `${share} are dropped`);
  assert.deepEqual(dropped(), y, 'the same after the same seed');
});

test('statistics that come with the call, or that somebody reads, are as the file says', () => {
  const norm = (outputs: string[]): ModelToWrite => ({
    opset: 15,
    nodes: [
      {
        operator: 'BatchNormalization',
        inputs: ['x', 's', 'b', 'm', 'v'],
        outputs,
        attributes: { training_mode: { int: 1 }, momentum: { float: 0.75 } },
      },
    ],
    inputs: { x: ['float32', 4, 1], m: ['float32', 1], v: ['float32', 1] },
    initializers: ['s', 'b'].map((name) => ({ name, dims: [1], values: [1] })),
    outputs,
  });
  const x = tensor([1, 3, 5, 7], [4, 1]);
  const [m, v] = [tensor([8], [1]), tensor([16], [1])];
  const model = loadOnnx(writeModel(norm(['y', 'mean', 'var'])), 'm.onnx');
  const { mean, var: variance } = model.call({ x, m, v });
  assert.deepEqual([mean.item(), variance.item()], [7, 13.25]);
});

test('networks of halves are trained in float32, as if rounding were not there', () => {
  for (const [type, values] of [
    ['float16', [0x3c00, 0x4000]],
    ['bfloat16', [0x3f80, 0x4000]],
  ] as const) {
    const model = loadOnnx(
      writeModel({
        nodes: [
          { operator: 'Mul', inputs: ['x', 'w'], outputs: ['h'] },
          { operator: 'Sigmoid', inputs: ['h'] },
        ],
        inputs: { x: [type, 2] },
        initializers: [{ name: 'w', type, dims: [2], values }],
      }),
      'm.onnx',
    );
    const step = compile((x: Tensor) => grad(sum(model.call({ x }).y), model.parameters())[0]);
    const gradient = step(tensor([1, 0.5], [2])).data();
    // Both sigmoids are of 1, whose slope is 0.1966.
    [0.1966, 0.0983].forEach((expected, i) => {
      assert.ok(
        Math.abs(gradient[i] - expected) < 1e-3,
        `${type}: ${gradient[i]}, not ${expected}`,
      );
    });
  }
});

test('parameters that the exporter merged by value are apart again', () => {
  const model = loadOnnx(
    writeModel({
      nodes: [
        { operator: 'Identity', inputs: ['a.weight'], outputs: ['b.weight'] },
        { operator: 'Mul', inputs: ['x', 'a.weight'], outputs: ['h'] },
        { operator: 'Mul', inputs: ['h', 'b.weight'] },
      ],
      initializers: [{ name: 'a.weight', dims: [1], values: [2] }],
      inputs: { x: ['float32', 1] },
    }),
    'm.onnx',
  );
  const parameters = model.namedParameters();
  assert.deepEqual(
    parameters.map(([name]) => name),
    ['a.weight', 'b.weight'],
  );
  parameters[1][1].set([5]);
  assert.equal(model.call({ x: tensor([1], [1]) }).y.item(), 10);
});
