/** fovea train for networks that learn against each other: runs with samples, exact resuming, what is refused. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeImage } from '../src/formats/index.js';
import { createGan } from '../src/models/index.js';
import { loadNetwork, readMetrics } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

const folder = await mkdtemp(join(tmpdir(), 'fovea-gan-'));
after(() => rm(folder, { recursive: true, force: true }));

const tiny = [
  ...['--data', 'digits', '--train-size', '64', '--test-size', '10', '--batch', '16'],
  ...['--latent', '8', '--quiet', '--json'],
];

const kinds: Readonly<Record<string, readonly string[]>> = {
  gan: ['--loss', 'minimax'],
  dcgan: ['--average-decay', '0.9', '--real-label', '0', '--label-smoothing', '0.1'],
  cdcgan: ['--conditioning', 'project', '--wrong-labels', 'on', '--instance-noise', '0.1'],
  csngan: ['--discriminator-steps', '2'],
};

for (const [name, options] of Object.entries(kinds)) {
  test(`${name} plays, and what is saved makes pictures`, async () => {
    const out = join(folder, name);
    const given = [
      'train',
      name,
      ...tiny,
      '--epochs',
      '2',
      '--out',
      out,
      '--width',
      '3',
      ...options,
    ];
    const { code, stdout, stderr } = await runFovea(given);
    assert.equal(code, 0, stderr);
    const line = JSON.parse(stdout.trim().split('\n').at(-1)!);
    for (const number of ['generatorLoss', 'discriminatorLoss', 'value']) {
      assert.ok(Number.isFinite(line[number]), `${number} is ${line[number]}`);
    }
    const names = await readdir(join(out, 'samples'));
    assert.equal(names.filter((file) => file.startsWith('samples-step')).length, 2);
    const { config, stateDict } = await loadNetwork(out);
    assert.equal(config.model.name, name);
    createGan(name, config.model.options).loadStateDict(stateDict);
    const steps = (await readMetrics(join(out, 'metrics.jsonl'))).filter(({ step }) => step);
    const told = Object.keys(steps[0]);
    for (const metric of ['realScore', 'fakeScore', 'fakeScoreAfter', 'value']) {
      assert.ok(told.includes(metric), `${metric} of ${told}`);
    }
    assert.equal(told.includes('realWrong'), name === 'cdcgan');
  });
}

test('a game that goes on from a checkpoint ends with the very weights', async () => {
  const out = join(folder, 'resumed');
  const options = [
    '--epochs',
    '3',
    '--keep',
    '9',
    '--average-decay',
    '0.9',
    '--instance-noise',
    '0.1',
  ];
  const whole = await runFovea([
    'train',
    'cdcgan',
    ...tiny,
    '--width',
    '3',
    ...options,
    '--out',
    out,
  ]);
  assert.equal(whole.code, 0, whole.stderr);
  const before = (await loadNetwork(out)).config;
  const checkpoints = join(out, 'checkpoints');
  const [first, ...later] = (await readdir(checkpoints)).sort();
  for (const name of later) await rm(join(checkpoints, name));
  assert.match(first, /^step-0+4\./);
  const again = await runFovea(['train', '--resume', out, '--quiet']);
  assert.equal(again.code, 0, again.stderr);
  const after = (await loadNetwork(out)).config;
  assert.deepEqual(after.weights, before.weights);
  assert.deepEqual(after.model, before.model);
});

test('what does not fit is refused', async () => {
  const refused = async (args: readonly string[], pattern: RegExp, exitCode = 2) => {
    const { code, stderr } = await runFovea(['train', ...args]);
    assert.equal(code, exitCode, stderr);
    assert.match(stderr, pattern);
  };
  await refused(
    ['dcgan', '--beta', '2'],
    /--beta is an option of autoencoders, not of adversarial/,
  );
  await refused(
    ['dcgan', ...tiny, '--wrong-labels', 'on'],
    /for networks with classes, not for dcgan/,
  );
  await refused(['csngan', ...tiny, '--conditioning', 'project'], /is an option of cdcgan/);
  await refused(['dcgan', '--loss', 'hinges'], /hinge/);
  await refused(['dcgan', ...tiny, '--size', '30'], /30x30 cannot be halved/, 1);
});

test('what was trained draws samples, traversals and a manifold', async () => {
  const out = join(folder, 'cdcgan');
  const draw = async (command: string, ...options: readonly string[]) => {
    const path = join(folder, `${command}.png`);
    const given = [command, out, '--out', path, '--json', ...options];
    const { code, stdout, stderr } = await runFovea(given);
    assert.equal(code, 0, stderr);
    const { width } = await decodeImage(await readFile(path), path);
    assert.ok(width > 100);
    return JSON.parse(stdout.trim());
  };
  assert.equal((await draw('sample', '--count', '20')).from, 'prior');
  assert.deepEqual((await draw('traverse', '--dims', '0,5', '--class', '3')).dims, [0, 5]);
  await draw('manifold', '--count', '3', '--class', '3');
  const given = ['traverse', out, '--picture', join(folder, 'sample.png'), '--class', '3'];
  const { code, stderr } = await runFovea(given);
  assert.equal(code, 2);
  assert.match(stderr, /a cdcgan makes no codes of pictures/);
});
