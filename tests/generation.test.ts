/** Codes that are drawn, varied and mixed, against values computed by hand. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../src/index.js';
import {
  activeUnits,
  attributeVector,
  codeStatistics,
  drawCodes,
  evenNumbers,
  fitGaussian,
  interpolateCodes,
  mostActiveDimensions,
  normalQuantile,
  normalQuantiles,
  planeCodes,
  planeOfDimensions,
  principalPlane,
  signed,
  standardGaussian,
  traversal,
  withAttribute,
} from '../src/latent/generation/index.js';
import { refuses } from './refusal.js';

function near(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `${i}: ${actual[i]}, expected ${value}`);
  });
}

test('a straight way is even', () => {
  const codes = interpolateCodes(Float32Array.of(0, 2), Float32Array.of(4, -2), { steps: 5 });
  near(codes, [0, 2, 1, 1, 2, 0, 3, -1, 4, -2]);
});

test('a spherical way keeps the length, at even angles', () => {
  const quarter = interpolateCodes(Float32Array.of(2, 0, 0), Float32Array.of(0, 2, 0), {
    ...{ steps: 4, spherical: true },
  });
  // Thirty degrees a step.
  near(quarter, [2, 0, 0, Math.sqrt(3), 1, 0, 1, Math.sqrt(3), 0, 0, 2, 0]);
  // Of lengths 1 and 3 at a right angle: the weights of the middle are both sin 45° / sin 90°.
  const middle = interpolateCodes(Float32Array.of(1, 0), Float32Array.of(0, 3), {
    ...{ steps: 3, spherical: true },
  }).subarray(2, 4);
  near(middle, [Math.SQRT1_2, 3 * Math.SQRT1_2]);
});

test('parallel, opposite and empty codes are joined by a straight line', () => {
  for (const [from, to, half] of [
    [
      [1, 1],
      [3, 3],
      [2, 2],
    ],
    [
      [1, 0],
      [-1, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 4],
      [0, 2],
    ],
  ]) {
    const way = interpolateCodes(Float32Array.from(from), Float32Array.from(to), {
      ...{ steps: 3, spherical: true },
    });
    near(way, [...from, ...half, ...to]);
  }
});

test('quantiles of the normal distribution', () => {
  // Values of Python's statistics.NormalDist.
  const known: readonly (readonly [number, number])[] = [
    [0.5, 0],
    [0.8413447460685429, 1],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [1e-10, -6.361340902404056],
    [0.02425, -1.9729610513118845],
  ];
  for (const [share, value] of known) near([normalQuantile(share)], [value], 2e-8);
  // The middles of quarters: 1/8, 3/8, 5/8, 7/8.
  near(normalQuantiles(4), [-1.1503493804, -0.3186393639, 0.3186393639, 1.1503493804], 1e-8);
});

test('a grid of a plane goes from the upper left to the lower right', () => {
  const plane = planeOfDimensions([0, 5, 0], [2, 0], (dim) => (dim === 2 ? 10 : 1));
  const codes = planeCodes(plane, [-1, 1]);
  near(codes, [1, 5, -10, 1, 5, 10, -1, 5, -10, -1, 5, 10]);
});

test('a traversal sets one component at a time', () => {
  const codes = traversal([7, 8, 9], { dims: [2, 0], values: (dim) => [dim, -1] });
  near(codes, [7, 8, 2, 7, 8, -1, 0, 8, 9, -1, 8, 9]);
});

test('an attribute is a difference of means, added by strength', () => {
  const having = Float32Array.of(1, 2, 3, 4);
  const lacking = Float32Array.of(0, 0, 0, 3, 0, 0);
  const vector = attributeVector({ having, lacking }, 2);
  near(vector, [2, 2]);
  near(withAttribute([1, 1], vector, [-1, 0, 0.5]), [-1, -1, 1, 1, 2, 2]);
});

test('statistics of codes: the dimensions in use', () => {
  // Dimension 0 is always 3, dimension 1 is -1 or 1, dimension 2 differs by 0.1.
  const statistics = codeStatistics(Float32Array.of(3, -1, 0, 3, 1, 0.1), 3);
  near(statistics.mean, [3, 0, 0.05], 1e-7);
  near(statistics.deviation, [0, 1, 0.05], 1e-7);
  assert.deepEqual(mostActiveDimensions(statistics), [1, 2, 0]);
  assert.equal(activeUnits(statistics), 1);
});

test('draws from a fitted Gaussian have its mean and covariance', () => {
  const random = drawCodes(standardGaussian(2), 4000, { seed: 3 });
  const codes = new Float32Array(3 * 4000);
  for (let n = 0; n < 4000; n++) {
    const [a, b] = random.subarray(2 * n, 2 * n + 2);
    // The third number follows from the others: there is no density in three dimensions.
    codes.set([1 + 2 * a, -1 + a + b, 5 + 3 * a + b], 3 * n);
  }
  const gaussian = fitGaussian(codes, 3);
  near(gaussian.mean, [1, -1, 5], 0.15);
  const [covariance, again] = [codes, drawCodes(gaussian, 4000, { seed: 9 })].map(covarianceOf);
  near(covariance, [4, 2, 6, 2, 2, 4, 6, 4, 10], 0.5);
  near(again, [...covariance], 0.6);
  const cool = covarianceOf(drawCodes(gaussian, 4000, { seed: 9, temperature: 0.5 }));
  near(
    cool,
    again.map((value) => value / 4),
    1e-3,
  );
});

function covarianceOf(codes: Float32Array): number[] {
  const { mean, count } = codeStatistics(codes, 3);
  return Array.from({ length: 9 }, (_, k) => {
    const [i, j] = [Math.floor(k / 3), k % 3];
    let sum = 0;
    for (let n = 0; n < count; n++) {
      sum += (codes[3 * n + i] - mean[i]) * (codes[3 * n + j] - mean[j]);
    }
    return sum / count;
  });
}

test('the plane of principal components has the deviations along them', async () => {
  // On a line of direction (3, 4) with a little across it.
  const codes = Float32Array.of(3, 4, -3, -4, 0.4, -0.3, -0.4, 0.3);
  const { origin, right, up } = await principalPlane(codes, 2);
  near(origin, [0, 0]);
  // Variances of 50 / 3 and 0.5 / 3, each along its direction.
  near(
    right,
    [0.6, 0.8].map((part) => part * Math.sqrt(50 / 3)),
    1e-5,
  );
  near(
    Array.from(up, Math.abs),
    [0.8, 0.6].map((part) => part * Math.sqrt(0.5 / 3)),
    1e-5,
  );
});

test('the same seed draws the same codes, another one others', () => {
  const draw = (seed: number) => drawCodes(standardGaussian(4), 3, { seed });
  assert.deepEqual(draw(5), draw(5));
  assert.notDeepEqual(draw(5), draw(6));
});

test('values and their signs', () => {
  assert.deepEqual(evenNumbers(-2, 2, 5), [-2, -1, 0, 1, 2]);
  assert.deepEqual(evenNumbers(-2, 2, 1), [0]);
  assert.deepEqual([-1.504, 0, 0.001, 3].map(signed), ['−1.5', '0', '0', '+3']);
});

const one = Float32Array.of(1);
const two = Float32Array.of(1, 2);
const values = { kind: ValueError };
refuses('codes of different lengths', () => interpolateCodes(one, two), {
  ...values,
  parts: ['1 and 2 numbers'],
});
refuses('a way of one step', () => interpolateCodes(one, one, { steps: 1 }), {
  ...values,
  parts: ['steps is 1', '2 or more'],
});
refuses('a quantile of everything', () => normalQuantile(1), { ...values, parts: ['p is 1'] });
refuses('a dimension that is not there', () => traversal(two, { dims: [2], values: () => [0] }), {
  ...values,
  parts: ['no dimension 2', '0 to 1'],
});
refuses(
  'a property that no picture lacks',
  () => attributeVector({ having: two, lacking: new Float32Array(0) }, 2),
  { ...values, parts: ['lacking holds 0 numbers'] },
);
