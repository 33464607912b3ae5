/** Layers: values and gradients as PyTorch computes them, and what wrong options and inputs say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import {
  AvgPool2d,
  Conv2d,
  type Conv2dLayerOptions,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  Relu,
  Sequential,
  Sigmoid,
  Tanh,
} from '../src/nn/index.js';
import { fill, type PoolOptions, zeros } from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface LayerCase {
  readonly name: string;
  readonly layer: string;
  readonly sizes: readonly [number, number];
  readonly options: object;
  readonly state: Record<string, TorchTensor>;
  readonly x: TorchTensor;
  readonly dy: TorchTensor;
  readonly y: TorchTensor;
  readonly dx: TorchTensor;
  readonly gradients: Record<string, TorchTensor>;
}

const make: Readonly<Record<string, (fixture: LayerCase) => Module>> = {
  Conv2d: ({ sizes, options }) => new Conv2d(...sizes, options as Conv2dLayerOptions),
  Linear: ({ sizes, options }) => new Linear(...sizes, options),
  MaxPool2d: ({ options }) => new MaxPool2d(options as PoolOptions),
  AvgPool2d: ({ options }) => new AvgPool2d(options as PoolOptions),
  Flatten: ({ options }) => new Flatten(options),
  Relu: () => new Relu(),
  Tanh: () => new Tanh(),
  Sigmoid: () => new Sigmoid(),
  Sequential: () =>
    new Sequential(
      new Conv2d(1, 2, { kernelSize: 3, padding: 1 }),
      new Relu(),
      new MaxPool2d({ kernelSize: 2 }),
      new Flatten(),
      new Linear(18, 3),
      new Tanh(),
    ),
};

for (const fixture of readFixture<LayerCase[]>('nn-layers.json')) {
  const { name, layer, state, dy } = fixture;
  const model = make[layer](fixture);
  const weights = Object.entries(state).map(([key, { shape, data }]) => {
    return [key, { shape, dtype: 'float32', data: Float32Array.from(data) }] as const;
  });
  model.loadStateDict(new Map(weights));
  const build = (x: Tensor, outputGradient: Tensor) => {
    const y = model.call(x);
    const [dx, ...gradients] = grad(y, [x, ...model.parameters()], { outputGradient });
    return { y, dx, gradients };
  };

  test(`${layer}, ${name}: as PyTorch`, () => {
    const { y, dx, gradients } = onReference(() => build(fromTorch(fixture.x), fromTorch(dy)));
    assertTorch(y, fixture.y, { what: 'output' });
    assertTorch(dx, fixture.dx, { what: 'gradient of the input' });
    const names = model.namedParameters().map(([key]) => key);
    assert.deepEqual(names, Object.keys(fixture.gradients));
    names.forEach((key, i) => {
      assertTorch(gradients[i], fixture.gradients[key], { what: `gradient of ${key}` });
    });
  });

  for (const backend of backendsUnderTest) {
    test(`${layer}, ${name}: ${backend.backend.name} as the reference`, () => {
      const given = [fixture.x, dy];
      const inputs = given.map(({ shape }) => new Tensor(shape, 'float32', { kind: 'input' }));
      const { result } = trace(() => build(inputs[0], inputs[1]));
      const outputs = [result.y, result.dx, ...result.gradients];
      const data = given.map((values) => Float32Array.from(values.data));
      compareWithReference({ inputs, outputs, assignments: [] }, data, backend);
    });
  }
}

test('an unknown option is refused with the name that was meant', () => {
  const wrong: object = { kernelSize: 3, paddding: 1 };
  const error = new ValueError('Conv2d: there is no option "paddding"; did you mean "padding"?');
  assert.throws(() => new Conv2d(1, 2, wrong as Conv2dLayerOptions), error);
  assert.throws(() => new Linear(1, 2, { biass: false } as object), /did you mean "bias"/);
  const pool: object = { kernelSize: 2, divisorOverride: 3 };
  assert.throws(() => new MaxPool2d(pool as PoolOptions), /no option "divisorOverride"; use kern/);
  assert.throws(() => new Flatten({ start: 1 } as object), /did you mean "startDim"|use startDim/);
});

test('options out of range are refused when the layer is made', () => {
  const conv = (options: object) => () => new Conv2d(4, 6, options as Conv2dLayerOptions);
  assert.throws(() => new Conv2d(0, 6, { kernelSize: 3 }), /Conv2d: inChannels is 0; expected/);
  assert.throws(() => new Linear(3, 2.5), /Linear: outFeatures is 2.5; expected a whole number/);
  assert.throws(conv({}), /Conv2d: kernelSize: expected a whole number of at least 1/);
  assert.throws(conv({ kernelSize: 0 }), ValueError);
  assert.throws(conv({ kernelSize: 3, stride: [1, 0] }), /Conv2d: stride: .* got \[1,0\]/);
  assert.throws(conv({ kernelSize: 3, dilation: -1 }), /Conv2d: dilation/);
  assert.throws(conv({ kernelSize: 3, padding: -1 }), /padding: expected a whole number/);
  assert.throws(conv({ kernelSize: 3, padding: [1, 2, 3] }), /padding: expected/);
  assert.throws(conv({ kernelSize: 3, padding: 'full' }), /padding: expected/);
  assert.throws(conv({ kernelSize: 3, stride: 2, padding: 'same' }), /'same' needs stride 1/);
  assert.throws(conv({ kernelSize: 3, groups: 4 }), /groups is 4, which does not divide both/);
  assert.throws(() => new MaxPool2d({ kernelSize: 2, stride: 0 }), /MaxPool2d: stride/);
  assert.throws(() => new AvgPool2d({ kernelSize: -2 }), /AvgPool2d: kernelSize/);
});

test('inputs that do not fit are refused with what was expected', () => {
  const refused = (layer: Module, x: Tensor, message: RegExp) =>
    assert.throws(
      () => layer.call(x),
      (error) => error instanceof ShapeError && message.test(error.message),
    );
  refused(
    new Conv2d(64, 128, { kernelSize: 3 }),
    zeros([8, 32, 28, 28]),
    /^Conv2d 64 -> 128: expected 64 input channels, got 32 in \[8, 32, 28, 28\]/,
  );
  refused(new Conv2d(1, 2, { kernelSize: 9 }), zeros([1, 1, 4, 4]), /larger than the padded input/);
  refused(
    new Linear(4, 2),
    zeros([3, 5]),
    /^Linear 4 -> 2: expected 4 input features, got 5 in \[3, 5\]/,
  );
  refused(new Linear(4, 2), zeros([]), /got none/);
  refused(new MaxPool2d({ kernelSize: 2 }), zeros([3, 5]), /^MaxPool2d 2 x 2: .*\[N, C, H, W\]/);
  refused(new Relu(), fill(1, [2], 'bool'), /^Relu: /);
  refused(
    new Flatten({ startDim: 2, endDim: 1 }),
    zeros([2, 3, 4]),
    /startDim 2 lies behind endDim 1/,
  );
});

test('a container takes modules only', () => {
  const relu: unknown = (x: Tensor) => x;
  assert.throws(() => new Sequential(new Relu(), relu as Module), /argument 1 is no Module/);
});
