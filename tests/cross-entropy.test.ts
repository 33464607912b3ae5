/** Cross entropy and accuracy: PyTorch's values, labels that no class has, the cost of its graph. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { compile, Program } from '../src/compiler/index.js';
import { ShapeError } from '../src/graph/errors.js';
import { Tensor } from '../src/graph/tensor.js';
import { accuracy, type CrossEntropyOptions, checkLabels, crossEntropy } from '../src/nn/index.js';
import { tensor, zeros } from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import { planInterpreter } from './plan-interpreter.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface CrossEntropyCase {
  readonly name: string;
  readonly reduction: 'mean' | 'sum' | 'none';
  readonly logits: TorchTensor;
  readonly labels: readonly number[];
  readonly arriving: TorchTensor;
  readonly loss: TorchTensor;
  readonly gradient: TorchTensor;
}

for (const fixture of readFixture<CrossEntropyCase[]>('nn-cross-entropy.json')) {
  const { name, reduction, labels, arriving } = fixture;
  const build = (logits: Tensor, dtype: 'int32' | 'uint8' = 'int32') => {
    const loss = crossEntropy(logits, tensor(labels, [labels.length], dtype), { reduction });
    const [gradient] = grad(loss, [logits], { outputGradient: fromTorch(arriving) });
    return { loss, gradient };
  };

  test(`${name}, ${reduction}: as PyTorch`, () => {
    for (const dtype of ['int32', 'uint8'] as const) {
      const { loss, gradient } = onReference(() => build(fromTorch(fixture.logits), dtype));
      assertTorch(loss, fixture.loss, { what: 'loss' });
      assertTorch(gradient, fixture.gradient, { what: 'gradient' });
    }
  });

  for (const backend of backendsUnderTest) {
    test(`${name}, ${reduction}: ${backend.backend.name} as the reference`, () => {
      const logits = new Tensor(fixture.logits.shape, 'float32', { kind: 'input' });
      const { loss, gradient } = build(logits);
      const graph = { inputs: [logits], outputs: [loss, gradient], assignments: [] };
      compareWithReference(graph, [Float32Array.from(fixture.logits.data)], backend);
    });
  }
}

test('a label that no class has makes the loss of its row NaN, and only that', () => {
  for (const wrong of [-1, 3, 2 ** 31 - 1, -(2 ** 31)]) {
    const losses = onReference(() =>
      crossEntropy(zeros([3, 3]), tensor([0, wrong, 2], [3], 'int32'), { reduction: 'none' }),
    ).data();
    assert.deepEqual([...losses], [Math.log(3), Number.NaN, Math.log(3)]);
    const mean = onReference(() =>
      crossEntropy(zeros([3, 3]), tensor([0, wrong, 2], [3], 'int32')),
    );
    assert.ok(Number.isNaN(mean.item()));
  }
});

test('an ignored label takes its row out of the loss, of the mean and of the gradient', () => {
  const [x, y] = [tensor([3, 1, 0, 5, 9, 2], [3, 2]), tensor([0, 1, 0], [3], 'int32')];
  const others = onReference(() =>
    crossEntropy(tensor([3, 1, 9, 2], [2, 2]), tensor([0, 0], [2], 'int32')),
  );
  for (const ignoreIndex of [1, -100, 7]) {
    const labels = tensor([0, ignoreIndex, 0], [3], 'int32');
    const loss = onReference(() => crossEntropy(x, labels, { ignoreIndex }));
    assert.equal(loss.item(), others.item());
    const gradient = onReference(
      () => grad(crossEntropy(x, labels, { ignoreIndex }), [x])[0],
    ).data();
    assert.deepEqual([...gradient].slice(2, 4), [0, 0]);
    assert.ok(gradient.every(Number.isFinite));
  }
  for (const [labels, ignoreIndex] of [
    [tensor([0, 2, -100], [3], 'int32'), -100],
    [tensor([1, 1, 1], [3], 'int32'), 1],
  ] as const) {
    assert.ok(Number.isNaN(onReference(() => crossEntropy(x, labels, { ignoreIndex })).item()));
  }
  assert.ok(Number.isFinite(onReference(() => crossEntropy(x, y)).item()));
});

test('logits of any size leave the loss exact', () => {
  const logits = tensor([1e4, 1e4 - 1, -1e4, 1e30, -1e30, 1e30], [3, 2]);
  const labels = tensor([1, 0, 0], [3], 'int32');
  for (const { backend } of backendsUnderTest) {
    const run = compile((x: Tensor) => crossEntropy(x, labels, { reduction: 'none' }), { backend });
    const [near, far, equalMax] = run(logits).data();
    assert.ok(Math.abs(near - (1 + Math.log1p(Math.exp(-1)))) < 1e-6, `${near}`);
    assert.equal(far, Math.fround(Math.fround(1e30) + 1e4));
    assert.equal(equalMax, Math.fround(2e30));
  }
});

test('checkLabels names the position and the value', () => {
  checkLabels(new Int32Array([0, 9, 3]), 10);
  checkLabels(tensor([0, 1], [2], 'uint8'), 2);
  assert.throws(() => checkLabels([3, 12, -1], 10), {
    name: 'ValueError',
    message:
      'labels: the one at position 1 is 12; expected a whole number from 0 to 9, because there are 10 classes',
  });
  assert.throws(() => checkLabels(new Int32Array([-1]), 10), /position 0 is -1/);
  assert.throws(() => checkLabels([0.5], 10), /position 0 is 0.5/);
});

test('logits and labels that do not fit are refused', () => {
  const labels = zeros([3], 'int32');
  const refused = (logits: Tensor, wrong: Tensor, message: RegExp) =>
    assert.throws(
      () => crossEntropy(logits, wrong),
      (error) => error instanceof ShapeError && message.test(error.message),
    );
  refused(zeros([3]), labels, /expected float32 logits \[N, C\], got float32 \[3\]/);
  refused(zeros([3, 4], 'int32'), labels, /got int32 \[3, 4\]/);
  refused(zeros([3, 0]), labels, /\[3, 0\]/);
  refused(zeros([2, 4]), labels, /one label for each of the 2 rows .* got labels \[3\]/);
  refused(zeros([3, 4]), zeros([3, 1], 'int32'), /got labels \[3, 1\]/);
  refused(zeros([3, 4]), zeros([3]), /expected int32 or uint8 labels, got float32/);
  const options = (value: object) => value as CrossEntropyOptions;
  assert.throws(
    () => crossEntropy(zeros([3, 4]), labels, options({ reduction: 'average' })),
    /crossEntropy reduction: there is no option "average"; use mean, sum, none/,
  );
  assert.throws(
    () => crossEntropy(zeros([3, 4]), labels, options({ labelSmoothin: 0.1 })),
    /no option "labelSmoothin"; did you mean "labelSmoothing"/,
  );
});

test('the loss takes three kernels of bytes and two of labels that may be ignored, three with its gradient', () => {
  const logits = new Tensor([64, 10], 'float32', { kind: 'input' });
  const counts = (['uint8', 'int32'] as const).map((dtype) => {
    const labels = new Tensor([64], dtype, { kind: 'input' });
    const kernelsOf = (outputs: (loss: Tensor) => Tensor[]) => {
      const graph = { inputs: [logits, labels], outputs: outputs(crossEntropy(logits, labels)) };
      return new Program({ ...graph, assignments: [] }, planInterpreter).describe().kernels;
    };
    const forward = kernelsOf((loss) => [loss]);
    const both = kernelsOf((loss) => [loss, ...grad(loss, [logits])]);
    return [forward.length, both.length];
  });
  assert.deepEqual(counts, [
    [3, 3],
    [2, 3],
  ]);
});

test('labels of -100 are ignored unless another label is', () => {
  const logits = tensor([1, 2, 0, 5, 4, 3, 0, 0, 9], [3, 3]);
  const loss = (labels: number[], options = {}) =>
    onReference(() => crossEntropy(logits, tensor(new Int32Array(labels), [3]), options)).item();
  const kept = onReference(() =>
    crossEntropy(tensor([1, 2, 0, 0, 0, 9], [2, 3]), tensor(new Int32Array([1, 2]), [2])),
  ).item();
  assert.equal(loss([1, -100, 2]), kept);
  assert.ok(Number.isNaN(loss([1, -100, 2], { ignoreIndex: 0 })));
});

test('accuracy is the share of rows whose largest logit is at the label', () => {
  const logits = tensor([1, 2, 0, 5, 4, 3, 0, 0, 9, 1, 1, 0], [4, 3]);
  const share = onReference(() => accuracy(logits, tensor([1, 1, 2, 0], [4], 'uint8')));
  assert.deepEqual(share.shape, []);
  // Row 3 has two largest; the first counts.
  assert.equal(share.item(), 0.75);
  assert.throws(() => accuracy(logits, zeros([3], 'int32')), /accuracy: expected one label/);
});
