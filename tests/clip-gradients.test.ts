/** Gradient clipping: PyTorch's numbers, every backend, special values, wrong use. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { tensor } from '../src/index.js';
import { clipGradNorm, clipGradValue } from '../src/optim/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface ClippingCase {
  readonly normType: number | 'inf';
  readonly maxNorm: number;
  readonly gradients: readonly TorchTensor[];
  readonly clipped: readonly TorchTensor[];
  readonly totalNorm: number;
}

for (const { normType, ...fixture } of readFixture<ClippingCase[]>('optim-clipping.json')) {
  const { maxNorm, gradients, clipped, totalNorm } = fixture;
  const options = { normType: normType === 'inf' ? Number.POSITIVE_INFINITY : normType };

  test(`clipGradNorm to ${maxNorm}, norm ${normType}: as PyTorch`, () => {
    const actual = onReference(() => ({
      ...clipGradNorm(gradients.map(fromTorch), maxNorm, options),
    }));
    assertTorch(actual.totalNorm, { shape: [], data: [totalNorm] }, { what: 'total norm' });
    clipped.forEach((values, i) => {
      assertTorch(actual.grads[i], values, { what: `gradient ${i}` });
    });
  });

  for (const backend of backendsUnderTest) {
    test(`clipGradNorm to ${maxNorm}, norm ${normType}: ${backend.backend.name} as the reference`, () => {
      const inputs = gradients.map(({ shape }) => new Tensor(shape, 'float32', { kind: 'input' }));
      const { grads, totalNorm: norm } = trace(() => clipGradNorm(inputs, maxNorm, options)).result;
      const data = gradients.map((values) => Float32Array.from(values.data));
      compareWithReference({ inputs, outputs: [...grads, norm], assignments: [] }, data, backend);
    });
  }
}

test('clipGradNorm takes scalars and zeros', () => {
  const zeros = [tensor([0], []), tensor([0, 0], [2])];
  for (const normType of [0.5, 1, 2, 3, Number.POSITIVE_INFINITY]) {
    const { grads, totalNorm } = clipGradNorm(zeros, 1, { normType });
    assert.equal(totalNorm.item(), 0);
    assert.deepEqual(
      grads.map((gradient) => [...gradient.data()]),
      [[0], [0, 0]],
    );
  }
});

test('clipGradNorm leaves small gradients exactly as they are', () => {
  const [gradient] = clipGradNorm([tensor([0.3, -0.1], [2])], 1).grads;
  assert.deepEqual(gradient.data(), Float32Array.of(0.3, -0.1));
});

test('clipGradValue limits magnitudes and lets NaN be seen', () => {
  const values = [
    0.25,
    -0.25,
    2,
    -2,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ];
  const expected = [0.25, -0.25, 0.5, -0.5, 0.5, -0.5, Number.NaN];
  const [first, second] = clipGradValue([tensor(values, [7]), tensor([3], [])], 0.5);
  assert.deepEqual([...first.data()], expected);
  assert.equal(second.item(), 0.5);
  for (const backend of backendsUnderTest) {
    const input = new Tensor([7], 'float32', { kind: 'input' });
    const outputs = clipGradValue([input], 0.5);
    compareWithReference(
      { inputs: [input], outputs, assignments: [] },
      [Float32Array.from(values)],
      backend,
    );
  }
});

test('clipping refuses what makes no sense', () => {
  const grads = [tensor([1], [1])];
  assert.throws(() => clipGradValue(grads, -1), /clipValue is -1; expected/);
  assert.throws(() => clipGradNorm(grads, Number.NaN), /maxNorm is NaN/);
  assert.throws(() => clipGradNorm(grads, 1, { normType: 0 }), /normType is 0/);
  assert.throws(() => clipGradNorm([], 1), /got no gradients/);
  const misspelt: object = { normtype: 1 };
  assert.throws(() => clipGradNorm(grads, 1, misspelt), /did you mean "normType"/);
});
