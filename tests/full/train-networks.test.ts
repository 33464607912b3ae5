/** The classic networks learn digits, fitted to what they take: drawn ones, and MNIST by the documented commands. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fovea } from '../spawn-fovea.js';

/** The accuracy on test pictures at the end of `fovea train`. */
async function accuracyOf(model: string, options: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-networks-'));
  try {
    const finished = await fovea([
      ...['train', model, '--seed', '0', '--quiet', '--json', '--out', join(folder, 'run')],
      ...options,
    ]);
    assert.equal(finished.code, 0, finished.stderr);
    return JSON.parse(finished.stdout.trim().split('\n').at(-1)!).testAccuracy as number;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const drawn: Readonly<Record<string, string>> = {
  resnet18: '--data digits --train-size 1000 --test-size 250 --epochs 2 --batch 32',
  googlenet: '--data digits --train-size 1000 --test-size 250 --epochs 2 --batch 32',
};

for (const [model, options] of Object.entries(drawn)) {
  test(`${model} learns drawn digits: fovea train ${model} ${options}`, async () => {
    const accuracy = await accuracyOf(model, options.split(' '));
    assert.ok(accuracy >= 0.7, `test accuracy ${accuracy}`);
  });
}

const page = await readFile(new URL('../../../docs/training.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| `(\w+) (--data mnist[^`]*)`/gm)];

test('the page about training tells a command for each family', () => {
  const models = documented.map(([, model]) => model).join(' ');
  for (const family of ['lenet5_1998', 'resnet', 'googlenet', 'alexnet', 'vgg', 'inception']) {
    assert.match(models, new RegExp(family));
  }
});

const skip = process.env.FOVEA_DATA ? false : 'FOVEA_DATA names no folder with MNIST';

for (const [, model, options] of documented) {
  test(`${model} learns MNIST: fovea train ${model} ${options}`, { skip }, async () => {
    const accuracy = await accuracyOf(model, options.trim().split(/\s+/));
    assert.ok(accuracy >= 0.95, `test accuracy ${accuracy}`);
  });
}
