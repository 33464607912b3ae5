/** Embedding, as PyTorch computes it on every backend, and what it refuses. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { Embedding, type EmbeddingOptions } from '../src/nn/index.js';
import { tensor, zeros } from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface EmbeddingCase {
  readonly options: EmbeddingOptions;
  readonly weight: TorchTensor;
  readonly indices: TorchTensor;
  readonly y: TorchTensor;
  readonly dy: TorchTensor;
  readonly gradient: TorchTensor;
}

for (const fixture of readFixture<EmbeddingCase[]>('nn-embedding.json')) {
  const name = JSON.stringify(fixture.options);
  const layer = new Embedding(4, 3, fixture.options);
  layer.weight.set(fixture.weight.data);
  const build = (indices: Tensor, outputGradient: Tensor) => {
    const y = layer.call(indices);
    return { y, gradient: grad(y, [layer.weight], { outputGradient })[0] };
  };

  test(`embedding ${name}: as PyTorch`, () => {
    const { y, gradient } = onReference(() => {
      const { data, shape } = fixture.indices;
      return build(tensor(data, shape, 'int32'), fromTorch(fixture.dy));
    });
    assertTorch(y, fixture.y, { what: 'output' });
    assertTorch(gradient, fixture.gradient, { what: 'gradient of weight' });
  });

  for (const backend of backendsUnderTest) {
    test(`embedding ${name}: ${backend.backend.name}`, () => {
      const indices = new Tensor(fixture.indices.shape, 'int32', { kind: 'input' });
      const dy = new Tensor(fixture.dy.shape, 'float32', { kind: 'input' });
      const { result } = trace(() => build(indices, dy));
      const graph = { inputs: [indices, dy], outputs: Object.values(result), assignments: [] };
      const data = [Int32Array.from(fixture.indices.data), Float32Array.from(fixture.dy.data)];
      compareWithReference(graph, data, backend);
    });
  }
}

test('an embedding starts its padding vector at zero and refuses what does not fit', () => {
  const layer = new Embedding(3, 2, { paddingIdx: -2 });
  assert.deepEqual([...layer.weight.data()].slice(2, 4), [0, 0]);
  assert.ok(layer.weight.data()[0] !== 0 && layer.weight.data()[5] !== 0);
  assert.throws(() => layer.call(zeros([2])), /^ShapeError: Embedding 3 x 2: expected int32/);
  assert.throws(
    () => new Embedding(3, 2, { paddingIdx: 3 }),
    /paddingIdx is 3; expected .* -3 to 2/,
  );
  assert.throws(() => new Embedding(0, 2), /numEmbeddings is 0/);
});
