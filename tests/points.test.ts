/** Points in the plane: drawn shapes, files, and the batches of a training. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPoints, PointLoader, pointSetNames, readPoints } from '../src/data/index.js';

test('points lie around their modes, every mode has its share, and the same seed draws the same', () => {
  for (const [name, count] of [
    ['ring', 8],
    ['grid', 25],
  ] as const) {
    const { points, modes, length } = drawPoints(name, { count: 5000, seed: 3 });
    assert.equal(length, 5000);
    const { centres, deviation } = modes!;
    assert.equal(centres.length, 2 * count);
    const near = new Array<number>(count).fill(0);
    let inside = 0;
    for (let i = 0; i < length; i++) {
      const [x, y] = points.subarray(2 * i, 2 * i + 2);
      for (let mode = 0; mode < count; mode++) {
        const far = Math.hypot(x - centres[2 * mode], y - centres[2 * mode + 1]);
        if (far > 3 * deviation) continue;
        near[mode]++;
        inside++;
      }
    }
    // Within three deviations in the plane lie 98.9 %.
    assert.ok(Math.abs(inside / length - 0.989) < 0.006, `${inside / length} inside`);
    assert.ok(Math.min(...near) > 0.7 * (length / count), `${near}`);
    assert.deepEqual(drawPoints(name, { count: 5000, seed: 3 }).points, points);
    assert.notDeepEqual(drawPoints(name, { count: 5000, seed: 4 }).points, points);
  }
  assert.deepEqual(pointSetNames, ['ring', 'grid', 'spiral']);
  assert.equal(drawPoints('spiral').modes, null);
  assert.throws(() => drawPoints('rign'), /no shape of points "rign"; did you mean "ring"/);
});

test('a file of points is read, moved to the middle and scaled', () => {
  const { points, length } = readPoints('x,y\n10,20\n\n14,20\r\n12;24\n12 16\n', 'p.csv');
  assert.equal(length, 4);
  const mean = [0, 1].map((axis) => [0, 1, 2, 3].reduce((sum, i) => sum + points[2 * i + axis], 0));
  assert.ok(mean.every((value) => Math.abs(value) < 1e-6));
  // Proportions stay.
  assert.ok(Math.abs((points[5] - points[7]) / (points[2] - points[0]) - 2) < 1e-6);
  const refused = (text: string, pattern: RegExp) =>
    assert.throws(() => readPoints(text, 'p.csv'), pattern);
  refused('1,2\n3,4\n5\n', /p\.csv.*line 3 is "5".*two numbers/s);
  refused('x,y\n1,2\n', /one point/);
  refused('x,y\nz,w\n', /line 2/);
  refused('1,2\n3,Infinity', /line 2/);
});

test('a loader serves each point once in an epoch, in an order of its own, from any batch on', () => {
  const set = drawPoints('ring', { count: 10 });
  const loader = new PointLoader(set, { batchSize: 3, seed: 1 });
  assert.equal(loader.length, 3);
  const batches = [...loader.epoch(2)];
  const seen = batches.flatMap(({ points }) =>
    [0, 1, 2].map((i) => `${points.slice(2 * i, 2 * i + 2)}`),
  );
  const all = Array.from({ length: 10 }, (_, i) => `${set.points.slice(2 * i, 2 * i + 2)}`);
  assert.equal(new Set(seen).size, 9);
  assert.ok(seen.every((point) => all.includes(point)));
  assert.deepEqual([...loader.epoch(2, 1)], batches.slice(1));
  assert.notDeepEqual([...loader.epoch(3)][0], batches[0]);
  assert.throws(
    () => new PointLoader(set, { batchSize: 11 }),
    /10 points, fewer than a batch of 11/,
  );
});
