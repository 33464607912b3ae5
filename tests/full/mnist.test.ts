/** Real digits, start to end: LeNet-5 learns MNIST to the promised accuracy, with the same bits for every thread count. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { mnistAtHand } from '../../src/data/index.js';
import { fovea } from '../spawn-fovea.js';

interface Result {
  readonly trainLoss: number;
  readonly testAccuracy: number;
}

async function train(data: string, threads: number): Promise<Result> {
  const out = await mkdtemp(join(tmpdir(), 'fovea-full-'));
  try {
    const options = ['--data', data, '--epochs', '5', '--seed', '0', '--json'];
    const finished = await fovea([
      ...['train', 'lenet5', ...options, '--threads', String(threads)],
      ...['--out', join(out, 'run')],
    ]);
    assert.equal(finished.code, 0, finished.stderr);
    return JSON.parse(finished.stdout.trim().split('\n').at(-1)!) as Result;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

const atHand = (await mnistAtHand()) !== null;
const skip = atHand ? false : 'MNIST is not at hand: set FOVEA_DATA or let it be downloaded';

test('five epochs on MNIST read at least 98.9 % of the test digits', { skip }, async () => {
  const [one, two, again] = [
    await train('mnist', 1),
    await train('mnist', 2),
    await train('mnist', 2),
  ];
  assert.ok(one.testAccuracy >= 0.989, `test accuracy ${one.testAccuracy}`);
  for (const other of [two, again]) {
    assert.equal(other.trainLoss, one.trainLoss);
    assert.equal(other.testAccuracy, one.testAccuracy);
  }
});

test('five epochs on drawn digits read at least 98 % of the test digits', async () => {
  const { testAccuracy } = await train('digits', 2);
  assert.ok(testAccuracy >= 0.98, `test accuracy ${testAccuracy}`);
});
