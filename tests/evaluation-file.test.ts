/** evaluation.json: written and read again, its pictures those of the data, and files that are none refused. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { decodePng, FormatError, WriteError } from '../src/formats/index.js';
import { readEvaluation, writeEvaluation } from '../src/train/index.js';

const dataset = { classes: ['a', 'b'], shape: [3, 2, 1] as const };
const evaluation = {
  ...{ count: 2, correct: 1, accuracy: 0.5, loss: 0.7 },
  confusion: Uint32Array.of(1, 0, 1, 0),
  mistakes: [
    {
      ...{ index: 1, label: 1, predicted: 0, probability: 0.9 },
      planes: Uint8Array.of(1, 2, 3, 4, 5, 6),
    },
  ],
};

const folderFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-evaluation-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

test('an examination is read as it was written, with the pictures of its mistakes', async (t) => {
  const folder = await folderFor(t);
  assert.equal(await readEvaluation(folder), null);
  await mkdir(join(folder, 'samples'));
  await writeFile(join(folder, 'samples', 'mistake-007.png'), 'of an earlier examination');
  await writeFile(join(folder, 'samples', 'drawn-step000001.png'), 'no mistake');
  const saved = await writeEvaluation(folder, evaluation, dataset);
  assert.deepEqual(await readEvaluation(folder), saved);
  assert.deepEqual(saved.confusion, [
    [1, 0],
    [1, 0],
  ]);
  const names = (await readdir(join(folder, 'samples'))).sort();
  assert.deepEqual(names, ['drawn-step000001.png', 'mistake-000.png']);
  const picture = decodePng(await readFile(join(folder, saved.mistakes[0].picture)), 'mistake');
  assert.deepEqual(picture, {
    ...{ width: 1, height: 2, channels: 3 },
    data: Uint8Array.of(1, 3, 5, 2, 4, 6),
  });
});

test('what is no examination is refused, and so are pictures elsewhere', async (t) => {
  const folder = await folderFor(t);
  const path = join(folder, 'evaluation.json');
  const saved = JSON.parse(JSON.stringify(await writeEvaluation(folder, evaluation, dataset)));
  const [mistake] = saved.mistakes;
  const broken: [unknown, RegExp][] = [
    [null, /no JSON object/],
    [{ ...saved, loss: 'low' }, /"loss" is no number/],
    [{ ...saved, classes: [1, 2] }, /"classes"/],
    [{ ...saved, confusion: [[1, 0]] }, /2 rows of 2 counts/],
    [{ ...saved, mistakes: [{ ...mistake, predicted: 2 }] }, /"mistakes"/],
    [{ ...saved, mistakes: [{ ...mistake, picture: 'samples/../../secret.png' }] }, /samples\//],
    [{ ...saved, mistakes: [{ ...mistake, picture: '/etc/secret.png' }] }, /samples\//],
  ];
  for (const [value, pattern] of broken) {
    await writeFile(path, JSON.stringify(value));
    await assert.rejects(
      readEvaluation(folder),
      (error) => error instanceof FormatError && pattern.test(error.message),
    );
  }
  await writeFile(path, '{"count": 1');
  await assert.rejects(readEvaluation(folder), FormatError);
});

test('a folder that cannot be written is told', async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, 'samples'), 'a file in the place of the folder');
  await assert.rejects(writeEvaluation(folder, evaluation, dataset), WriteError);
});
