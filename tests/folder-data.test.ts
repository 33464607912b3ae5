/** `fovea train --data FOLDER`: pictures of a folder, a share of them held back, and a run that is gone on with. */

import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { loadFolder, openFolder } from '../src/cli/folder-data.js';
import { drawDigits } from '../src/data/index.js';
import { encodePng } from '../src/formats/index.js';
import { loadNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';
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
  assert.equal(learned + held, 61, 'who cannot be read is not known yet');
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

test('a resume from within an epoch ends with the very weights, whatever cannot be read and is changed at random', async () => {
  const folder = digitsIn('resumed', 50);
  for (const name of ['is-0/aaa.png', 'is-1/15-more.png', 'is-1/zzz.png']) {
    writeFileSync(join(folder, name), 'no picture');
  }
  const whole = join(home, 'whole');
  const train = ['train', 'lenet5', '--data', folder, '--size', '28', '--augment', 'flip,crop'];
  const more = ['--epochs', '3', '--batch', '8', '--checkpoint-every', '1', '--keep', '30'];
  const begun = await runFovea([...train, ...more, '--out', whole, '--quiet']);
  assert.equal(begun.code, 0, begun.stderr);
  assert.match(begun.stderr, /^3 of 53 pictures cannot be read and are left out: /);
  const { stateDict, config } = await loadNetwork(whole);
  for (const step of [2, 9]) {
    const cut = join(home, `cut-${step}`);
    cpSync(whole, cut, { recursive: true });
    for (const name of readdirSync(join(cut, 'checkpoints'))) {
      if (Number(/\d+/.exec(name)?.[0]) > step) rmSync(join(cut, 'checkpoints', name));
    }
    const resumed = await runFovea(['train', '--resume', cut, '--quiet']);
    assert.equal(resumed.code, 0, resumed.stderr);
    const again = await loadNetwork(cut);
    assert.deepEqual(again.stateDict, stateDict, `from step ${step}`);
    assert.equal(again.config.training.testAccuracy, config.training.testAccuracy);
    assert.deepEqual(again.config.data, config.data);
  }
});

test('with --strict a picture that cannot be read ends the training, and is named', async () => {
  const folder = digitsIn('strict', 30);
  writeFileSync(join(folder, 'is-1', 'broken.png'), 'no picture');
  for (const model of ['lenet5', 'autoencoder']) {
    const train = ['train', model, '--data', folder, '--size', '28', '--epochs', '1'];
    const { code, stderr } = await runFovea([
      ...[...train, '--batch', '8', '--strict', '--quiet', '--out', join(home, `strict-${model}`)],
    ]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /fovea: strict: is-1\/broken\.png cannot be read \(/);
  }
});

test('some pictures of a folder are some of all classes', async () => {
  const folder = digitsIn('some', 60);
  const { train } = await openFolder(folder, { size: 16 });
  const loader = await train.take(10).open({ batchSize: 10 });
  for await (const { labels, shape } of loader.epoch(0)) {
    assert.deepEqual(shape, [10, 3, 16, 16]);
    assert.deepEqual([...new Set(labels)].sort(), [0, 1]);
  }
  await loader.close();
  const files = ['train', 'lenet5', '--data', folder, '--train-size', '100'];
  const { code, stderr } = await runFovea([...files, '--out', join(home, 'many')]);
  assert.equal(code, 1);
  assert.match(stderr, /some has \d+ pictures here, fewer than the 100 asked for/);
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
