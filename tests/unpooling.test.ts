/** Max pooling with indices and max unpooling, as PyTorch computes them on every backend. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { MaxUnpool2d } from '../src/nn/index.js';
import {
  maxPool2dWithIndices,
  mul,
  type PoolOptions,
  tensor,
  type UnpoolOptions,
  zeros,
} from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface UnpoolingCase {
  readonly options: PoolOptions;
  readonly unpooling: UnpoolOptions;
  readonly x: TorchTensor;
  readonly y: TorchTensor;
  readonly indices: TorchTensor;
  readonly back: TorchTensor;
  /** The gradient of `back`, and that of `y` which follows. */
  readonly arriving: TorchTensor;
  readonly gradient: TorchTensor;
}

for (const fixture of readFixture<UnpoolingCase[]>('nn-unpooling.json')) {
  const name = JSON.stringify(fixture.options);
  const build = (x: Tensor) => {
    const { output, indices } = maxPool2dWithIndices(x, fixture.options);
    const back = new MaxUnpool2d(fixture.unpooling).call(output, indices);
    return { output, indices, back, dx: grad(mul(back, back), [x], { outputGradient: back })[0] };
  };

  test(`max pooling with indices and back, ${name}: as PyTorch`, () => {
    const { output, indices, back } = onReference(() => build(fromTorch(fixture.x)));
    assertTorch(output, fixture.y, { what: 'output' });
    assertTorch(indices, fixture.indices, { what: 'indices' });
    assertTorch(back, fixture.back, { what: 'unpooled' });
    const gradient = onReference(() => {
      const [y, places] = [fromTorch(fixture.y), fixture.indices];
      const indices = tensor(places.data, places.shape, 'int32');
      const back = new MaxUnpool2d(fixture.unpooling).call(y, indices);
      return grad(back, [y], { outputGradient: fromTorch(fixture.arriving) })[0];
    });
    assertTorch(gradient, fixture.gradient, { what: 'gradient' });
  });

  for (const backend of backendsUnderTest) {
    test(`max pooling with indices and back, ${name}: ${backend.backend.name}`, () => {
      const x = new Tensor(fixture.x.shape, 'float32', { kind: 'input' });
      const { result } = trace(() => build(x));
      const graph = { inputs: [x], outputs: Object.values(result), assignments: [] };
      compareWithReference(graph, [Float32Array.from(fixture.x.data)], backend);
    });
  }
}

test('unpooling without windows that overlap sends the gradient back to where values came from', () => {
  const { x, dx } = onReference(() => {
    const x = tensor([1, 2, 3, 4], [1, 1, 2, 2]);
    const indices = tensor([0, 3, 8, 15], [1, 1, 2, 2], 'int32');
    const back = new MaxUnpool2d({ kernelSize: 2 }).call(x, indices);
    const weights = tensor(
      Array.from({ length: 16 }, (_, i) => i),
      [1, 1, 4, 4],
    );
    return { x: back, dx: grad(back, [x], { outputGradient: weights })[0] };
  });
  assert.deepEqual([...x.data()], [1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 4]);
  assert.deepEqual([...dx.data()], [0, 3, 8, 15]);
});

test('unpooling refuses indices that do not belong to the input', () => {
  const unpool = new MaxUnpool2d({ kernelSize: 2 });
  const x = zeros([1, 1, 2, 2]);
  assert.throws(
    () => unpool.call(x, zeros([1, 1, 2, 3], 'int32')),
    /^ShapeError: MaxUnpool2d 2 x 2: /,
  );
  assert.throws(() => unpool.call(x, x), /int32 indices of the same shape/);
  assert.throws(() => new MaxUnpool2d({ kernelSize: 0 }), /MaxUnpool2d: kernelSize/);
});
