/** Gradients as graph: shapes, missing dependencies, errors. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import '../src/index.js';
import { conv2d, mul, sum, tensor, zeros } from '../src/ops/index.js';

test('the gradient has the shape of what it is taken of', () => {
  const x = zeros([2, 4, 9, 8]);
  const weight = tensor(new Float32Array(6 * 2 * 3 * 2), [6, 2, 3, 2]);
  const y = conv2d(x, weight, { stride: [2, 1], padding: [1, 0, 2, 1], groups: 2 });
  assert.deepEqual(y.shape, [2, 6, 4, 10]);
  const [dx, dw] = grad(sum(mul(y, y)), [x, weight]);
  assert.deepEqual(dx.shape, x.shape);
  assert.deepEqual(dw.shape, weight.shape);
});

test('an output with many elements needs a gradient to start from', () => {
  const x = zeros([2, 2]);
  assert.throws(() => grad(x, [x]), /reduce it to one number/);
});

test('an output whose value was read has no gradient any more, and says so', () => {
  const x = tensor([1, 2, 3], [3]);
  const loss = sum(mul(x, x));
  assert.equal(loss.item(), 14);
  assert.throws(() => grad(loss, [x]), /read already, with item\(\).*take the gradients first/);
  // With respect to itself it still has one.
  assert.equal(grad(loss, [loss])[0].item(), 1);
});
