/** Accounts of networks: the well-known table of VGG-16, published totals, and memory as programs really have it. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportOnnx, loadOnnx } from '../src/formats/index.js';
import { compile, grad, type Tensor } from '../src/index.js';
import {
  forwardMemory,
  type LayerSummary,
  type Summary,
  summarize,
  textbookMemory,
  trainingMemory,
} from '../src/inspect/index.js';
import { createModel, modelNames, prepareFineTuning } from '../src/models/index.js';
import { usualInput } from '../src/models/usual-input.js';
import { Conv2d, crossEntropy, Linear, Module } from '../src/nn/index.js';
import { flatten, maxPool2d, relu, zeros } from '../src/ops/index.js';
import { SGD } from '../src/optim/index.js';

test('the table of VGG-16, as Stanford teaches it', () => {
  const { layers, totals } = summarize(createModel('vgg16'), [[1, 3, 224, 224]]);
  const written = layers.filter(({ activations }) => activations > 0);
  assert.deepEqual(
    written.map(({ operation, activations, weights }) => [operation, activations, weights]),
    [
      ['input', 224 * 224 * 3, 0],
      ['conv', 224 * 224 * 64, 1728],
      ['conv', 224 * 224 * 64, 36_864],
      ['max pool', 112 * 112 * 64, 0],
      ['conv', 112 * 112 * 128, 73_728],
      ['conv', 112 * 112 * 128, 147_456],
      ['max pool', 56 * 56 * 128, 0],
      ['conv', 56 * 56 * 256, 294_912],
      ['conv', 56 * 56 * 256, 589_824],
      ['conv', 56 * 56 * 256, 589_824],
      ['max pool', 28 * 28 * 256, 0],
      ['conv', 28 * 28 * 512, 1_179_648],
      ['conv', 28 * 28 * 512, 2_359_296],
      ['conv', 28 * 28 * 512, 2_359_296],
      ['max pool', 14 * 14 * 512, 0],
      ['conv', 14 * 14 * 512, 2_359_296],
      ['conv', 14 * 14 * 512, 2_359_296],
      ['conv', 14 * 14 * 512, 2_359_296],
      ['max pool', 7 * 7 * 512, 0],
      ['fc', 4096, 102_760_448],
      ['fc', 4096, 16_777_216],
      ['fc', 1000, 4_096_000],
    ],
  );
  assert.equal(totals.parameters, 138_357_544);
  assert.equal(totals.activations, 15_237_608);
  assert.deepEqual(textbookMemory(totals), { forward: 60_950_432, training: 121_900_864 });
});

const table = join(process.env.FOVEA_DATA ?? '', 'zoo-table.json');
const skip =
  !(process.env.FOVEA_DATA && existsSync(table)) && 'needs FOVEA_DATA with zoo-table.json';

interface ZooTable {
  readonly torchvision: Readonly<
    Record<string, { IMAGENET1K_V1: { num_params: number; gflops_multiply_adds: number } }>
  >;
}

test('parameters and multiply-adds of all networks that torchvision has are those it publishes', {
  skip,
}, () => {
  const { torchvision }: ZooTable = JSON.parse(readFileSync(table, 'utf8'));
  const published = new Map(
    Object.entries(torchvision).map(([name, { IMAGENET1K_V1 }]) => [
      name.toLowerCase(),
      IMAGENET1K_V1,
    ]),
  );
  const shared = modelNames().filter((name) => published.has(name));
  assert.equal(shared.length, 18);
  for (const name of shared) {
    // GoogLeNet's are published without the heads that Inception v3 keeps.
    const options = name === 'googlenet' ? { auxiliary: false } : {};
    const { totals } = summarize(createModel(name, options), [[1, ...usualInput(name)]]);
    const { num_params, gflops_multiply_adds } = published.get(name)!;
    assert.equal(totals.parameters, num_params, name);
    assert.equal((totals.multiplyAdds / 1e9).toFixed(3), gflops_multiply_adds.toFixed(3), name);
  }
});

test('what a batch costs is as many times what a picture costs', () => {
  const model = createModel('resnet20');
  const [one, seven] = [1, 7].map((batch) => summarize(model, [[batch, 3, 32, 32]]).totals);
  assert.equal(seven.multiplyAdds, 7 * one.multiplyAdds);
  assert.equal(seven.activations, 7 * one.activations);
  assert.equal(seven.parameters, one.parameters);
});

test('a network that went through ONNX costs the same and sees the same', () => {
  for (const name of ['resnet20', 'googlenet_2014']) {
    const options = name === 'resnet20' ? {} : { auxiliary: false };
    const model = createModel(name, options).eval();
    const shape = [1, ...usualInput(name)];
    const imported = loadOnnx(exportOnnx(model, { inputs: [shape] }), `${name}.onnx`);
    const call = (input: Tensor) => imported.call({ input });
    const [own, other] = [summarize(model, [shape]), summarize(imported, [shape], { call })];
    // Without the count of batches, which ONNX has no place for.
    const { buffers: _, ...totals } = own.totals;
    assert.deepEqual({ ...other.totals, buffers: undefined }, { ...totals, buffers: undefined });
    const fields = ({ layers }: Summary) =>
      layers.flatMap((layer) => (layer.multiplyAdds > 0 ? [layer.receptiveField] : []));
    assert.deepEqual(fields(other), fields(own));
  }
});

/** Functions between layers, a layer that runs twice, one that never runs, and weights that nobody made yet. */
class Net extends Module {
  readonly conv = new Conv2d(3, 8, { kernelSize: 3, padding: 1 });
  readonly again = new Conv2d(8, 8, { kernelSize: 3, padding: 1, bias: false });
  readonly fc = new Linear(8 * 4 * 4, 10);
  readonly unused = new Linear(5, 5);

  forward(x: Tensor): Tensor {
    let y = maxPool2d(relu(this.conv.call(x)), { kernelSize: 2 });
    y = this.again.call(this.again.call(y));
    return this.fc.call(flatten(y, { startDim: 1 }));
  }
}

/** A network that fails when somebody asks for its weights. */
function untouched(): Net {
  const net = new Net();
  for (const parameter of net.parameters()) {
    parameter.setLazily(() => assert.fail('weights were made'));
  }
  return net;
}

test('functions count, shared weights count once, unused ones only in the total', () => {
  const net = untouched();
  net.again.eval();
  const { layers, totals } = summarize(net, [[2, 3, 8, 8]]);
  const line = ({ path, operation, shape, activations, parameters, multiplyAdds }: LayerSummary) =>
    `${path} ${operation} ${shape.join('x')} ${activations} ${parameters} ${multiplyAdds}`;
  assert.deepEqual(layers.map(line), [
    ' input 2x3x8x8 384 0 0',
    `conv conv 2x8x8x8 1024 ${27 * 8 + 8} ${2 * 27 * 8 * 64}`,
    ' ReLU 2x8x8x8 0 0 0',
    ' max pool 2x8x4x4 256 0 0',
    `again conv 2x8x4x4 256 ${72 * 8} ${2 * 72 * 8 * 16}`,
    `again conv 2x8x4x4 256 0 ${2 * 72 * 8 * 16}`,
    `fc fc 2x10 20 1290 ${2 * 1280}`,
  ]);
  assert.equal(totals.parameters - totals.usedParameters, 30);
  assert.deepEqual([net.training, net.conv.training, net.again.training], [true, true, false]);
});

test('planned memory is that of the real programs, and takes no weights', () => {
  const shape = [2, 3, 8, 8];
  const labels = zeros([2], 'int32');
  const lossOf = (model: Net) => (x: Tensor) => crossEntropy(model.call(x), labels);
  const planned = untouched();
  const forward = forwardMemory(planned, [shape], (x) => planned.call(x));
  const training = trainingMemory(planned, [shape], { loss: lossOf(planned) });

  const model = new Net().eval();
  const infer = compile((x: Tensor) => model.call(x))
    .program(zeros(shape))
    .describe();
  assert.deepEqual([forward.intermediates, forward.prepared], [infer.arenaBytes, infer.keptBytes]);
  const used = 4 * (27 * 8 + 8 + 72 * 8 + 1290);
  assert.deepEqual([forward.parameters, forward.state], [used, 0]);

  model.train();
  const rule = new SGD(model.parameters().slice(0, -2), { lr: 0.1, momentum: 0.9 });
  const step = compile((x: Tensor) => {
    const loss = lossOf(model)(x);
    rule.step(grad(loss, rule.parameters));
    return loss;
  });
  const { arenaBytes } = step.program(zeros(shape)).describe();
  // Parameters that nobody uses have no gradients, but zeros are stepped with.
  assert.ok(training.intermediates >= arenaBytes, `${training.intermediates}, ${arenaBytes}`);
  assert.equal(training.parameters, used + 120);
  // The momentum of each, and the learning rate.
  assert.equal(training.state, used + 120 + 4);
  const { intermediates, prepared, parameters, state, total } = training;
  assert.equal(total, intermediates + prepared + parameters + state);
});

test('a frozen network with a new head takes a fraction of the memory that all of it takes', () => {
  const memory = (trained: 'head' | 'all'): number => {
    const model = createModel('resnet20');
    prepareFineTuning(model, { numClasses: 5, train: trained });
    const labels = zeros([16], 'int32');
    const loss = (x: Tensor) => crossEntropy(model.call(x), labels);
    return trainingMemory(model, [[16, 3, 32, 32]], { loss }).intermediates;
  };
  const [head, all] = [memory('head'), memory('all')];
  assert.ok(head < all / 3, `${head} of ${all}`);
});
