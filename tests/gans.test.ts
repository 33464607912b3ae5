/** Generators and discriminators: PyTorch's pictures, answers and gradients; sizes that fit; what is refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../src/index.js';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { compile } from '../src/compiler/index.js';
import { sizeOf } from '../src/graph/shape.js';
import type { Tensor } from '../src/graph/tensor.js';
import {
  createGan,
  type DcganDiscriminatorOptions,
  ganNames,
  isConditionalGan,
} from '../src/models/index.js';
import { type AnyModule, Dropout } from '../src/nn/index.js';
import { mean, neg, softplus, tensor } from '../src/ops/index.js';
import { assertTorch, readFixture } from './torch-values.js';

interface GanCase {
  readonly name: string;
  readonly inputShape: [number, number, number];
  readonly numClasses: number | null;
  readonly conditioning?: DcganDiscriminatorOptions['conditioning'];
  readonly fakes: readonly number[];
  readonly answers: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

const [count, latent, width] = [3, 6, 4];

function wave(shape: readonly number[], seed: number, scale = 1): Float32Array {
  return Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => Math.sin(i * 1.7 + seed * 0.9 + 0.3) * scale,
  );
}

const sorted = <Value>(named: readonly [string, Value][]): Value[] =>
  named.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);

/** The parameters by name, filled as the fixture's are. */
function fill(net: AnyModule) {
  const parameters = sorted(net.namedParameters());
  parameters.forEach((parameter, i) => {
    parameter.set(wave(parameter.shape, i, 0.3));
  });
  const named = net.namedBuffers().toSorted(([a], [b]) => (a < b ? -1 : 1));
  named.forEach(([name, buffer], i) => {
    if (!/_[uv]$/.test(name)) return;
    const values = wave(buffer.shape, i);
    const length = Math.hypot(...values);
    buffer.set(values.map((value) => value / length));
  });
  for (const [, layer] of net.namedModules()) if (layer instanceof Dropout) layer.eval();
  return parameters;
}

/** The norm, and a projection. */
function fingerprint(values: ArrayLike<number>): number[] {
  let [squares, projection] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    squares += values[i] ** 2;
    projection += values[i] * Math.cos(i * 0.7);
  }
  return [Math.sqrt(squares), projection];
}

for (const { name, fakes, answers, gradients, ...options } of readFixture<GanCase[]>('gans.json')) {
  const told = options.numClasses === null ? '' : `, ${options.conditioning ?? 'conditional'}`;
  test(`${name} [${options.inputShape}]${told}: pictures, answers, gradients`, () => {
    const { generator, discriminator } = createGan(name, { ...options, latent, width });
    const parameters = [...fill(generator), ...fill(discriminator)];
    const labels = options.numClasses === null ? [] : [tensor([2, 0, 1], [count], 'int32')];
    const play = compile(
      (noise: Tensor) => {
        const pictures = generator.call(noise, ...(labels as [Tensor?]));
        const judged = discriminator.call(pictures, ...(labels as [Tensor?]));
        const loss = mean(softplus(neg(judged)));
        return { pictures, judged, gradients: grad(loss, parameters) };
      },
      { backend: reference },
    );
    const results = play(tensor(wave([count, latent], 5), [count, latent]));
    const compare = (what: string, result: Tensor, expected: readonly number[]) => {
      const data = Float64Array.from(fingerprint(result.data()));
      const scale = Math.max(...expected.map(Math.abs));
      const scaled = tensor(
        data.map((value) => value / scale),
        [2],
      );
      const wanted = { shape: [2], data: expected.map((value) => value / scale) };
      assertTorch(scaled, wanted, { what, tolerance: 1e-5 });
    };
    assert.deepEqual([...results.pictures.shape], [count, ...options.inputShape]);
    assert.deepEqual([...results.judged.shape], [count, 1]);
    compare('pictures', results.pictures, fakes);
    compare('answers', results.judged, answers);
    assert.equal(parameters.length, gradients.length);
    gradients.forEach((expected, i) => {
      // The shift of what is normalised behind it has none.
      if (expected[0] > 1e-10) compare(`gradient ${i}`, results.gradients[i], expected);
    });
  });
}

test('every pair makes and judges pictures of 28, 32, 64 and 72 pixels', () => {
  for (const name of ganNames().filter((known) => !isConditionalGan(known))) {
    for (const [channels, size] of [
      [1, 28],
      [3, 32],
      [3, 64],
      [1, 72],
    ]) {
      const inputShape = [channels, size, size] as const;
      const { generator, discriminator } = createGan(name, { inputShape, width: 2 });
      const step = compile((z: Tensor) => ({ answers: discriminator.call(generator.call(z)) }));
      const { answers } = step(tensor(wave([2, 100], 1), [2, 100]));
      assert.deepEqual([...answers.shape], [2, 1]);
      assert.ok(answers.data().every(Number.isFinite));
      step.dispose();
    }
  }
});

test('what does not fit is refused', () => {
  const refused = (build: () => unknown, pattern: RegExp) => assert.throws(build, pattern);
  refused(() => createGan('dcgam'), /no pair of networks "dcgam"; did you mean "dcgan"/);
  refused(() => createGan('dcgan', { inputShape: [1, 30, 30] }), /30x30 cannot be halved down/);
  refused(
    () => createGan('sngan', { widht: 3 } as object),
    /no option "widht"; did you mean "width"/,
  );
  refused(() => createGan('gan', { inputShape: [1, 28] as never }), /expected \[channels, height/);
  refused(() => createGan('gan', { conditioning: 'project' }), /no option "conditioning"/);
  refused(() => createGan('cdcgan'), /a cdcgan is told of classes; pass numClasses/);
  const { generator, discriminator } = createGan('cdcgan', { numClasses: 10 });
  refused(
    () => generator.call(tensor(wave([2, 100], 1), [2, 100])),
    /for 10 classes, but got no labels/,
  );
  refused(() => generator.call(tensor(wave([2, 99], 1), [2, 99])), /expected noise \[N, 100\]/);
  refused(
    () => discriminator.call(tensor(wave([2, 784], 1), [2, 1, 28, 28])),
    /for 10 classes, but got no labels/,
  );
  refused(
    () => discriminator.call(tensor(wave([2, 3, 28, 28], 1), [2, 3, 28, 28])),
    /expected pictures \[N, 1, 28, 28\], got \[2, 3, 28, 28\]/,
  );
});
