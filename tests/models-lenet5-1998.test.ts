/** LeNet-5 of 1998: the paper's counts, outputs and gradients as PyTorch's, the pictures of the characters. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError } from '../src/graph/errors.js';
import { createModel, LeNet5Original } from '../src/models/index.js';
import { zeros } from '../src/ops/index.js';
import { assertComputed, assertDescribed, assertState } from './model-cases.js';

test('each layer has as many trainable parameters as the paper says, 60,000 in all', () => {
  const model = new LeNet5Original();
  const { c1, s2, c3, s4, c5, f6 } = model;
  const counts = [c1, s2, c3, s4, c5, f6].map((layer) =>
    layer.parameters().reduce((count, { size }) => count + size, 0),
  );
  assert.deepEqual(counts, [156, 12, 1_516, 32, 48_120, 10_164]);
  assertDescribed(model, 'lenet5_1998');
  assertState(model, 'lenet5_1998');
  assert.equal(
    counts.reduce((a, b) => a + b),
    60_000,
  );
});

for (const shape of [
  [3, 1, 32, 32],
  [4, 1, 28, 28],
]) {
  test(`[${shape}]: outputs and all gradients`, () => {
    assertComputed('lenet5_1998', {
      model: new LeNet5Original(),
      shape,
      outputs: (model, x) => [model.call(x)],
    });
  });
}

test('weights start within 2.4 / the number of inputs', () => {
  const model = new LeNet5Original();
  for (const [parameter, inputs] of [
    [model.c1.weight, 25],
    [model.c5.weight, 400],
    [model.f6.weight, 120],
  ] as const) {
    const largest = Math.max(...Array.from(parameter.data(), Math.abs));
    assert.ok(largest <= 2.4 / inputs && largest > 2.3 / inputs, `${largest}, ${inputs} inputs`);
  }
});

test('the characters are 7x12 pictures that are far apart, for any number of classes', () => {
  for (const numClasses of [1, 10, 26]) {
    const model = createModel('lenet5_1998', { numClasses }) as LeNet5Original;
    const codes = model.output.weight;
    assert.deepEqual(codes.shape, [numClasses, 84]);
    const values = codes.data();
    assert.ok(values.every((value) => Math.abs(value) === 1));
    const row = (i: number) => values.subarray(i * 84, (i + 1) * 84);
    for (let i = 0; i < numClasses; i++) {
      for (let j = 0; j < i; j++) {
        const differing = row(i).filter((value, k) => value !== row(j)[k]).length;
        assert.ok(differing >= 4, `classes ${j} and ${i} differ in ${differing} points`);
      }
    }
    assert.deepEqual(model.call(zeros([2, 1, 28, 28])).shape, [2, numClasses]);
    assert.deepEqual(model.classify(model.features.call(zeros([2, 1, 32, 32]))).shape, [
      2,
      numClasses,
    ]);
  }
});

test('images of another size and unknown options are refused', () => {
  assert.throws(() => new LeNet5Original().call(zeros([2, 1, 30, 30])), ShapeError);
  assert.throws(
    () => new LeNet5Original().call(zeros([2, 3, 32, 32])),
    /^ShapeError: c1 \(Conv2d 1 -> 6\)/,
  );
  assert.throws(() => new LeNet5Original({ numClasses: 0 }), /LeNet5Original: numClasses is 0/);
});
