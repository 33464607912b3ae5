/** Activation layers: values and gradients as PyTorch computes them, special values, and what wrong options say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import * as nn from '../src/nn/index.js';
import * as ops from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { checkGradient } from './central-difference.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface ActivationCase {
  readonly layer: string;
  readonly options: object;
  readonly weight: readonly TorchTensor[];
  readonly x: TorchTensor;
  readonly dy: TorchTensor;
  readonly y: TorchTensor;
  readonly dx: TorchTensor;
  readonly dweight: readonly TorchTensor[];
}

const classes = {
  LeakyRelu: nn.LeakyRelu,
  Elu: nn.Elu,
  Selu: nn.Selu,
  Gelu: nn.Gelu,
  Silu: nn.Silu,
  Softplus: nn.Softplus,
  Softsign: nn.Softsign,
  Hardtanh: nn.Hardtanh,
  Relu6: nn.Relu6,
  Hardsigmoid: nn.Hardsigmoid,
  Hardswish: nn.Hardswish,
  Mish: nn.Mish,
  PRelu: nn.PRelu,
  Softmax: nn.Softmax,
  LogSoftmax: nn.LogSoftmax,
} as Readonly<Record<string, new (options: object) => nn.Module>>;

for (const fixture of readFixture<ActivationCase[]>('nn-activations.json')) {
  const { layer, options, weight, x, dy } = fixture;
  const name = `${layer} ${JSON.stringify(options)} of [${x.shape}]`;
  const model = new classes[layer](options);
  model.parameters().forEach((parameter, i) => {
    parameter.set(Float32Array.from(weight[i].data));
  });
  const build = (input: Tensor, outputGradient: Tensor) => {
    const y = model.call(input);
    const [dx, ...dweight] = grad(y, [input, ...model.parameters()], { outputGradient });
    return { y, dx, dweight };
  };

  test(`${name}: as PyTorch`, () => {
    const { y, dx, dweight } = onReference(() => build(fromTorch(x), fromTorch(dy)));
    assertTorch(y, fixture.y, { what: 'output' });
    assertTorch(dx, fixture.dx, { what: 'gradient of the input' });
    assert.equal(dweight.length, fixture.dweight.length);
    dweight.forEach((gradient, i) => {
      assertTorch(gradient, fixture.dweight[i], { what: 'gradient of the weight' });
    });
  });

  for (const backend of backendsUnderTest) {
    test(`${name}: ${backend.backend.name} as the reference`, () => {
      const inputs = [x, dy].map(({ shape }) => new Tensor(shape, 'float32', { kind: 'input' }));
      const { result } = trace(() => build(inputs[0], inputs[1]));
      const outputs = [result.y, result.dx, ...result.dweight];
      const data = [x, dy].map((values) => Float32Array.from(values.data));
      compareWithReference({ inputs, outputs, assignments: [] }, data, backend);
    });
  }
}

const points = [-4.3, -2.6, -1.7, -0.6, -0.2, 0.3, 0.9, 1.8, 2.7, 3.4, 5.1, 7.2];

const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  leakyRelu: ops.leakyRelu,
  prelu: (x) => ops.prelu(x, ops.tensor([0.25], [1])),
  elu: ops.elu,
  selu: ops.selu,
  gelu: ops.gelu,
  geluTanh: (x) => ops.gelu(x, { approximate: 'tanh' }),
  silu: ops.silu,
  softplus: (x) => ops.softplus(x, { beta: 2, threshold: 50 }),
  softsign: ops.softsign,
  hardtanh: ops.hardtanh,
  relu6: ops.relu6,
  hardsigmoid: ops.hardsigmoid,
  hardswish: ops.hardswish,
  mish: ops.mish,
  softmax: (x) => ops.softmax(x, 0),
  logSoftmax: (x) => ops.logSoftmax(x, 0),
};

for (const [name, build] of Object.entries(functions)) {
  test(`${name}: first and second derivative agree with differences`, () => {
    const data = Float64Array.from(points);
    const inputs = [{ shape: [points.length], dtype: 'float32' as const, data }];
    checkGradient({ name, inputs, build }, 1);
    checkGradient({ name, inputs, build }, 2);
  });
}

test('NaN stays NaN, and infinities go where the functions tend', () => {
  const limits: Readonly<Record<string, readonly [number, number]>> = {
    leakyRelu: [Number.NEGATIVE_INFINITY, Infinity],
    elu: [-1, Infinity],
    softplus: [0, Infinity],
    hardtanh: [-1, 1],
    relu6: [0, 6],
    hardsigmoid: [0, 1],
    hardswish: [Number.NaN, Infinity],
    gelu: [Number.NaN, Infinity],
    silu: [Number.NaN, Infinity],
    mish: [Number.NaN, Infinity],
  };
  for (const [name, [low, high]] of Object.entries(limits)) {
    const given = ops.tensor([Number.NEGATIVE_INFINITY, Infinity, Number.NaN], [3]);
    const simple: (x: Tensor) => Tensor = name === 'softplus' ? ops.softplus : functions[name];
    const values = onReference(() => simple(given)).data();
    assert.deepEqual([...values], [low, high, Number.NaN], name);
  }
});

test('softmax and log-softmax of logits of 10 000 are finite, with finite gradients', () => {
  for (const build of [ops.softmax, ops.logSoftmax]) {
    const { y, dx } = onReference(() => {
      const x = ops.tensor([1e4, -1e4, 0, -1e4], [4]);
      const values = build(x, 0);
      const [gradient] = grad(values, [x], { outputGradient: ops.tensor([1, 2, 3, 4], [4]) });
      return { y: values, dx: gradient };
    });
    assert.ok([...y.data(), ...dx.data()].every(Number.isFinite));
  }
});

test('options that are unknown or out of range are refused when the layer is made', () => {
  const refused = (layer: () => unknown, message: RegExp) =>
    assert.throws(
      layer,
      (error) => error instanceof ValueError && message.test((error as Error).message),
    );
  const odd = <Options>(options: object) => options as Options;
  refused(() => new nn.LeakyRelu(odd({ slope: 1 })), /LeakyRelu: there is no option "slope"/);
  refused(() => new nn.Elu({ alpha: Number.NaN }), /elu: alpha is NaN; expected a finite number/);
  refused(() => new nn.Gelu(odd({ approximate: 'erf' })), /approximate is "erf"; expected 'none'/);
  refused(() => new nn.Softplus({ beta: 0 }), /beta is 0/);
  refused(() => new nn.Hardtanh({ minVal: 1, maxVal: 1 }), /minVal 1 is not below maxVal 1/);
  refused(() => new nn.PRelu({ numParameters: 0 }), /PRelu: numParameters is 0/);
  refused(() => new nn.PRelu({ init: Number.NaN }), /PRelu: init is NaN/);
  refused(() => new nn.Softmax(odd({})), /Softmax: dim is undefined; expected a whole number/);
  refused(() => new nn.LogSoftmax(odd({ axis: 1 })), /LogSoftmax: there is no option "axis"/);
});

test('inputs that do not fit are refused with what was expected', () => {
  const refused = (layer: nn.Module, x: Tensor, message: RegExp) =>
    assert.throws(
      () => layer.call(x),
      (error) => error instanceof ShapeError && message.test(error.message),
    );
  const wrong = ops.zeros([2, 3], 'int32');
  refused(new nn.Gelu(), wrong, /^Gelu: gelu: expected float32, got int32 \[2, 3\]; convert/);
  refused(new nn.Relu6(), wrong, /^Relu6: relu6: expected float32/);
  const perChannel = new nn.PRelu({ numParameters: 4 });
  refused(perChannel, ops.zeros([2, 3]), /^PRelu 4: expected 4 channels.* got 3 in \[2, 3\]/);
  refused(perChannel, ops.zeros([4]), /got none in \[4\]/);
  assert.throws(() => ops.prelu(ops.zeros([2, 3]), ops.zeros([2])), /\[1\] or \[3\].* got \[2\]/);
  assert.throws(() => new nn.Softmax({ dim: 2 }).call(ops.zeros([2, 3])), /^.*Softmax/);
});
