/** Neighbours, clusters, components and regressions of rows, against NumPy and PyTorch (tests/fixtures/generate-latent-features.py). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../src/graph/errors.js';
import {
  accuracyOf,
  fitLinearRegression,
  fitLogisticRegression,
  fitPca,
  kMeans,
  type Metric,
  meanSquaredError,
  nearestClasses,
  nearestRows,
  normalizedMutualInformation,
  projectRows,
  purity,
  type Rows,
  rowsOf,
  rSquared,
} from '../src/latent/features/index.js';
import { leadingDirections } from '../src/latent/features/subspace.js';
import { Philox } from '../src/random/philox.js';
import { readFixture } from './torch-values.js';

interface Fixture {
  readonly rows: readonly number[];
  readonly labels: readonly number[];
  readonly pca: Record<'directions' | 'variances' | 'codes', readonly number[]> & { error: number };
  readonly neighbours: Record<
    Metric,
    Record<'indices' | 'distances' | 'classes', readonly number[]>
  >;
  readonly kMeans: { readonly inertia: number };
  readonly scores: { readonly clusters: readonly number[]; purity: number; nmi: number };
  readonly regression: Record<'targets' | 'weights', readonly number[]> & { r2: number };
  readonly logistic: Record<'classes' | 'margins', readonly number[]>;
}

const fixture = readFixture<Fixture>('latent-features.json');
const SIZE = 6;
const TRAIN = 70;
const all = Float32Array.from(fixture.rows);
const train = rowsOf(all.subarray(0, TRAIN * SIZE), SIZE);
const exam = rowsOf(all.subarray(TRAIN * SIZE), SIZE);
const labels = Int32Array.from(fixture.labels);
const trainLabels = labels.subarray(0, TRAIN);

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  assert.equal(actual.length, expected.length);
  const worst = Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i])));
  assert.ok(worst <= tolerance, `off by ${worst}`);
}

/** Rows that grow along a few directions and are noise along the others. */
function stretched(count: number, size: number): Rows {
  const random = new Philox(3);
  const values = Float32Array.from({ length: count * size }, (_, at) => {
    const column = at % size;
    return random.normal() * (column < 5 ? 9 - column : 0.5) + column * 0.01;
  });
  return rowsOf(values, size);
}

test('principal components are those of NumPy', async () => {
  const pca = await fitPca(train, { components: 3 });
  assertNear(pca.directions, fixture.pca.directions, 1e-5);
  assertNear(pca.variances, fixture.pca.variances, 1e-5);
  const codes = await pca.encode(exam);
  assertNear(codes.values, fixture.pca.codes, 2e-6);
  const again = await pca.decode(codes);
  assertNear([meanSquaredError(again.values, exam.values)], [fixture.pca.error], 1e-6);
});

test('block iteration finds the directions of eigenvectors', async () => {
  const rows = stretched(700, 40);
  const direct = await fitPca(rows, { components: 5 });
  const { directions, squares } = await leadingDirections(rows, { components: 5 });
  assertNear(
    squares.map((square, i) => square / 699 / direct.variances[i]),
    new Array(5).fill(1),
    1e-5,
  );
  for (let c = 0; c < 5; c++) {
    let product = 0;
    for (let i = 0; i < 40; i++) product += directions[c * 40 + i] * direct.directions[c * 40 + i];
    assertNear([Math.abs(product)], [1], 1e-5);
  }
});

test('rows of more numbers than a covariance matrix is made for have components', async () => {
  const rows = stretched(60, 1500);
  const pca = await fitPca(rows, { components: 5 });
  const kept = await pca.decode(await pca.encode(rows));
  const more = await fitPca(rows, { components: 20 });
  const better = await more.decode(await more.encode(rows));
  const whole = meanSquaredError(rows.values, new Float32Array(rows.values.length));
  const [few, many] = [kept, better].map(({ values }) => meanSquaredError(values, rows.values));
  assert.ok(many < few && few < whole, `${many}, ${few}, ${whole}`);
});

for (const metric of ['euclidean', 'cosine'] as const) {
  test(`nearest rows and their classes are those of NumPy: ${metric}`, async () => {
    const { indices, distances } = await nearestRows(exam, train, { count: 5, metric });
    const expected = fixture.neighbours[metric];
    assert.deepEqual([...indices], expected.indices);
    assertNear(distances, expected.distances, 2e-6);
    const known = { rows: train, labels: trainLabels };
    const classes = await nearestClasses(exam, known, { count: 5, metric });
    assert.deepEqual([...classes], expected.classes);
  });
}

test('more rows than one block are compared, and equal ones come in their order', async () => {
  const random = new Philox(1);
  const values = Float32Array.from({ length: 9001 * 3 }, () => random.normal());
  // Row 8000 is row 17 once more.
  values.copyWithin(3 * 8000, 3 * 17, 3 * 18);
  const gallery = rowsOf(values, 3);
  const queries = rowsOf(values.subarray(0, 3 * 1100), 3);
  const reports: number[] = [];
  const { indices, distances } = await nearestRows(queries, gallery, {
    count: 2,
    onProgress: ({ done, count }) => reports.push(done / count),
  });
  for (let row = 0; row < 1100; row++) assert.equal(indices[2 * row], row);
  assert.deepEqual([...indices.subarray(34, 36)], [17, 8000]);
  assert.deepEqual([...distances.subarray(34, 36)], [0, 0]);
  assert.deepEqual(
    reports,
    reports.toSorted((a, b) => a - b),
  );
  assert.equal(reports.at(-1), 1);
});

test('k-means finds the best division, the same for the same seed', async () => {
  const few = rowsOf(train.values.subarray(0, 9 * SIZE), SIZE);
  const { inertia, clusters, centres } = await kMeans(few, { clusters: 3 });
  assertNear([inertia], [fixture.kMeans.inertia], 1e-5);
  assert.equal(centres.length, 3 * SIZE);
  const again = await kMeans(few, { clusters: 3 });
  assert.deepEqual(again.clusters, clusters);
  const whole = await kMeans(train, { clusters: 5, seed: 1 });
  const other = await kMeans(train, { clusters: 5, seed: 2, starts: 1 });
  assert.ok(whole.inertia <= other.inertia + 1e-9);
  assert.equal(new Set(whole.clusters).size, 5);
});

test('k-means divides equal rows as well', async () => {
  const rows = rowsOf(new Float32Array(12).fill(2), 2);
  const { inertia, clusters } = await kMeans(rows, { clusters: 3 });
  assert.equal(inertia, 0);
  assert.equal(clusters.length, 6);
});

test('purity and normalised mutual information follow their definitions', () => {
  const { clusters, purity: pure, nmi } = fixture.scores;
  assertNear([purity(clusters, labels)], [pure], 1e-12);
  assertNear([normalizedMutualInformation(clusters, labels)], [nmi], 1e-12);
  // Names of clusters do not matter; one cluster says nothing.
  const renamed = labels.map((label) => 7 - label);
  assertNear(
    [purity(renamed, labels), normalizedMutualInformation(renamed, labels)],
    [1, 1],
    1e-12,
  );
  assertNear([normalizedMutualInformation(new Int32Array(90), labels)], [0], 1e-12);
  assert.equal(normalizedMutualInformation([3, 3], [1, 1]), 1);
});

test('linear regression is that of NumPy', async () => {
  const targets = fixture.regression.targets;
  const { weights } = fixture.regression;
  const regression = await fitLinearRegression(train, targets.slice(0, TRAIN), { ridge: 0 });
  assertNear([...regression.weights, regression.bias], weights, 2e-5);
  const r2 = rSquared(regression.predict(exam), targets.slice(TRAIN));
  assertNear([r2], [fixture.regression.r2], 1e-5);
  // A feature that never varies has no weight of its own; the ridge keeps it from spoiling the others.
  const still = new Float32Array(TRAIN * 7).fill(1);
  for (let i = 0; i < TRAIN * SIZE; i++) still[7 * Math.floor(i / SIZE) + (i % SIZE)] = all[i];
  const withStill = await fitLinearRegression(rowsOf(still, 7), targets.slice(0, TRAIN));
  assertNear(withStill.weights.subarray(0, SIZE), weights.slice(0, SIZE), 1e-3);
  assert.equal(withStill.weights[SIZE], 0);
});

test('logistic regression answers as the optimum does', async () => {
  const classifier = await fitLogisticRegression(
    { rows: train, labels: trainLabels },
    { classes: 3, epochs: 1500, lr: 0.05 },
  );
  const answers = await classifier.predict(exam);
  const { classes, margins } = fixture.logistic;
  const wrong = classes.filter((label, row) => label !== answers[row] && margins[row] > 0.1);
  assert.deepEqual(wrong, []);
  assert.ok(new Set(answers).size === 3, `${answers}`);
});

for (const method of ['pca', 'umap'] as const) {
  test(`a map by ${method} keeps distant groups apart, the same for the same seed`, async () => {
    const random = new Philox(9);
    const values = Float32Array.from({ length: 80 * 5 }, (_, at) => {
      return random.normal() + (Math.floor(at / 5) % 2) * 12;
    });
    const rows = rowsOf(values, 5);
    const map = await projectRows(rows, { method, seed: 4 });
    assert.deepEqual([map.count, map.size], [80, 2]);
    const known = { rows: map, labels: Int32Array.from({ length: 80 }, (_, row) => row % 2) };
    const classes = await nearestClasses(map, known, { count: 7 });
    assert.equal(accuracyOf(classes, known.labels), 1);
    assert.deepEqual(await projectRows(rows, { method, seed: 4 }), map);
  });
}

test('what cannot be computed is refused with a remedy', async () => {
  const refused = (work: Promise<unknown>, message: RegExp) =>
    assert.rejects(work, (error) => error instanceof ValueError && message.test(error.message));
  const other = rowsOf(new Float32Array(8), 4);
  assert.throws(() => rowsOf(new Float32Array(7), 2), /7 numbers are no whole number of rows of 2/);
  assert.throws(() => rowsOf(Float32Array.of(1, Number.NaN), 2), /number 1 of row 0 is NaN/);
  await refused(nearestRows(exam, other, { count: 1 }), /rows of 6 numbers and rows of 4/);
  await refused(nearestRows(exam, train, { count: 71 }), /from 1 to the 70 rows/);
  await refused(fitPca(train, { components: 7 }), /from 1 to 6/);
  await refused(kMeans(other, { clusters: 3 }), /2 rows cannot fill 3 clusters/);
  await refused(kMeans(train, { clusters: 2, starts: 0 }), /starts is 0/);
  await refused(fitLinearRegression(train, [1]), /70 rows have 1 targets/);
  await refused(
    fitLogisticRegression({ rows: train, labels: trainLabels }, { classes: 2 }),
    /with 2 classes they go to 1/,
  );
  await refused(
    nearestClasses(exam, { rows: train, labels }, { count: 1 }),
    /70 rows have 90 labels/,
  );
  await refused(projectRows(rowsOf(new Float32Array(8), 4)), /2 rows make no map/);
  assert.throws(() => purity([1], []), /1 clusters and 0 classes/);
  assert.throws(() => rSquared([1, 1], [2, 2]), /targets that vary/);
});

test('work stops when it is aborted', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  for (const work of [
    nearestRows(exam, train, { count: 1, signal }),
    fitPca(train, { components: 2, signal }),
    kMeans(train, { clusters: 2, signal }),
    fitLogisticRegression({ rows: train, labels: trainLabels }, { classes: 3, signal }),
  ]) {
    await assert.rejects(work, /enough/);
  }
});
