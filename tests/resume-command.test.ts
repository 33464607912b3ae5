/** Going on with a run: after SIGKILL and Ctrl-C to the bit, and only with the settings that it was begun with. */

import assert from 'node:assert/strict';
import * as nodeFiles from 'node:fs/promises';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FileSystem } from '../src/formats/index.js';
import { loadNetwork, markRunning, readMetrics } from '../src/train/index.js';
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

test('a training that is killed now and then ends with the very weights', () => surviveKills(2, 2));

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

/** The run once more, with another configuration. */
async function copyWith(name: string, change: (config: Record<string, unknown>) => object) {
  const copy = join(folder, name);
  await cp(finished, copy, { recursive: true });
  const path = join(copy, 'config.json');
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
  return copy;
}

const refused = async (out: string, pattern: RegExp, code = 1) => {
  const told = await runFovea(['train', '--resume', out, '--quiet']);
  assert.equal(told.code, code, told.stderr);
  assert.match(told.stderr, pattern);
  assert.match(told.stderr, /^fovea: [^\n]*\n$/, 'one paragraph, no stack');
};

test('runs of another version and of networks that are not known are refused', async () => {
  const version = await copyWith('version', (config) => ({ ...config, formatVersion: 7 }));
  await refused(version, /config\.json: its format has version 7; expected version 1/);
  const unknown = await copyWith('unknown', (config) => ({
    ...config,
    model: { name: 'lenet9', options: {} },
  }));
  await refused(unknown, /trains a "lenet9", which this version of Fovea does not know.*fovea 0/);
  const checkpoint = await copyWith('checkpoint', (config) => config);
  const path = join(checkpoint, 'checkpoints', 'step-000000006.safetensors');
  const bytes = await readFile(path, 'latin1');
  await writeFile(path, bytes.replace('"version":"1"', '"version":"8"'), 'latin1');
  await rm(join(checkpoint, 'checkpoints', 'step-000000003.safetensors'));
  await refused(checkpoint, /its format has version 8; expected version 1/);
});

test('a run of another kind is refused, and options of other kinds are', async () => {
  const out = join(folder, 'codes');
  const begun = await runFovea([
    ...['train', 'autoencoder', '--latent', '4', ...settings, '--epochs', '1', '--quiet'],
    ...['--out', out],
  ]);
  assert.equal(begun.code, 0, begun.stderr);
  const classifier = await runFovea(['train', 'lenet5', '--resume', out]);
  assert.equal(classifier.code, 2);
  assert.match(classifier.stderr, /trains a autoencoder, not a lenet5/);
  const latent = await runFovea(['train', '--resume', out, '--latent', '5']);
  assert.equal(latent.code, 2);
  assert.match(latent.stderr, /--latent 5 \(there: 4\)/);
  for (const args of [
    ['lenet5', ...settings],
    ['--resume', finished],
  ]) {
    const { code, stderr } = await runFovea(['train', ...args, '--latent', '4']);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /--latent is an option of autoencoders.*, not of classifiers such as lenet5/,
    );
  }
});

test('of a run that was half deleted it is told what is missing', async () => {
  const config = await copyWith('no-config', (same) => same);
  await rm(join(config, 'config.json'));
  await refused(config, /there is no .*config\.json/);
  const checkpoints = await copyWith('no-checkpoints', (same) => same);
  await rm(join(checkpoints, 'checkpoints'), { recursive: true });
  await refused(checkpoints, /has ended, and there is no checkpoint .*train lenet5 --init /);
  // A run that was killed before its first checkpoint begins again, to the same end.
  const early = await copyWith('early', (same) => ({ ...same, weights: null }));
  for (const name of ['checkpoints', 'model.safetensors', 'metrics.jsonl']) {
    await rm(join(early, name), { recursive: true });
  }
  const { code, stdout, stderr } = await runFovea(['train', '--resume', early]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /there is no checkpoint yet, so it begins at its first step/);
  assert.deepEqual((await loadNetwork(early)).stateDict, (await loadNetwork(finished)).stateDict);
});

test('a run whose folder cannot be written is refused before it trains', async () => {
  const files = {
    ...nodeFiles,
    async open() {
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    },
  } as unknown as FileSystem;
  const { code, stderr } = await runFovea(['train', '--resume', finished], { files });
  assert.equal(code, 1);
  assert.match(stderr, /could not write .*finished.*: the file system is read-only/);
});

test('a run that a process trains is not gone on with by another', async () => {
  const unmark = await markRunning(finished);
  const pattern = new RegExp(`process ${process.pid} on .* trains in .*finished now`);
  await refused(finished, pattern, 2);
  await unmark();
});
