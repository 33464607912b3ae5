/** Embedding, as PyTorch computes it on every backend, and what it refuses. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { compile, installLazyEvaluation } from '../src/compiler/index.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { Embedding, type EmbeddingOptions, Flatten, Sequential } from '../src/nn/index.js';
import { ones, tensor, zeros } from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { assignmentsOf } from './cases/case.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

installLazyEvaluation();

interface EmbeddingCase {
  readonly options: EmbeddingOptions;
  readonly weight: TorchTensor;
  /** The table after the call. */
  readonly after: TorchTensor;
  readonly indices: TorchTensor;
  readonly y: TorchTensor;
  readonly dy: TorchTensor;
  readonly gradient: TorchTensor;
}

for (const fixture of readFixture<EmbeddingCase[]>('nn-embedding.json')) {
  const name = JSON.stringify(fixture.options);
  const layer = new Embedding(4, 3, fixture.options);
  const build = (indices: Tensor, outputGradient: Tensor) => {
    const y = layer.call(indices);
    return { y, gradient: grad(y, [layer.weight], { outputGradient })[0] };
  };

  test(`embedding ${name}: as PyTorch`, () => {
    layer.weight.set(fixture.weight.data);
    const { y, gradient } = onReference(() => {
      const { data, shape } = fixture.indices;
      return build(tensor(data, shape, 'int32'), fromTorch(fixture.dy));
    });
    assertTorch(y, fixture.y, { what: 'output' });
    assertTorch(gradient, fixture.gradient, { what: 'gradient of weight' });
    assertTorch(
      onReference(() => layer.weight),
      fixture.after,
      { what: 'table' },
    );
  });

  for (const backend of backendsUnderTest) {
    test(`embedding ${name}: ${backend.backend.name}`, () => {
      const indices = new Tensor(fixture.indices.shape, 'int32', { kind: 'input' });
      const dy = new Tensor(fixture.dy.shape, 'float32', { kind: 'input' });
      layer.weight.set(fixture.weight.data);
      const { result, trace: traced } = trace(() => build(indices, dy));
      const assignments = assignmentsOf(traced);
      const graph = { inputs: [indices, dy], outputs: Object.values(result), assignments };
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

test('an index outside the table is refused where it is known, else its row is NaN', () => {
  const layer = new Embedding(3, 2);
  for (const [data, message] of [
    [[0, 3], /^ValueError: Embedding 3 x 2: the index at position 1 is 3; expected 0 to 2/],
    [[-1, 0], /the index at position 0 is -1/],
  ] as const) {
    const indices = tensor(data, [2], 'int32');
    assert.throws(() => layer.call(indices), message);
    const run = compile((x: Tensor) => {
      const y = layer.call(x);
      return { y, gradient: grad(y, [layer.weight], { outputGradient: ones([2, 2]) })[0] };
    });
    const { y, gradient } = run(indices);
    const rows = data.map((index) => [...layer.weight.data()].slice(2 * index, 2 * index + 2));
    const expected = rows.flatMap((row, i) => (data[i] === 0 ? row : [Number.NaN, Number.NaN]));
    assert.deepEqual([...y.data()], expected);
    assert.deepEqual([...gradient.data()], [1, 1, 0, 0, 0, 0]);
  }
  const inside = new Sequential(new Flatten(), new Embedding(3, 2));
  assert.throws(
    () => inside.call(tensor([7], [1, 1], 'int32')),
    /^ValueError: 1 \(Embedding 3 x 2\)/,
  );
});

test('rows that are too long are scaled down in every step, outside compile() too', () => {
  const layer = new Embedding(3, 2, { maxNorm: 1 });
  const start = [3, 4, 0.3, 0.4, 6, 8];
  for (const call of [(x: Tensor) => layer.call(x), compile((x: Tensor) => layer.call(x))]) {
    layer.weight.set(start);
    const y = call(tensor([1, 0], [2], 'int32')).data();
    const expected = [0.3, 0.4, 0.6, 0.8];
    assert.ok(
      y.every((value, i) => Math.abs(value - expected[i]) < 1e-6),
      `${y}`,
    );
    const table = [0.6, 0.8, 0.3, 0.4, 6, 8];
    assert.ok(layer.weight.data().every((value, i) => Math.abs(value - table[i]) < 1e-6));
  }
  assert.throws(() => new Embedding(3, 2, { maxNorm: -1 }), /Embedding: maxNorm is -1/);
  assert.throws(() => new Embedding(3, 2, { normType: 0 }), /Embedding: normType is 0/);
});
