/** Measures of made pictures are what their definitions give in NumPy, and what is known by heart. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../src/index.js';
import { rowsOf } from '../src/latent/features/index.js';
import { coverageOf, frechetDistance, modesOf } from '../src/latent/measures/index.js';
import { Philox } from '../src/random/philox.js';
import { readFixture } from './torch-values.js';

interface MeasuredCase {
  readonly size: number;
  readonly neighbours: number;
  readonly made: readonly number[];
  readonly real: readonly number[];
  readonly frechet: number;
  readonly coverage: Readonly<Record<'precision' | 'recall' | 'density' | 'coverage', number>>;
}

const near = (actual: number, expected: number, tolerance: number, what: string) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${actual} instead of ${expected}`,
  );

for (const { size, neighbours, ...given } of readFixture<MeasuredCase[]>('measures.json')) {
  const [made, real] = [given.made, given.real].map((values) =>
    rowsOf(Float32Array.from(values), size),
  );
  test(`${made.count} made rows of ${size} beside ${real.count} real ones`, async () => {
    near(await frechetDistance(made, real), given.frechet, 1e-5, 'distance');
    const found = await coverageOf(made, real, { neighbours });
    for (const name of ['precision', 'recall', 'density', 'coverage'] as const) {
      near(found[name], given.coverage[name], 1e-12, name);
    }
  });
}

test('rows are not apart from themselves, and by the square of a shift from shifted ones', async () => {
  const random = new Philox(1);
  const values = Float32Array.from({ length: 300 * 4 }, () => random.normal());
  const rows = rowsOf(values, 4);
  near(await frechetDistance(rows, rows), 0, 1e-6, 'itself');
  const shifted = rowsOf(
    values.map((value, i) => value + (i % 4 === 0 ? 3 : 0)),
    4,
  );
  near(await frechetDistance(rows, shifted), 9, 1e-5, 'shifted');
  const { precision, recall, coverage } = await coverageOf(rows, rows);
  assert.deepEqual([precision, recall, coverage], [1, 1, 1]);
  const far = rowsOf(
    values.map((value) => value + 100),
    4,
  );
  const missed = await coverageOf(far, rows);
  assert.deepEqual(missed, { precision: 0, recall: 0, density: 0, coverage: 0 });
});

test('modes are counted, and how uneven they are', () => {
  assert.deepEqual(modesOf([0, 1, 2, 3], 4), { found: 4, count: 4, divergence: 0 });
  const { found, divergence } = modesOf([2, 2, 2], 10);
  assert.equal(found, 1);
  near(divergence, Math.log(10), 1e-12, 'divergence');
});

test('what cannot be measured is refused', async () => {
  const rows = rowsOf(new Float32Array(12), 2);
  await assert.rejects(frechetDistance(rows, rowsOf(new Float32Array(9), 3)), /rows of 2 numbers/);
  await assert.rejects(frechetDistance(rows, rowsOf(new Float32Array(2), 2)), /two or more/);
  await assert.rejects(coverageOf(rows, rows, { neighbours: 6 }), /neighbours is 6; .* 1 to 5/);
  assert.throws(() => modesOf([], 3), /no pictures/);
  assert.throws(() => modesOf([0, 3], 3), /kind 1 is 3; expected 0 to 2/);
});
