/** A generator of a ring of Gaussians finds all of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Samples } from '../../src/train/index.js';
import { game, modes, ring } from '../ring-game.js';

test('the generator learns all modes of a ring', async () => {
  const shown: Samples[] = [];
  const { run } = game({
    ...{ size: 128, hidden: 64, steps: 1500, loader: ring({ length: 500, size: 128 }) },
    ...{ sampleCount: 512, onSamples: (samples) => void shown.push(samples) },
  });
  await run();
  assert.deepEqual(
    shown.map(({ steps, epoch }) => [steps, epoch]),
    [
      [500, 0],
      [1000, 1],
      [1500, 2],
    ],
  );
  const points = shown[2].samples.data();
  const near = modes.map(([x, y]) => {
    let count = 0;
    for (let i = 0; i < 512; i++) {
      if (Math.hypot(points[2 * i] - x, points[2 * i + 1] - y) < 0.4) count++;
    }
    return count;
  });
  assert.ok(Math.min(...near) >= 15, `points near each mode: ${near}`);
  assert.ok(near.reduce((a, b) => a + b) > 380, `points near modes: ${near}`);
});
