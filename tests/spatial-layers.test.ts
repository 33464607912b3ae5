/** Convolution, padding, pooling and shape layers: values and gradients as PyTorch computes them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import * as nn from '../src/nn/index.js';
import * as ops from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface SpatialCase {
  readonly name: string;
  readonly layer: string;
  readonly arguments: readonly unknown[];
  readonly state: Record<string, TorchTensor>;
  readonly xs: readonly TorchTensor[];
  readonly dy: TorchTensor;
  readonly y: TorchTensor;
  readonly dxs: readonly TorchTensor[];
  readonly gradients: Record<string, TorchTensor>;
}

type Operation = (...given: unknown[]) => Tensor;
type AnyLayer = nn.Module<Tensor[], Tensor>;

/** Operations on a list of tensors; all others take the tensor first. */
const onLists = ['concatenate', 'stack'];

/** The layer or operation of that name, as a module. */
function made({ layer, arguments: given }: SpatialCase): AnyLayer {
  const Layer = (
    nn as unknown as Record<string, (new (...given: unknown[]) => AnyLayer) | undefined>
  )[layer];
  if (Layer && /^[A-Z]/.test(layer)) return new Layer(...given);
  const operation = (ops as unknown as Record<string, Operation>)[layer];
  class Operates extends nn.Module<Tensor[], Tensor> {
    forward(...xs: Tensor[]): Tensor {
      return onLists.includes(layer) ? operation(xs, ...given) : operation(...xs, ...given);
    }
  }
  return new Operates();
}

for (const fixture of readFixture<SpatialCase[]>('nn-spatial.json')) {
  const { name, layer, state, dy } = fixture;
  const title = `${layer} ${name} of ${fixture.xs.map(({ shape }) => `[${shape}]`).join(', ')}`;
  const model = made(fixture);
  const weights = Object.entries(state).map(([key, { shape, data }]) => {
    return [key, { shape, dtype: 'float32', data: Float32Array.from(data) }] as const;
  });
  model.loadStateDict(new Map(weights));
  const build = (xs: readonly Tensor[], outputGradient: Tensor) => {
    const y = model.call(...xs);
    const gradients = grad(y, [...xs, ...model.parameters()], { outputGradient });
    return { y, dxs: gradients.slice(0, xs.length), gradients: gradients.slice(xs.length) };
  };

  test(`${title}: as PyTorch`, () => {
    const { y, dxs, gradients } = onReference(() =>
      build(fixture.xs.map(fromTorch), fromTorch(dy)),
    );
    assertTorch(y, fixture.y, { what: 'output' });
    dxs.forEach((dx, i) => {
      assertTorch(dx, fixture.dxs[i], { what: `gradient of input ${i}` });
    });
    const names = model.namedParameters().map(([key]) => key);
    assert.deepEqual(names, Object.keys(fixture.gradients));
    names.forEach((key, i) => {
      assertTorch(gradients[i], fixture.gradients[key], { what: `gradient of ${key}` });
    });
  });

  for (const backend of backendsUnderTest) {
    test(`${title}: ${backend.backend.name} as the reference`, () => {
      const given = [...fixture.xs, dy];
      const inputs = given.map(({ shape }) => new Tensor(shape, 'float32', { kind: 'input' }));
      const { result } = trace(() => build(inputs.slice(0, -1), inputs[inputs.length - 1]));
      const outputs = [result.y, ...result.dxs, ...result.gradients];
      const data = given.map((values) => Float32Array.from(values.data));
      compareWithReference({ inputs, outputs, assignments: [] }, data, backend);
    });
  }
}

test('transposed convolutions cut each side by what is asked of it', () => {
  const whole = new nn.ConvTranspose2d(2, 3, { kernelSize: 3, stride: 2 });
  const x = ops.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1, 2, 2, 3]);
  const options: [nn.ConvTranspose2dLayerOptions['padding'], start: number[], end: number[]][] = [
    ['same', [0, 0], [4, 6]],
    [1, [1, 1], [4, 6]],
    [
      [0, 2, 1, 3],
      [0, 1],
      [3, 4],
    ],
  ];
  for (const [padding, start, end] of options) {
    const layer = new nn.ConvTranspose2d(2, 3, { kernelSize: 3, stride: 2, padding });
    layer.loadStateDict(whole.stateDict());
    const expected = ops.slice(whole.call(x), { start: [0, 0, ...start], end: [1, 3, ...end] });
    const y = layer.call(x);
    assert.deepEqual(y.shape, expected.shape);
    assert.deepEqual(onReference(() => y).data(), onReference(() => expected).data());
  }
});
