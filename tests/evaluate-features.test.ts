/** What is told of the codes of an autoencoder, and of the ways between them, with networks whose answers are known. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawDigits } from '../src/data/digits.js';
import { ValueError } from '../src/graph/errors.js';
import { type Continuity, continuityOf } from '../src/latent/continuity.js';
import {
  type Coder,
  codesOf,
  evaluateFeatures,
  fitPca,
  picturesOf,
  rowsOf,
} from '../src/latent/features/index.js';
import type { Pca } from '../src/latent/features/pca.js';

const SIDE = 14;
const PIXELS = SIDE * SIDE;
const shape = [1, SIDE, SIDE] as const;

function labelled(count: number, split: 'train' | 'test') {
  const { images, labels } = drawDigits({ count, split });
  // Every second pixel of every second row, which is enough to tell digits and takes less time.
  const pictures = Float32Array.from({ length: count * PIXELS }, (_, at) => {
    const [row, x] = [Math.floor(at / SIDE), at % SIDE];
    return images[row * 4 * SIDE + 2 * x] / 255;
  });
  return { pictures, labels: Int32Array.from(labels) };
}

const train = labelled(500, 'train');
const exam = labelled(150, 'test');

/** An autoencoder that is a projection on principal components. */
function linearCoder({ mean, directions, variances }: Pca): Coder {
  const latent = variances.length;
  const encode = (pictures: Float32Array) =>
    Float32Array.from({ length: (pictures.length / PIXELS) * latent }, (_, at) => {
      const [row, c] = [Math.floor(at / latent), at % latent];
      let sum = 0;
      for (let i = 0; i < PIXELS; i++) {
        sum += directions[c * PIXELS + i] * (pictures[row * PIXELS + i] - mean[i]);
      }
      return sum;
    });
  const decode = (codes: Float32Array) =>
    Float32Array.from({ length: (codes.length / latent) * PIXELS }, (_, at) => {
      const [row, i] = [Math.floor(at / PIXELS), at % PIXELS];
      let sum = mean[i];
      for (let c = 0; c < latent; c++) sum += directions[c * PIXELS + i] * codes[row * latent + c];
      return sum;
    });
  return { encode, decode, latent, shape, numClasses: null };
}

test('codes that are principal components tell as much as these, and less than knowing the class', async () => {
  const pca = await fitPca(rowsOf(train.pictures, PIXELS), { components: 12 });
  const told = new Set<string>();
  const scores = await evaluateFeatures(linearCoder(pca), {
    ...{ train, test: exam, classes: 10 },
    onProgress: ({ what, done, count }) => {
      assert.ok(done <= count, `${what}: ${done} of ${count}`);
      told.add(what);
    },
  });
  const [code, pixels, components] = scores;
  assert.deepEqual(
    scores.map(({ features, size }) => [features, size]),
    [
      ['code', 12],
      ['pixels', PIXELS],
      ['pca', 12],
    ],
  );
  // Equal but for rounding, which may move a picture on an edge.
  assert.ok(Math.abs(code.nearest - components.nearest) <= 0.01, JSON.stringify(scores));
  assert.ok(Math.abs(code.logistic - components.logistic) <= 0.01, JSON.stringify(scores));
  assert.ok(Math.abs(code.mse! - components.mse!) < 1e-6, JSON.stringify(scores));
  assert.equal(pixels.mse, null);
  for (const { nearest, logistic, purity, mutualInformation } of scores) {
    assert.ok(nearest > 0.5 && nearest <= 1 && logistic > 0.5 && logistic <= 1);
    assert.ok(purity > 0.25 && purity <= 1 && mutualInformation > 0.2 && mutualInformation <= 1);
  }
  assert.ok(told.has('code: neighbours') && told.has('components') && told.has('pca: clusters'));
});

test('a code that is the class itself tells it without a mistake', async () => {
  const known = new Map<string, number>();
  const key = (picture: Float32Array) => picture.join();
  for (const { pictures, labels } of [train, exam]) {
    labels.forEach((label, row) => {
      known.set(key(pictures.subarray(row * PIXELS, (row + 1) * PIXELS)), label);
    });
  }
  const coder: Coder = {
    ...{ latent: 10, shape, numClasses: null },
    encode: (pictures) => {
      const codes = new Float32Array((10 * pictures.length) / PIXELS);
      for (let row = 0; row < pictures.length / PIXELS; row++) {
        const label = known.get(key(pictures.subarray(row * PIXELS, (row + 1) * PIXELS)))!;
        codes[row * 10 + label] = 1;
      }
      return codes;
    },
    decode: (codes) => new Float32Array((codes.length / 10) * PIXELS),
  };
  const [code] = await evaluateFeatures(coder, { train, test: exam, classes: 10 });
  const { nearest, logistic, purity, mutualInformation, mse } = code;
  assert.deepEqual([nearest, logistic, purity], [1, 1, 1]);
  assert.ok(Math.abs(mutualInformation - 1) < 1e-9);
  const zeros = exam.pictures.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(mse! - zeros / exam.pictures.length) < 1e-6);
});

test('labels go to a conditional network, piece by piece with their pictures', async () => {
  const heard: number[] = [];
  const coder: Coder = {
    ...{ latent: 1, shape: [1, 1, 1], numClasses: 3000 },
    encode: (pictures, labels) => {
      heard.push(pictures.length);
      return pictures.map((value, i) => value + labels![i]);
    },
    decode: (codes, labels) => codes.map((value, i) => value - labels![i]),
  };
  const pictures = Float32Array.from({ length: 2500 }, (_, i) => i / 4096);
  const labels = Int32Array.from({ length: 2500 }, (_, i) => 2499 - i);
  const codes = await codesOf(coder, pictures, { labels });
  assert.equal(codes.values[2000], Math.fround(2000 / 4096 + 499));
  assert.ok(heard.length > 1);
  const again = await picturesOf(coder, codes, { labels });
  again.values.forEach((value, i) => {
    assert.ok(Math.abs(value - pictures[i]) < 1e-3);
  });
});

const pair: Coder = {
  ...{ latent: 2, shape: [1, 1, 2], numClasses: null },
  // Codes lie ten times as far apart as pictures.
  encode: (pictures) => pictures.map((value) => value * 10),
  decode: (codes) => codes.map((value) => value / 10),
};

const within = ({ changePerWay, changePerUnit, distance }: Continuity) => [
  changePerWay,
  changePerUnit,
  distance,
];

test('an even fade changes as much as its ends differ; a jump changes more', async () => {
  const pictures = Float32Array.of(0, 0, 0.6, 0.8);
  const certainty = (some: Float32Array) =>
    Array.from({ length: some.length / 2 }, (_, row) => (some[2 * row] === 0 ? 0.95 : 0.5));
  const even = await continuityOf(pair, pictures, { certainty, steps: 4 });
  assert.deepEqual([even.pairs, even.steps], [1, 4]);
  // The ends differ by 1, over two pixels; in codes by 10.
  [0.5, 0.005, 10].forEach((value, i) => {
    assert.ok(Math.abs(within(even)[i] - value) < 1e-6, JSON.stringify(even));
  });
  assert.deepEqual([even.sureMidpoints, even.sureEnds], [0, 0.5]);
  const jump: Coder = {
    ...pair,
    decode: (codes) => codes.map((_, i) => (codes[i - (i % 2)] > 2.9 ? [0.6, 0.8][i % 2] : 0)),
  };
  const sudden = await continuityOf(jump, pictures, { certainty, steps: 4 });
  assert.ok(Math.abs(sudden.changePerWay - 2) < 1e-6, JSON.stringify(sudden));
});

test('the same seed takes the same pairs', async () => {
  const pictures = Float32Array.from({ length: 200 }, (_, i) => ((i * 37) % 101) / 101);
  const options = { certainty: () => [1], pairs: 20 };
  const first = await continuityOf(pair, pictures, options);
  assert.deepEqual(await continuityOf(pair, pictures, options), first);
  const other = await continuityOf(pair, pictures, { ...options, seed: 1 });
  assert.notEqual(other.distance, first.distance);
});

test('what has no continuity, or no labels, is refused', async () => {
  const refused = (work: Promise<unknown>, message: RegExp) =>
    assert.rejects(work, (error) => error instanceof ValueError && message.test(error.message));
  const certainty = () => [1];
  const pictures = new Float32Array(8);
  const conditional = { ...pair, numClasses: 10 };
  await refused(continuityOf(conditional, pictures, { certainty }), /without --conditional/);
  await refused(continuityOf(pair, pictures, { certainty, pairs: 3 }), /the pictures make 2/);
  await refused(continuityOf(pair, pictures, { certainty, steps: 5 }), /an even number/);
  const test = { pictures, labels: new Int32Array(3) };
  await refused(evaluateFeatures(pair, { train: test, test, classes: 2 }), /4 rows have 3 labels/);
  const high = { pictures, labels: Int32Array.of(0, 1, 2, 3) };
  await refused(evaluateFeatures(pair, { train: high, test: high, classes: 3 }), /3 classes/);
});
