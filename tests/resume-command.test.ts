/** Going on with a run: after SIGKILL and Ctrl-C to the bit, and only with the settings that it was begun with. */

import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadNetwork, readMetrics } from '../src/train/index.js';
import { surviveKills } from './killed-run.js';
import { runFovea } from './run-fovea.js';

let folder = '';
let finished = '';
const settings = ['--data', 'digits', '--train-size', '60', '--test-size', '20', '--batch', '20'];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-resume-'));
  finished = join(folder, 'finished');
  const { code, stderr } = await runFovea([
    ...['train', 'lenet5', ...settings, '--epochs', '2', '--out', finished, '--quiet'],
  ]);
  assert.equal(code, 0, stderr);
});
after(() => rm(folder, { recursive: true, force: true }));

test('a training that is killed now and then ends with the very weights', () => surviveKills(4, 2));

test('a run leaves its configuration, its log, its checkpoints and its network', async () => {
  const names = ['checkpoints', 'config.json', 'metrics.jsonl', 'model.safetensors'];
  const present = await readdir(finished);
  for (const name of names) assert.ok(present.includes(name), `${name} among ${present}`);
  const metrics = await readMetrics(join(finished, 'metrics.jsonl'));
  assert.deepEqual(
    metrics.map(({ kind, step, epoch }) => [kind, step, epoch]),
    [0, 1].flatMap((epoch) => [
      ...[0, 1, 2].map((batch) => ['step', 3 * epoch + batch, epoch]),
      ['epoch', 3 * epoch + 2, epoch],
    ]),
  );
  assert.ok(metrics.every(({ loss, accuracy }) => Number(loss) > 0 && Number(accuracy) >= 0));
});

test('a finished run goes on to the same end', async () => {
  const before = await loadNetwork(finished);
  const { code, stderr } = await runFovea(['train', '--resume', finished, '--quiet']);
  assert.equal(code, 0, stderr);
  const { config, stateDict } = await loadNetwork(finished);
  assert.deepEqual(stateDict, before.stateDict);
  assert.equal(config.training.testAccuracy, before.config.training.testAccuracy);
});

test('other settings than those at the beginning are refused by name, some may change', async () => {
  const resume = (...options: string[]) => runFovea(['train', ...options, '--resume', finished]);
  const other = await resume('--lr', '0.5', '--epochs', '3', '--augment', 'flip');
  assert.equal(other.code, 2);
  for (const told of [
    '--lr 0.5 (there: 0.001)',
    '--epochs 3 (there: 2)',
    '--augment flip (there: none)',
  ]) {
    assert.ok(other.stderr.includes(told), other.stderr);
  }
  assert.match(other.stderr, /--threads, .* may change.*--init /);
  const model = await resume('alexnet');
  assert.equal(model.code, 2);
  assert.match(model.stderr, /trains a lenet5, not a alexnet/);
  const free = await resume('lenet5', '--keep', '1', '--threads', '1', '--quiet', '--lr', '1e-3');
  assert.equal(free.code, 0, free.stderr);
});

test('what is no run, and a run whose checkpoints are all damaged, are refused', async () => {
  const nothing = await runFovea(['train', '--resume', join(folder, 'nothing')]);
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /there is no .*config\.json/);
  const damaged = join(folder, 'damaged');
  await cp(finished, damaged, { recursive: true });
  for (const name of await readdir(join(damaged, 'checkpoints'))) {
    const path = join(damaged, 'checkpoints', name);
    await writeFile(path, (await readFile(path)).subarray(0, 1000));
  }
  const { code, stderr } = await runFovea(['train', '--resume', damaged, '--quiet']);
  assert.equal(code, 1);
  assert.match(stderr, /none of its \d checkpoints can be used: .*step-.*start the training anew/);
});
