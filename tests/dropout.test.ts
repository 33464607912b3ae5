/** Dropout: how much it leaves out, that masks change every step and follow from the seed, and that evaluation is the identity. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { compile, installLazyEvaluation } from '../src/compiler/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import type { Shape } from '../src/graph/shape.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { Dropout, Dropout1d, Dropout2d, Dropout3d } from '../src/nn/dropout.js';
import { Linear, Sequential } from '../src/nn/index.js';
import { manualSeed } from '../src/nn/seed.js';
import { dropout, dropout2d } from '../src/ops/dropout.js';
import { fill, Generator, ones, tensor, uniform, zeros } from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { assignmentsOf } from './cases/case.js';
import { compareWithReference } from './compared.js';

installLazyEvaluation();

test('the part p is left out and the rest scaled up', () => {
  const count = 40000;
  for (const p of [0.1, 0.5, 0.75]) {
    const y = new Dropout(p).call(ones([count])).data();
    const scale = Math.fround(1 / (1 - p));
    assert.deepEqual(
      [...new Set(y)].sort((a, b) => a - b),
      [0, scale],
    );
    const dropped = y.filter((value) => value === 0).length;
    const deviation = Math.sqrt(count * p * (1 - p));
    assert.ok(Math.abs(dropped - count * p) < 5 * deviation, `${dropped} of ${count} for ${p}`);
  }
});

test('the ends: nothing is left out, or all', () => {
  assert.deepEqual([...new Dropout(0).call(tensor([1, -2], [2])).data()], [1, -2]);
  assert.deepEqual([...new Dropout(1).call(tensor([1, 2], [2])).data()], [0, 0]);
});

const channelLayers: [new (p: number) => Dropout1d | Dropout2d | Dropout3d, Shape][] = [
  [Dropout1d, [8, 16, 6]],
  [Dropout1d, [128, 6]],
  [Dropout2d, [8, 16, 2, 3]],
  [Dropout3d, [8, 16, 3, 1, 2]],
  [Dropout3d, [128, 3, 1, 2]],
];

for (const [Layer, shape] of channelLayers) {
  test(`whole channels are left out: ${Layer.name} [${shape}]`, () => {
    const y = new Layer(0.5).call(ones(shape)).data();
    const channels = Array.from({ length: 128 }, (_, i) => [...y.slice(i * 6, i * 6 + 6)]);
    for (const channel of channels) assert.equal(new Set(channel).size, 1);
    const dropped = channels.filter(([value]) => value === 0).length;
    assert.ok(dropped > 35 && dropped < 93, `${dropped} of 128`);
  });
}

test('evaluation changes nothing and draws nothing', () => {
  const layer = new Dropout(0.9, { seed: 1 }).eval();
  const x = tensor([1, 2, 3], [3]);
  assert.equal(layer.call(x), x);
  assert.deepEqual([...layer.generator.state.data()], [1, 0, 0, 0]);
});

/** Masks of three steps. */
function masks(layer: Dropout, compiled: boolean): number[][] {
  const run = compile((x: Tensor) => layer.call(x));
  const x = fill(1, [64]);
  return [1, 2, 3].map(() => [...(compiled ? run(x) : layer.call(x)).data()]);
}

test('masks differ every step and are the same for the same seed, compiled or not', () => {
  const seeded = masks(new Dropout(0.5, { seed: 5 }), true);
  assert.equal(new Set(seeded.map(String)).size, 3);
  assert.deepEqual(masks(new Dropout(0.5, { seed: 5 }), false), seeded);
  assert.notDeepEqual(masks(new Dropout(0.5, { seed: 6 }), true), seeded);
});

test('manualSeed seeds the masks of each layer, and no weights depend on them', () => {
  const build = (seed: number) => {
    manualSeed(seed);
    return [new Dropout(), new Dropout()].map((layer) => masks(layer, true));
  };
  const first = build(7);
  assert.notDeepEqual(first[0], first[1], 'two layers have different masks');
  assert.deepEqual(build(7), first);
  assert.notDeepEqual(build(8), first);
  manualSeed(7);
  const plain = new Linear(4, 4).stateDict();
  manualSeed(7);
  const model = new Sequential(new Dropout(), new Linear(4, 4));
  assert.deepEqual(model.layers[1].stateDict(), plain);
  assert.deepEqual(Object.keys(model.stateDict()), ['1.weight', '1.bias']);
});

test('the gradient has the mask of the value', () => {
  const layer = new Dropout(0.5, { seed: 2 });
  const build = (x: Tensor) => {
    const y = layer.call(x);
    return { y, dx: grad(y, [x], { outputGradient: ones([50]) })[0] };
  };
  const compiled = compile(build)(ones([50]));
  assert.deepEqual(compiled.dx.data(), compiled.y.data());
  const { y, dx } = build(ones([50]));
  assert.deepEqual(dx.data(), y.data());
  assert.notDeepEqual(y.data(), compiled.y.data());
});

test('numbers drawn outside compile() stay as they are when more are drawn', () => {
  const together = new Generator(3);
  const [first, second] = [uniform([6], together), uniform([6], together)];
  const apart = new Generator(3);
  assert.deepEqual(first.data(), uniform([6], apart).data());
  assert.deepEqual(second.data(), uniform([6], apart).data());
  const run = compile(() => uniform([6], apart), { backend: reference });
  assert.notDeepEqual([...run().data()], [...second.data()]);
});

for (const backend of backendsUnderTest) {
  for (const apply of [dropout, dropout2d]) {
    test(`${apply.name}: ${backend.backend.name} as the reference`, () => {
      const generator = new Generator(11);
      const input = new Tensor([3, 5, 2, 3], 'float32', { kind: 'input' });
      const { result, trace: traced } = trace(() => {
        const y = apply(apply(input, { generator, p: 0.25 }), { generator });
        return [y, ...grad(y, [input], { outputGradient: ones(y.shape) })];
      });
      const graph = { inputs: [input], outputs: result, assignments: assignmentsOf(traced) };
      const data = Float32Array.from({ length: 90 }, (_, i) => i - 45);
      const { free } = compareWithReference(graph, [data], backend);
      assert.equal(free, 0);
    });
  }
}

test('wrong options and inputs are refused', () => {
  assert.throws(() => new Dropout(1.5), /Dropout: p is 1.5; expected a probability from 0 to 1/);
  assert.throws(() => new Dropout2d(Number.NaN), ValueError);
  assert.throws(() => new Dropout(0.5, { inplace: true } as object), /no option "inplace"/);
  assert.throws(() => new Dropout(0.5, { seed: -1 }), /whole seed/);
  const generator = new Generator(1);
  assert.throws(() => dropout(zeros([2]), { generator, p: -0.1 }), /dropout: p is -0.1/);
  const refused = (layer: Dropout1d | Dropout2d | Dropout3d, shape: Shape, message: RegExp) =>
    assert.throws(
      () => layer.call(zeros(shape)),
      (error) => error instanceof ShapeError && message.test(error.message),
    );
  refused(
    new Dropout2d(),
    [2, 3],
    /^Dropout2d 0.5: dropout2d: expected \[N, C, H, W\], got \[2, 3\]; use/,
  );
  refused(new Dropout2d(), [2, 3, 4], /got \[2, 3, 4\]; use dropout1d for \[N, C, L\], or reshape/);
  refused(new Dropout1d(), [2], /expected \[N, C, L\] or \[C, L\], got \[2\]/);
  refused(new Dropout3d(), [2, 3, 4], /expected \[N, C, D, H, W\] or \[C, D, H, W\], got/);
});
