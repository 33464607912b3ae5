/** AlexNet and VGG: names and shapes as torchvision's, maps and gradients of the features as PyTorch's. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from '../src/graph/trace.js';
import { AlexNet2012, createModel, ImageClassifier, Vgg, vgg11 } from '../src/models/index.js';
import { Sequential } from '../src/nn/index.js';
import { mean, mul, zeros } from '../src/ops/index.js';
import { assertComputed, testCounts } from './model-cases.js';

const counts = {
  alexnet: 61_100_840,
  alexnet_2012: 60_965_224,
  vgg11: 132_863_336,
  vgg13: 133_047_848,
  vgg16: 138_357_544,
  vgg19: 143_667_240,
  vgg11_bn: 132_868_840,
  vgg13_bn: 133_053_736,
  vgg16_bn: 138_365_992,
  vgg19_bn: 143_678_248,
};

testCounts(counts);

test('names are those that torchvision’s files have', () => {
  const names = (name: string) =>
    createModel(name)
      .namedParameters()
      .map(([path]) => path);
  assert.deepEqual(names('alexnet').slice(0, 4), [
    ...['features.0.weight', 'features.0.bias', 'features.3.weight', 'features.3.bias'],
  ]);
  assert.deepEqual(names('alexnet').slice(-2), ['classifier.6.weight', 'classifier.6.bias']);
  assert.ok(names('vgg16').includes('features.28.weight'));
  assert.ok(names('vgg16_bn').includes('features.41.bias'));
  assert.deepEqual(names('vgg16').slice(-6), [
    ...['classifier.0.weight', 'classifier.0.bias', 'classifier.3.weight'],
    ...['classifier.3.bias', 'classifier.6.weight', 'classifier.6.bias'],
  ]);
});

const computed: [string, number[]][] = [
  ['alexnet', [2, 3, 67, 80]],
  ['alexnet_2012', [2, 3, 80, 67]],
  ['vgg11', [1, 3, 32, 40]],
  ['vgg16', [1, 3, 35, 32]],
  ['vgg13_bn', [1, 3, 32, 32]],
];

for (const [name, shape] of computed) {
  test(`features of ${name} for [${shape}]: maps and all gradients`, () => {
    const model = createModel(name) as ImageClassifier;
    // Its 119 million weights are left to the full tests.
    Object.assign(model, { classifier: new Sequential() });
    assertComputed(`${name} features`, {
      model,
      shape,
      outputs: ({ features }, x) => [features.call(x)],
      loss: ([maps]) => mean(mul(maps, maps)),
    });
  });
}

test('pictures of any size and any number of classes, taken apart and whole', () => {
  for (const name of ['alexnet', 'alexnet_2012', 'vgg13', 'vgg11_bn']) {
    const model = createModel(name, { numClasses: 7 }).eval();
    assert.ok(model instanceof ImageClassifier);
    for (const shape of [
      [1, 3, 64, 64],
      [2, 3, 224, 224],
      [1, 3, 100, 171],
    ]) {
      const maps = model.features.call(zeros(shape));
      if (shape[2] === 224) assert.deepEqual(maps.shape.slice(2), name < 'b' ? [6, 6] : [7, 7]);
      assert.deepEqual(model.classify(maps).shape, [shape[0], 7]);
      assert.deepEqual(model.call(zeros(shape)).shape, [shape[0], 7]);
    }
    assert.equal(model.classifier.parameters().length, 6);
  }
});

test('errors say in which layer', () => {
  assert.throws(
    () => trace(() => vgg11().call(zeros([1, 4, 32, 32]))),
    /^ShapeError: features\.0 \(Conv2d 3 -> 64\)/,
  );
  assert.throws(
    () => trace(() => vgg11().call(zeros([1, 3, 31, 32]))),
    /^ShapeError: Vgg: expected pictures of 32 x 32 or more, got \[1, 3, 31, 32\]/,
  );
  assert.throws(() => new Vgg({ depth: 16 }, { numClasses: 1.5 }), /Vgg: numClasses is 1.5/);
});

test('AlexNet of 2012 starts with the paper’s biases', () => {
  const state = new Map(new AlexNet2012().namedParameters());
  const ones = ['features.4', 'features.10', 'features.12', 'classifier.1', 'classifier.4'];
  for (const path of ['features.0', 'features.8', 'classifier.6', ...ones]) {
    const expected = ones.includes(path) ? 1 : 0;
    assert.ok(
      state
        .get(`${path}.bias`)!
        .data()
        .every((value) => value === expected),
      path,
    );
  }
  const weights = Array.from(state.get('features.8.weight')!.data());
  const spread = Math.sqrt(weights.reduce((sum, value) => sum + value ** 2, 0) / weights.length);
  assert.ok(Math.abs(spread / 0.01 - 1) < 0.01);
});
