/** Normalisation layers: values, gradients, second gradients and running statistics as PyTorch computes them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { compile, installLazyEvaluation } from '../src/compiler/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { BatchNorm1d, BatchNorm2d, InstanceNorm2d } from '../src/nn/batch-norm.js';
import { Conv2d, ConvTranspose2d, Linear, type Module } from '../src/nn/index.js';
import { GroupNorm, LayerNorm } from '../src/nn/layer-norm.js';
import { LocalResponseNorm } from '../src/nn/local-response-norm.js';
import { removeSpectralNorm, spectralNorm } from '../src/nn/spectral-norm.js';
import { removeWeightNorm, weightNorm } from '../src/nn/weight-norm.js';
import { mul, sum, tensor, zeros } from '../src/ops/index.js';
import { batchNorm, groupNorm, instanceNorm, layerNorm } from '../src/ops/normalization.js';
import { Philox } from '../src/random/philox.js';
import { backendsUnderTest } from './backends-under-test.js';
import { assignmentsOf } from './cases/case.js';
import { compareWithReference } from './compared.js';
import { assertTorch, fromTorch, readFixture, type TorchTensor } from './torch-values.js';

installLazyEvaluation();

interface Step {
  readonly training: boolean;
  readonly before: Record<string, TorchTensor>;
  readonly x: TorchTensor;
  readonly dy: TorchTensor;
  readonly y: TorchTensor;
  readonly dx: TorchTensor;
  readonly gradients: Record<string, TorchTensor>;
  readonly r: TorchTensor;
  readonly second: TorchTensor;
  readonly buffers: Record<string, TorchTensor>;
}

interface LayerCase {
  readonly name: string;
  readonly layer: string;
  readonly sizes: readonly never[];
  readonly options: object;
  readonly steps: readonly Step[];
}

const make: Readonly<Record<string, (sizes: readonly never[], options: object) => Module>> = {
  BatchNorm1d: ([size], options) => new BatchNorm1d(size, options),
  BatchNorm2d: ([size], options) => new BatchNorm2d(size, options),
  InstanceNorm2d: ([size], options) => new InstanceNorm2d(size, options),
  LayerNorm: ([shape], options) => new LayerNorm(shape, options),
  GroupNorm: ([groups, channels], options) => new GroupNorm(groups, channels, options),
  LocalResponseNorm: ([size], options) => new LocalResponseNorm(size, options),
  'weightNorm Linear': ([i, o], options) => weightNorm(new Linear(i, o), options),
  'weightNorm Conv2d': ([i, o], options) =>
    weightNorm(new Conv2d(i, o, { kernelSize: 2 }), options),
  'spectralNorm Linear': ([i, o], options) => spectralNorm(new Linear(i, o), options),
  'spectralNorm Conv2d': ([i, o], options) =>
    spectralNorm(new Conv2d(i, o, { kernelSize: 2 }), options),
};

const stateOf = (tensors: Record<string, TorchTensor>) =>
  new Map(
    Object.entries(tensors).map(([key, { shape, data }]) => {
      return [key, { shape, dtype: 'float32', data: Float64Array.from(data) }] as const;
    }),
  );

for (const { name, layer, sizes, options, steps } of readFixture<LayerCase[]>(
  'normalization.json',
)) {
  const model = make[layer](sizes, options);
  const build = (x: Tensor, outputGradient: Tensor, r: Tensor) => {
    const y = model.call(x);
    const [dx, ...gradients] = grad(y, [x, ...model.parameters()], { outputGradient });
    const [second] = grad(sum(mul(dx, r)), [x]);
    return { y, dx, second, gradients };
  };

  test(`${layer}, ${name}: as PyTorch`, () => {
    const run = compile(build, { backend: reference });
    model.loadStateDict(stateOf(steps[0].before));
    assert.deepEqual(Object.keys(model.stateDict()), Object.keys(steps[0].before));
    for (const step of steps) {
      model.train(step.training);
      const { y, dx, second, gradients } = run(
        fromTorch(step.x),
        fromTorch(step.dy),
        fromTorch(step.r),
      );
      assertTorch(y, step.y, { what: 'output' });
      assertTorch(dx, step.dx, { what: 'gradient of the input' });
      assertTorch(second, step.second, { what: 'second gradient' });
      const names = model.namedParameters().map(([key]) => key);
      assert.deepEqual(names, Object.keys(step.gradients));
      names.forEach((key, i) => {
        assertTorch(gradients[i], step.gradients[key], { what: `gradient of ${key}` });
      });
      const buffers = model.namedBuffers();
      assert.deepEqual(
        buffers.map(([key]) => key),
        Object.keys(step.buffers),
      );
      for (const [key, buffer] of buffers) assertTorch(buffer, step.buffers[key], { what: key });
    }
  });

  test(`${layer}, ${name}: step by step outside compile()`, () => {
    model.loadStateDict(stateOf(steps[0].before));
    for (const step of steps) {
      const y = model.train(step.training).call(fromTorch(step.x));
      assertTorch(y, step.y, { what: 'output', tolerance: 1e-4 });
      for (const [key, buffer] of model.namedBuffers()) {
        assertTorch(buffer, step.buffers[key], { what: key, tolerance: 1e-4 });
      }
    }
  });

  for (const backend of backendsUnderTest) {
    for (const { training, before, x, dy, r } of [steps[1], steps[2]]) {
      const mode = training ? 'training' : 'evaluation';
      test(`${layer}, ${name}, ${mode}: ${backend.backend.name} as the reference`, () => {
        model.train(training).loadStateDict(stateOf(before));
        const given = [x, dy, r];
        const inputs = given.map(({ shape }) => new Tensor(shape, 'float32', { kind: 'input' }));
        const { result, trace: traced } = trace(() => build(inputs[0], inputs[1], inputs[2]));
        const outputs = [result.y, result.dx, result.second, ...result.gradients];
        const assignments = assignmentsOf(traced);
        const data = given.map((values) => Float32Array.from(values.data));
        compareWithReference({ inputs, outputs, assignments }, data, backend);
      });
    }
  }
}

test('a large mean costs no digits', () => {
  const random = new Philox(3);
  const [batch, channels, area] = [16, 2, 64];
  const data = Float32Array.from({ length: batch * channels * area }, () => {
    return 10000 + random.normal();
  });
  const layer = new BatchNorm2d(channels);
  const y = layer.call(tensor(data, [batch, channels, 8, 8])).data();
  const variances = layer.runningVar!.data();
  for (let channel = 0; channel < channels; channel++) {
    const picked = [...data.keys()].filter((i) => Math.floor(i / area) % channels === channel);
    const mean = picked.reduce((total, i) => total + data[i], 0) / picked.length;
    const squares = picked.reduce((total, i) => total + (data[i] - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / picked.length + 1e-5);
    for (const i of picked) {
      const expected = (data[i] - mean) / deviation;
      assert.ok(Math.abs(y[i] - expected) < 1e-5, `${y[i]} instead of ${expected}`);
    }
    const running = 0.9 + (0.1 * squares) / (picked.length - 1);
    assert.ok(Math.abs(variances[channel] - running) < 1e-6);
  }
});

test('equal values become the bias', () => {
  const layer = new BatchNorm1d(1);
  layer.bias!.set([3]);
  const x = tensor(new Float32Array(7).fill(123456.7), [7, 1]);
  assert.deepEqual([...layer.call(x).data()], new Array(7).fill(3));
});

test('running statistics are buffers, not parameters', () => {
  const layer = new BatchNorm2d(4);
  assert.deepEqual(
    layer.namedParameters().map(([name]) => name),
    ['weight', 'bias'],
  );
  assert.deepEqual(
    layer.namedBuffers().map(([name]) => name),
    ['running_mean', 'running_var', 'num_batches_tracked'],
  );
  assert.deepEqual(new BatchNorm2d(4, { affine: false, trackRunningStats: false }).stateDict(), {});
});

test('a normalised weight can be read and is no parameter', () => {
  const layer = weightNorm(new Linear(3, 2));
  const original = new Float32Array(layer.weight.data());
  layer.loadStateDict({
    ...layer.stateDict(),
    weight_g: { shape: [2, 1], dtype: 'float32', data: new Float32Array(2) },
  });
  assert.deepEqual([...layer.weight.data()].map(Math.abs), [0, 0, 0, 0, 0, 0]);
  assert.ok(original.some((value) => value !== 0));
  const spectral = spectralNorm(new Linear(3, 2));
  const before = spectral.stateDict();
  spectral.weight.data();
  assert.deepEqual(spectral.stateDict(), before, 'reading the weight iterates nothing');
});

test('spectral norm finds the largest singular value, of a transposed convolution along its outputs', () => {
  const up = spectralNorm(new ConvTranspose2d(2, 3, { kernelSize: 1 }));
  assert.deepEqual(up.stateDict().weight_u.shape, [3]);
  assert.deepEqual(up.stateDict().weight_v.shape, [2]);
  const layer = spectralNorm(new Linear(2, 2, { bias: false }), { nPowerIterations: 40 });
  const state = layer.stateDict();
  state.weight_orig.data.set([3, 0, 0, -0.5]);
  layer.loadStateDict(state);
  const y = layer.call(tensor([3, 1], [2])).data();
  assert.ok(Math.abs(y[0] - 3) < 1e-5 && Math.abs(y[1] + 1 / 6) < 1e-5, `${y}`);
});

test('a norm of weights that is removed leaves the weights and the answers', () => {
  const x = tensor([1, -2, 0.5, 4, 3, 0], [2, 3]);
  for (const [apply, remove] of [
    [weightNorm, removeWeightNorm],
    [spectralNorm, removeSpectralNorm],
  ] as const) {
    const layer = apply(new Linear(3, 2));
    layer.call(x).data();
    const [answer, weights] = [layer.eval().call(x).data(), layer.weight.data()];
    assert.equal(remove(layer), layer);
    assert.deepEqual(Object.keys(layer.stateDict()).sort(), ['bias', 'weight']);
    assert.deepEqual(layer.parameters().includes(layer.weight), true);
    assert.deepEqual(layer.weight.data(), weights);
    assert.deepEqual(layer.call(x).data(), answer);
    assert.ok(!Object.hasOwn(layer, 'forward'));
    assert.throws(() => remove(layer), /: Linear 3 -> 2 has no parameter "weight" that /);
    apply(layer);
    assert.deepEqual(layer.weight.shape, [2, 3]);
  }
});

test('two norms on one layer are removed one by one, in any order', () => {
  const layer = weightNorm(spectralNorm(new Linear(3, 2)), { name: 'bias' });
  assert.throws(() => removeWeightNorm(layer), /no parameter "weight" that weightNorm computes/);
  assert.throws(() => removeSpectralNorm(layer, 'bias'), ValueError);
  removeSpectralNorm(layer);
  assert.deepEqual(Object.keys(layer.stateDict()).sort(), ['bias_g', 'bias_v', 'weight']);
  const x = tensor([1, 2, 3], [3]);
  const answer = layer.call(x).data();
  removeWeightNorm(layer, 'bias');
  assert.deepEqual(Object.keys(layer.stateDict()).sort(), ['bias', 'weight']);
  assert.deepEqual(layer.call(x).data(), answer);
});

test('wrong options are refused', () => {
  assert.throws(() => new BatchNorm2d(3, { momentun: 1 } as object), /did you mean "momentum"/);
  assert.throws(() => new BatchNorm2d(0), /BatchNorm2d: numFeatures is 0/);
  assert.throws(() => new BatchNorm2d(3, { momentum: -1 }), /BatchNorm2d: momentum is -1/);
  assert.throws(() => new BatchNorm1d(3, { eps: Number.NaN }), /BatchNorm1d: eps is NaN/);
  assert.throws(() => new LayerNorm([]), /expected at least one extent/);
  assert.throws(() => new GroupNorm(3, 4), /numGroups is 3, which does not divide 4/);
  assert.throws(() => new LocalResponseNorm(0), /size is 0/);
  assert.throws(() => weightNorm(new Linear(2, 2), { name: 'wait' }), /no parameter "wait"/);
  assert.throws(() => weightNorm(weightNorm(new Linear(2, 2))), ValueError);
  assert.throws(() => spectralNorm(new Linear(2, 2), { dim: 2 }), /dim is 2; .* 0 to 1/);
  assert.throws(() => spectralNorm(new Linear(2, 2), { nPowerIterations: 0 }), ValueError);
});

test('wrong inputs are refused', () => {
  const refused = (build: () => unknown, message: RegExp) =>
    assert.throws(build, (error) => error instanceof ShapeError && message.test(error.message));
  refused(
    () => new BatchNorm2d(3).call(zeros([2, 4, 5, 5])),
    /^BatchNorm2d 3: expected 3 channels in \[N, C, H, W\], got 4 in \[2, 4, 5, 5\]/,
  );
  refused(() => new BatchNorm2d(3).call(zeros([2, 3])), /expected \[N, C, H, W\], got \[2, 3\]/);
  refused(() => new BatchNorm1d(3).call(zeros([3])), /expected \[N, C\] or \[N, C, L\]/);
  refused(() => new BatchNorm1d(3).call(zeros([1, 3])), /training needs more than 1/);
  refused(() => new InstanceNorm2d(3).call(zeros([2, 3, 1, 1])), /expected more than 1/);
  refused(() => new InstanceNorm2d(3).call(zeros([3, 3])), /or \[C, H, W\]/);
  refused(() => new LayerNorm([3, 2]).call(zeros([3, 3])), /input that ends in \[3, 2\]/);
  refused(() => new LayerNorm([3, 2]).call(zeros([2])), /input that ends in \[3, 2\]/);
  refused(() => new GroupNorm(2, 4).call(zeros([2, 3, 4])), /expected 4 channels/);
  refused(() => new LocalResponseNorm(3).call(zeros([2, 3])), /expected \[N, C, L, ...\]/);
  refused(() => groupNorm(zeros([2, 3]), { numGroups: 2 }), /does not divide the 3 channels/);
  refused(
    () => layerNorm(zeros([2, 3]), { normalizedShape: [3], weight: zeros([2]) }),
    /layerNorm: expected weight \[3\], got \[2\]/,
  );
  refused(() => instanceNorm(zeros([2, 3, 4]), { bias: zeros([4]) }), /expected bias \[3\]/);
  const running = { runningMean: zeros([3]), runningVar: zeros([2]) };
  refused(() => batchNorm(zeros([2, 3]), running), /expected runningVar \[3\], got \[2\]/);
  assert.throws(() => batchNorm(zeros([2, 3])), /runningMean and runningVar are needed/);
  assert.throws(() => batchNorm(zeros([2, 3]), { training: true, ...running }), /a Variable/);
});
