/** The classic networks learn digits, fitted to what they take: far better than chance within a minute. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fovea } from '../spawn-fovea.js';

/** The accuracy on 250 drawn digits after so many others; the same bits on every machine. */
async function accuracyOf(model: string, options: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-networks-'));
  try {
    const finished = await fovea([
      ...['train', model, '--data', 'digits', '--test-size', '250', '--seed', '0', '--quiet'],
      ...['--json', '--out', join(folder, 'run'), ...options],
    ]);
    assert.equal(finished.code, 0, finished.stderr);
    return JSON.parse(finished.stdout.trim().split('\n').at(-1)!).testAccuracy as number;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const trainings: Readonly<Record<string, string>> = {
  resnet18: '--train-size 1000 --epochs 2 --batch 32',
  googlenet: '--train-size 1000 --epochs 2 --batch 32',
};

for (const [model, options] of Object.entries(trainings)) {
  test(`${model} learns drawn digits: fovea train ${model} ${options}`, async () => {
    const accuracy = await accuracyOf(model, options.split(' '));
    assert.ok(accuracy >= 0.7, `test accuracy ${accuracy}`);
  });
}
