/** PSNR and SSIM as numbers: by their definitions, in any number of pictures, and of small ones. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError } from '../src/index.js';
import { pictureQuality } from '../src/inspect/index.js';
import { Philox } from '../src/random/philox.js';
import { refuses } from './refusal.js';

type Shape = readonly [number, number, number];

function noisy(count: number, shape: Shape, noise: number) {
  const random = new Philox(5);
  const length = count * shape[0] * shape[1] * shape[2];
  const originals = Float32Array.from({ length }, () => random.uniform());
  const pictures = originals.map((value) => value + noise * random.normal());
  return { originals, pictures, shape };
}

/** Of one picture that the window just covers: one window, weighed by a Gaussian of deviation 1.5 (Wang et al. 2004). */
function oneWindow(x: Float32Array, y: Float32Array, side: number): number {
  const at = (i: number) => Math.exp(-((i - (side - 1) / 2) ** 2) / (2 * 1.5 ** 2));
  const weights = Array.from(x, (_, i) => at(Math.floor(i / side)) * at(i % side));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (value: (i: number) => number) =>
    weights.reduce((sum, weight, i) => sum + (weight / total) * value(i), 0);
  const [mx, my] = [mean((i) => x[i]), mean((i) => y[i])];
  const [vx, vy] = [mean((i) => (x[i] - mx) ** 2), mean((i) => (y[i] - my) ** 2)];
  const covariance = mean((i) => (x[i] - mx) * (y[i] - my));
  const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
  return ((2 * mx * my + c1) * (2 * covariance + c2)) / ((mx ** 2 + my ** 2 + c1) * (vx + vy + c2));
}

for (const side of [11, 7]) {
  test(`one picture of ${side} x ${side}, computed in another way`, () => {
    const { pictures, originals, shape } = noisy(1, [1, side, side], 0.1);
    const { mse, psnr, ssim } = pictureQuality({ pictures, originals, shape });
    const squares = pictures.map((value, i) => (value - originals[i]) ** 2);
    const expected = squares.reduce((sum, value) => sum + value, 0) / squares.length;
    assert.ok(Math.abs(mse / expected - 1) < 1e-5);
    assert.ok(Math.abs(psnr - 10 * Math.log10(1 / expected)) < 1e-4);
    const similar = oneWindow(pictures, originals, side);
    assert.ok(Math.abs(ssim - similar) < 1e-5, `${ssim}, not ${similar}`);
    assert.ok(ssim > 0.5 && ssim < 0.99);
  });
}

test('a difference of a tenth is 20 decibels, none is endless', () => {
  const originals = new Float32Array(3 * 12 * 12).fill(0.5);
  const shape = [3, 12, 12] as const;
  const { psnr } = pictureQuality({ pictures: originals.map((v) => v + 0.1), originals, shape });
  assert.ok(Math.abs(psnr - 20) < 1e-4);
  const same = pictureQuality({ pictures: originals, originals, shape });
  assert.deepEqual([same.mse, same.psnr], [0, Number.POSITIVE_INFINITY]);
  assert.ok(Math.abs(same.ssim - 1) < 1e-6);
});

test('many pictures are the mean of each, whatever is measured at once', () => {
  // More than a million numbers are measured in parts.
  const shape = [3, 256, 300] as const;
  const { pictures, originals } = noisy(6, shape, 0.2);
  const size = pictures.length / 6;
  const all = pictureQuality({ pictures, originals, shape });
  const each = Array.from({ length: 6 }, (_, n) =>
    pictureQuality({
      pictures: pictures.slice(n * size, (n + 1) * size),
      originals: originals.slice(n * size, (n + 1) * size),
      shape,
    }),
  );
  const mean = (key: 'mse' | 'ssim') => each.reduce((sum, one) => sum + one[key] / 6, 0);
  assert.ok(Math.abs(all.mse - mean('mse')) < 1e-7);
  assert.ok(Math.abs(all.ssim - mean('ssim')) < 1e-5);
});

for (const [name, lengths] of Object.entries({
  'no pictures': [0, 0],
  'half a picture': [32, 32],
  'other originals': [64, 128],
})) {
  refuses(
    name,
    () => {
      const [pictures, originals] = lengths.map((length) => new Float32Array(length));
      pictureQuality({ pictures, originals, shape: [1, 8, 8] });
    },
    { kind: ShapeError, parts: [`${lengths[0]} numbers`, `${lengths[1]}`, 'N x 1 x 8 x 8'] },
  );
}
