/** `fovea train --data FOLDER`: pictures of a folder, a share of them held back, and a run that is gone on with. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { loadFolder } from '../src/cli/folder-data.js';
import { drawDigits } from '../src/data/index.js';
import { encodePng } from '../src/formats/index.js';
import { fovea } from './spawn-fovea.js';

const home = mkdtempSync(join(tmpdir(), 'fovea-folder-data-'));
after(() => rmSync(home, { recursive: true, force: true }));

/** A folder with drawn digits, one subfolder for each. */
function digitsIn(folder: string, count: number): string {
  const { images, labels } = drawDigits({ count, seed: 2 });
  for (let i = 0; i < count; i++) {
    const path = join(home, folder, `is-${labels[i] % 2}`, `${i}.png`);
    mkdirSync(dirname(path), { recursive: true });
    const data = images.subarray(784 * i, 784 * (i + 1));
    writeFileSync(path, encodePng({ width: 28, height: 28, channels: 1, data }));
  }
  return join(home, folder);
}

test('a folder is trained on, with a share held back, and gone on with', async () => {
  const folder = digitsIn('digits', 60);
  writeFileSync(join(folder, 'is-0', 'broken.png'), 'no picture');
  const out = join(home, 'run');
  const train = ['train', 'lenet5', '--data', folder, '--size', '28', '--validation', '0.2'];
  const more = ['--epochs', '1', '--batch', '8', '--threads', '1'];
  const begun = await fovea([...train, ...more, '--out', out]);
  assert.equal(begun.code, 0, begun.stderr);
  assert.match(begun.stderr, /1 of \d+ pictures cannot be read and are left out: is-0\/broken.png/);
  const told = /(\d+) pictures to learn from, (\d+) to be examined on/.exec(begun.stdout);
  // A fifth of each class, of which the broken one was one.
  const [learned, held] = [Number(told?.[1]), Number(told?.[2])];
  assert.equal(learned + held, 60);
  assert.ok(Math.abs(held - 12) <= 1);
  const { data, training } = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  assert.deepEqual(
    [data.name, data.classes, data.shape],
    ['digits-folder', ['is-0', 'is-1'], [3, 28, 28]],
  );
  assert.deepEqual([training.data, training.validation], [folder, 0.2]);
  const resumed = await fovea(['train', '--resume', out, '--threads', '1']);
  assert.equal(resumed.code, 0, resumed.stderr);
});

test('train and val of a folder are taken as they are', async () => {
  digitsIn('parts/train', 20);
  digitsIn('parts/val', 10);
  const { train, test: held } = await loadFolder(join(home, 'parts'), { size: 16 });
  assert.deepEqual([train.length, held.length, train.name], [20, 10, 'parts']);
  assert.deepEqual(train.shape, [3, 16, 16]);
  rmSync(join(home, 'parts', 'val', 'is-1'), { recursive: true });
  await assert.rejects(
    loadFolder(join(home, 'parts'), {}),
    /train has the classes is-0, is-1, but val has is-0;/,
  );
});

test('a folder that cannot be used is refused with a reason', async () => {
  const single = digitsIn('single', 1);
  await assert.rejects(loadFolder(single, {}), /no picture is left to be examined on/);
  const refused = await fovea(['train', 'lenet5', '--data', join(home, 'nowhere')]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /nowhere/);
});
