/** Inception v3: names and shapes as torchvision's, outputs and gradients as PyTorch's, its auxiliary head. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from '../src/graph/trace.js';
import { createModel, InceptionV3 } from '../src/models/index.js';
import { zeros } from '../src/ops/index.js';
import { assertComputed, assertDescribed, assertState } from './model-cases.js';

const countOf = (model: InceptionV3): number =>
  model.parameters().reduce((count, { size }) => count + size, 0);

test('names, shapes and counts are torchvision’s, with and without the auxiliary head', () => {
  const model = new InceptionV3();
  assert.equal(countOf(model), 27_161_264);
  assertDescribed(model, 'inception_v3');
  assertState(model, 'inception_v3');
  const plain = new InceptionV3({ auxiliary: false });
  assert.equal(countOf(plain), 23_834_568);
  assertDescribed(plain, 'inception_v3 without head');
  const names = model.namedParameters().map(([path]) => path);
  for (const name of [
    ...['Conv2d_1a_3x3.conv.weight', 'Mixed_5b.branch1x1.conv.weight'],
    ...['Mixed_5b.branch3x3dbl_3.bn.bias', 'Mixed_6a.branch3x3.conv.weight'],
    ...['Mixed_6e.branch7x7dbl_5.conv.weight', 'Mixed_7a.branch7x7x3_4.bn.weight'],
    ...['Mixed_7c.branch3x3dbl_3b.conv.weight', 'AuxLogits.conv0.conv.weight', 'AuxLogits.fc.bias'],
  ]) {
    assert.ok(names.includes(name), name);
  }
});

for (const [shape, training] of [
  [[1, 3, 75, 75], false],
  [[1, 3, 299, 310], true],
] as const) {
  test(`[${shape}]${training ? ' in training' : ''}: outputs and gradients`, () => {
    assertComputed('inception_v3', {
      model: new InceptionV3(),
      ...{ shape, training },
      outputs: (model, x) => {
        const { logits, auxiliary } = model.callWithAuxiliary(x);
        return [logits, ...auxiliary];
      },
    });
  });
}

test('features and classifier can be taken apart, for pictures of any size', () => {
  const model = createModel('inception_v3', { numClasses: 3 }) as InceptionV3;
  model.eval();
  for (const [height, width, maps] of [
    [299, 299, [1, 2048, 8, 8]],
    [75, 120, [1, 2048, 1, 2]],
  ] as const) {
    const features = model.features.call(zeros([1, 3, height, width]));
    assert.deepEqual(features.shape, maps);
    assert.deepEqual(model.classify(features).shape, [1, 3]);
  }
});

test('the auxiliary head takes part in training only, and says how large pictures must be', () => {
  const model = new InceptionV3({ numClasses: 3 });
  const auxiliaryShapes = (size: number) => {
    const { auxiliary } = trace(() => model.callWithAuxiliary(zeros([2, 3, size, size]))).result;
    return auxiliary.map(({ shape }) => shape);
  };
  assert.deepEqual(auxiliaryShapes(299), [[2, 3]]);
  assert.throws(
    () => auxiliaryShapes(298),
    /^ShapeError: AuxLogits \(AuxiliaryHead\): expected maps of 17x17 or more, .* 299x299/,
  );
  model.eval();
  assert.deepEqual(auxiliaryShapes(298), []);
});
