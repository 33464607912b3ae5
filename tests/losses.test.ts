/** Losses: values and gradients as PyTorch computes them, and what wrong options and inputs say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import { Tensor } from '../src/graph/tensor.js';
import {
  bce,
  bceWithLogits,
  cosineEmbedding,
  crossEntropy,
  hingeEmbedding,
  huber,
  klDivergence,
  l1,
  mse,
  multiMargin,
  smoothL1,
  tripletMargin,
} from '../src/nn/index.js';
import { cast, tensor, zeros } from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface LossCase {
  readonly loss: string;
  readonly reduction: string;
  readonly options: object;
  readonly tensors: Readonly<Record<string, TorchTensor>>;
  readonly arriving: TorchTensor;
  readonly value: TorchTensor;
  readonly gradients: Readonly<Record<string, TorchTensor>>;
}

type Tensors = Readonly<Record<string, Tensor>>;
type Loss = (input: Tensor, target: Tensor, options: object) => Tensor;

const losses: Readonly<Record<string, unknown>> = {
  mse,
  l1,
  smoothL1,
  huber,
  bce,
  bceWithLogits,
  klDivergence,
  hingeEmbedding,
  multiMargin,
  cosineEmbedding,
  tripletMargin,
  crossEntropy,
};

function lossOf({ loss, options, reduction }: LossCase, tensors: Tensors): Tensor {
  const { input, target, labels, side, ...rest } = tensors;
  const second = labels ? cast(labels, 'int32') : target;
  const sides = side ? { target: side } : {};
  const all = { ...options, ...rest, ...sides, reduction };
  return (losses[loss] as Loss)(input, second, all);
}

readFixture<LossCase[]>('nn-losses.json').forEach((fixture, i) => {
  const name = `${i}: ${fixture.loss} ${JSON.stringify(fixture.options)}, ${fixture.reduction}`;
  const names = Object.keys(fixture.tensors);
  const build = (tensors: Tensors) => {
    const value = lossOf(fixture, tensors);
    const variables = Object.keys(fixture.gradients).map((key) => tensors[key]);
    const outputGradient = fromTorch(fixture.arriving);
    return { value, gradients: grad(value, variables, { outputGradient }) };
  };
  const tensorsOf = (make: (values: TorchTensor) => Tensor): Tensors =>
    Object.fromEntries(names.map((key) => [key, make(fixture.tensors[key])]));

  test(`${name}: as PyTorch`, () => {
    const { value, gradients } = onReference(() => build(tensorsOf(fromTorch)));
    assertTorch(value, fixture.value, { what: 'loss' });
    Object.entries(fixture.gradients).forEach(([key, expected], at) => {
      assertTorch(gradients[at], expected, { what: `gradient of ${key}` });
    });
  });

  for (const backend of backendsUnderTest) {
    test(`${name}: ${backend.backend.name} as the reference`, () => {
      const placeholders = tensorsOf(
        ({ shape }) => new Tensor(shape, 'float32', { kind: 'input' }),
      );
      const { value, gradients } = build(placeholders);
      const inputs = names.map((key) => placeholders[key]);
      const data = names.map((key) => Float32Array.from(fixture.tensors[key].data));
      compareWithReference(
        { inputs, outputs: [value, ...gradients], assignments: [] },
        data,
        backend,
      );
    });
  }
});

test('tensors that do not belong together are refused with both shapes', () => {
  const a = zeros([2, 3]);
  for (const [name, loss] of Object.entries({ mse, l1, smoothL1, huber, bce, bceWithLogits })) {
    const message = new RegExp(
      `${name}: expected input and target of one shape, got \\[2, 3\\] and \\[3\\]`,
    );
    assert.throws(() => loss(a, zeros([3])), message);
    assert.throws(() => loss(a, zeros([2, 3], 'int32')), ShapeError);
  }
  assert.throws(() => klDivergence(a, zeros([3])), /klDivergence: expected .* one shape/);
  assert.throws(() => hingeEmbedding(a, zeros([3])), /hingeEmbedding: expected .* one shape/);
  assert.throws(() => multiMargin(a, zeros([3], 'int32')), /one label for each of the 2 rows/);
  const labels = zeros([2], 'int32');
  assert.throws(() => multiMargin(a, labels, { weight: zeros([2]) }), /expected weight \[3\]/);
  assert.throws(() => cosineEmbedding(a, a, { target: zeros([3]) }), /got \[2, 3\] and \[3\]/);
  assert.throws(() => tripletMargin(a, a, { negative: zeros([3]) }), /tripletMargin: .* one shape/);
});

test('options that are unknown or out of range are refused', () => {
  const a = zeros([2, 3]);
  const refused = (build: () => unknown, message: RegExp) =>
    assert.throws(
      build,
      (error) => error instanceof ValueError && message.test((error as Error).message),
    );
  const odd = <Options>(options: object) => options as Options;
  refused(() => mse(a, a, odd({ reduce: 'sum' })), /mse: there is no option "reduce"/);
  refused(() => l1(a, a, odd({ reduction: 'batchmean' })), /l1 reduction: there is no option/);
  refused(() => klDivergence(a, a, odd({ reduction: 'all' })), /klDivergence reduction/);
  refused(() => smoothL1(a, a, { beta: -1 }), /smoothL1: beta is -1/);
  refused(() => huber(a, a, { delta: 0 }), /huber: delta is 0/);
  refused(() => hingeEmbedding(a, a, { margin: Number.NaN }), /margin is NaN/);
  refused(() => multiMargin(a, zeros([2], 'int32'), odd({ p: 3 })), /p is 3; expected 1 or 2/);
  refused(() => tripletMargin(a, a, { negative: a, p: 0 }), /tripletMargin: p is 0/);
});

test('a label that no class has makes the multi-class margin of its row NaN', () => {
  const values = onReference(() =>
    multiMargin(zeros([2, 2]), tensor([0, 2], [2], 'int32'), { reduction: 'none' }),
  );
  assert.deepEqual([...values.data()], [0.5, Number.NaN]);
});

test('cross entropy refuses options and targets that do not fit', () => {
  const logits = zeros([2, 3]);
  const labels = zeros([2], 'int32');
  const refused = (options: object, message: RegExp, target = labels) =>
    assert.throws(() => crossEntropy(logits, target, options), message);
  refused({ labelSmoothing: 1.5 }, /labelSmoothing is 1.5; expected a share from 0 to 1/);
  refused({ labelSmoothing: -0.1 }, /labelSmoothing is -0.1/);
  refused({ ignoreIndex: 0.5 }, /ignoreIndex is 0.5; expected a whole number/);
  refused({ weight: zeros([2]) }, /expected float32 weight \[3\], .* got float32 \[2\]/);
  refused({ ignoreIndex: 1 }, /ignoreIndex needs labels/, zeros([2, 3]));
  const pixels = zeros([2, 3, 4, 4]);
  assert.throws(() => crossEntropy(pixels, labels), /\[2, 3, 4, 4\] and int32 \[2\]/);
  assert.throws(() => crossEntropy(pixels, zeros([2, 4, 4], 'bool')), ShapeError);
  refused({}, /probabilities of one shape .* and \[2, 4\]/, zeros([2, 4]));
});

test('cross entropy of labels that are all ignored is NaN as mean and 0 as sum', () => {
  const loss = (reduction: 'mean' | 'sum') =>
    onReference(() =>
      crossEntropy(zeros([2, 3]), tensor([1, 1], [2], 'int32'), { ignoreIndex: 1, reduction }),
    ).item();
  assert.deepEqual([loss('mean'), loss('sum')], [Number.NaN, 0]);
});
