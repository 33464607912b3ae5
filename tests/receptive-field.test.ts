/** Receptive fields: against gradients, which are zero exactly where an output does not look, and known numbers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reference } from '../src/backends/reference/index.js';
import { compile, grad, Tensor } from '../src/index.js';
import { receptiveFields, type Sight, summarize } from '../src/inspect/index.js';
import { createModel } from '../src/models/index.js';
import { usualInput } from '../src/models/usual-input.js';
import {
  adaptiveAvgPool2d,
  add,
  avgPool2d,
  concatenate,
  conv2d,
  convTranspose2d,
  fill,
  flatten,
  flip,
  localResponseNorm,
  matmul,
  maxPool2d,
  mean,
  mul,
  pad,
  relu,
  reshape,
  sigmoid,
  slice,
  sum,
  sumPool2d,
} from '../src/ops/index.js';

const ones = (...shape: number[]): Tensor => fill(0.01, shape);

/** Functions of pictures [1, 2, 24, 20] that look at every pixel within their field, as no weight is zero. */
const networks: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  'a convolution with a stride and padding': (x) =>
    conv2d(x, ones(3, 2, 5, 3), { stride: [3, 2], padding: [2, 1] }),
  'convolutions, pooling and activations': (x) =>
    conv2d(
      sumPool2d(sigmoid(conv2d(x, ones(3, 2, 3, 3), { padding: 1 })), { kernelSize: 3, stride: 2 }),
      ones(2, 3, 3, 1),
    ),
  'groups of channels': (x) => conv2d(x, ones(4, 1, 3, 3), { groups: 2, stride: 2 }),
  'response normalisation, which merges rows and columns': (x) =>
    conv2d(localResponseNorm(conv2d(x, ones(4, 2, 3, 5)), { size: 3 }), ones(1, 4, 3, 3)),
  'branches with different windows': (x) =>
    concatenate(
      [
        conv2d(x, ones(2, 2, 1, 1)),
        conv2d(x, ones(2, 2, 3, 3), { padding: 1 }),
        avgPool2d(x, { kernelSize: [1, 5], stride: 1, padding: [0, 2] }),
      ],
      1,
    ),
  'a shortcut': (x) => add(x, conv2d(x, ones(2, 2, 3, 3), { padding: 1 })),
  'a slice and padding': (x) =>
    conv2d(
      pad(slice(x, { start: [0, 0, 4, 0], end: [1, 2, 20, 20] }), {
        low: [0, 0, 0, 2],
        high: [0, 0, 0, 1],
      }),
      ones(1, 2, 3, 3),
    ),
  'the mean of all pixels': (x) => mean(x, [2, 3]),
  'means of even bins': (x) =>
    adaptiveAvgPool2d(conv2d(x, ones(1, 2, 1, 3), { padding: [0, 1] }), [6, 5]),
  'a fully connected layer': (x) =>
    matmul(flatten(sumPool2d(x, { kernelSize: 4 }), { startDim: 1 }), ones(60, 5)),
  'channels scaled by what the whole picture says': (x) =>
    mul(conv2d(x, ones(2, 2, 3, 3)), sigmoid(mean(x, [2, 3], { keepDims: true }))),
  'a picture turned over': (x) => conv2d(flip(x, [2]), ones(1, 2, 3, 3), { stride: 2 }),
  'rows summed': (x) => sum(conv2d(x, ones(1, 2, 3, 3)), 2),
  'planes as a batch': (x) =>
    conv2d(reshape(x, [2, 1, 24, 20]), ones(1, 1, 3, 3), { stride: 2, padding: 1 }),
};

/** [first, behind the last] of the rows or columns where a gradient [..., H, W] is not zero. */
function extentOf(gradient: Tensor, axis: 0 | 1): [number, number] {
  const [height, width] = gradient.shape.slice(-2);
  const data = gradient.data();
  const seen = Array.from(data)
    .flatMap((value, i) => (value === 0 ? [] : [i % (height * width)]))
    .map((place) => (axis === 0 ? Math.floor(place / width) : place % width));
  return [Math.min(...seen), Math.max(...seen) + 1];
}

/** The pixels that `sight` tells of the element at `index`, without what lies outside. */
function told({ start, size, step }: Sight, index: number, extent: number): [number, number] {
  const first = start + index * (step ?? 0);
  return [Math.max(first, 0), Math.min(first + size, extent)];
}

const shape = [1, 2, 24, 20] as const;

/** The gradient of the element at `place` of all planes with respect to the picture. */
function gradientOf(build: (x: Tensor) => Tensor, place: number): Tensor {
  const picture = fill(0.5, shape);
  return compile(
    (x: Tensor) => {
      const y = build(x);
      const planes = y.rank === 4 ? y.shape[0] * y.shape[1] : 1;
      const flat = reshape(y, [planes, y.size / planes]);
      const chosen = slice(flat, { start: [0, place], end: [planes, place + 1] });
      return grad(sum(chosen), [x])[0];
    },
    { backend: reference },
  )(picture);
}

for (const [name, build] of Object.entries(networks)) {
  test(`${name}: every element looks where its field says`, () => {
    const picture = new Tensor(shape, 'float32', { kind: 'input' });
    const output = build(picture);
    const field = receptiveFields(picture, [output]).get(output)!;
    // The dimensions along which the fields move; a vector has none.
    const [rows, columns] = output.rank === 4 ? output.shape.slice(2) : [1, 1];
    const places = [0, Math.floor(rows / 2), rows - 1].flatMap((row) =>
      [0, Math.floor(columns / 2), columns - 1].map((column) => [row, column]),
    );
    for (const [row, column] of new Set(places)) {
      const gradient = gradientOf(build, row * columns + column);
      assert.deepEqual(
        [extentOf(gradient, 0), extentOf(gradient, 1)],
        [told(field[0], row, 24), told(field[1], column, 20)],
        `element ${row}, ${column}`,
      );
    }
  });
}

test('windows with holes, and pixels that are spread, count from the first to the last', () => {
  const picture = new Tensor(shape, 'float32', { kind: 'input' });
  const fieldOf = (output: Tensor) => receptiveFields(picture, [output]).get(output)![0];
  const dilated = conv2d(picture, ones(1, 2, 3, 3), { dilation: 4, padding: 4 });
  assert.deepEqual(fieldOf(dilated), { start: -4, size: 9, step: 1 });
  const enlarged = convTranspose2d(picture, ones(2, 1, 4, 4), { stride: 2, padding: 1 });
  assert.deepEqual(fieldOf(enlarged), { start: -1, size: 2, step: 0.5 });
  const pooled = relu(maxPool2d(picture, { kernelSize: 3, stride: 2 }));
  assert.deepEqual(fieldOf(pooled), { start: 0, size: 3, step: 2 });
});

test('what does not depend on the picture has no field', () => {
  const picture = new Tensor(shape, 'float32', { kind: 'input' });
  const other = new Tensor([1, 3, 3], 'float32', { kind: 'input' });
  assert.equal(receptiveFields(picture, [relu(other)]).size, 0);
});

/** The last maps: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks" (2019). */
const published = { alexnet: 195, vgg16: 212, inception_v3: 1311 };

for (const [name, size] of Object.entries(published)) {
  test(`the last maps of ${name} see ${size} pixels, 32 from one to the next`, () => {
    const { layers } = summarize(createModel(name), [[1, ...usualInput(name)]]);
    const maps = layers.filter(({ shape: [, , height] }) => height > 1).at(-1)!;
    assert.equal(maps.receptiveField?.[0].size, size);
    assert.equal(maps.receptiveField?.[1].step, 32);
  });
}
