/** GoogLeNet, torchvision's and the paper's: names and shapes, outputs and gradients as PyTorch's, auxiliary heads. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from '../src/graph/trace.js';
import { createModel, GoogLeNet, googlenet2014 } from '../src/models/index.js';
import { observeOutputs } from '../src/nn/index.js';
import { zeros } from '../src/ops/index.js';
import { assertComputed, assertDescribed, assertState } from './model-cases.js';

const countOf = (model: GoogLeNet): number =>
  model.parameters().reduce((count, { size }) => count + size, 0);

test('names, shapes and counts are torchvision’s, with and without auxiliary heads', () => {
  const model = new GoogLeNet();
  assert.equal(countOf(model), 13_004_888);
  assertDescribed(model, 'googlenet');
  assertState(model, 'googlenet');
  const plain = new GoogLeNet({ auxiliary: false });
  assert.equal(countOf(plain), 6_624_904);
  assertDescribed(plain, 'googlenet without heads');
  const names = model.namedParameters().map(([path]) => path);
  for (const name of [
    ...['conv1.conv.weight', 'conv1.bn.weight', 'inception3a.branch1.conv.weight'],
    ...['inception3a.branch2.0.conv.weight', 'inception5b.branch4.1.bn.bias'],
    ...['aux1.conv.conv.weight', 'aux2.fc1.bias', 'aux2.fc2.weight', 'fc.weight'],
  ]) {
    assert.ok(names.includes(name), name);
  }
});

test('the paper’s network has 7.0 million parameters, 13.4 with its auxiliary heads', () => {
  assert.equal(countOf(googlenet2014({ auxiliary: false })), 6_998_552);
  assertDescribed(googlenet2014(), 'googlenet_2014');
});

for (const [name, shape, training] of [
  ['googlenet', [1, 3, 48, 40], false],
  ['googlenet', [1, 3, 65, 50], true],
  ['googlenet_2014', [1, 3, 48, 48], false],
  ['googlenet_2014', [1, 3, 80, 95], true],
] as const) {
  test(`${name} for [${shape}]${training ? ' in training' : ''}: outputs and gradients`, () => {
    assertComputed(name, {
      model: createModel(name) as GoogLeNet,
      ...{ shape, training },
      outputs: (model, x) => {
        const { logits, auxiliary } = model.callWithAuxiliary(x);
        return [logits, ...auxiliary];
      },
    });
  });
}

test('auxiliary heads take part in training only, and only where they are asked for', () => {
  const model = new GoogLeNet({ numClasses: 7 });
  const x = zeros([2, 3, 64, 64]);
  const { result, outputs } = trace(() => observeOutputs(() => model.callWithAuxiliary(x))).result;
  assert.deepEqual(
    result.auxiliary.map(({ shape }) => shape),
    [
      [2, 7],
      [2, 7],
    ],
  );
  const paths = outputs.map(({ path }) => path);
  assert.ok(paths.includes('inception4d.branch1.conv') && paths.includes('aux2.fc2'));
  const plain = trace(() => observeOutputs(() => model.call(x))).result.outputs;
  assert.deepEqual(
    plain.map(({ path }) => path).filter((path) => path.startsWith('aux')),
    [],
  );
  assert.equal(model.eval().callWithAuxiliary(x).auxiliary.length, 0);
  const without = new GoogLeNet({ auxiliary: false });
  const traced = trace(() => without.callWithAuxiliary(x)).result;
  assert.equal(traced.auxiliary.length, 0);
});

test('features and classifier can be taken apart, for pictures of any size', () => {
  for (const model of [new GoogLeNet({ numClasses: 3 }), googlenet2014({ numClasses: 3 })]) {
    model.eval();
    for (const [height, width] of [
      [224, 224],
      [33, 100],
    ]) {
      const maps = model.features.call(zeros([1, 3, height, width]));
      assert.equal(maps.shape[1], 1024);
      if (height === 224) assert.deepEqual(maps.shape.slice(2), [7, 7]);
      assert.deepEqual(model.classify(maps).shape, [1, 3]);
    }
  }
});

test('unknown options are refused', () => {
  assert.throws(() => new GoogLeNet({ aux: true } as object), /there is no option "aux"/);
  assert.throws(() => createModel('googlenet', { numClasses: -1 }), /GoogLeNet: numClasses is -1/);
});
