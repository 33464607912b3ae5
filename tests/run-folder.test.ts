/** The folder of a training run: made with its parents, numbered, or refused at once with a reason. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { WriteError } from '../src/formats/index.js';
import { openRunFolder } from '../src/train/index.js';

let folder = '';
const start = process.cwd();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-run-folder-'));
  process.chdir(folder);
});

afterEach(async () => {
  process.chdir(start);
  await rm(folder, { recursive: true, force: true });
});

const refused = (out: string, pattern: RegExp) =>
  assert.rejects(openRunFolder('name', { out }), (error) => {
    assert.ok(error instanceof WriteError, String(error));
    assert.match(error.message, pattern);
    return true;
  });

test('a named folder is made with its parents, and may be there already', async () => {
  const out = join(folder, 'a', 'b', 'c');
  const made = await openRunFolder('name', { out });
  assert.equal(made.path, out);
  assert.deepEqual(await readdir(out), []);
  const again = await openRunFolder('name', { out });
  await again.removeIfEmpty();
  assert.deepEqual(await readdir(out), [], 'it was there before, so it stays');
  await made.removeIfEmpty();
  assert.deepEqual(await readdir(join(folder, 'a', 'b')), []);
});

test('without a name it is the next free number, files counted too', async () => {
  await mkdir(join('runs', 'name-1'), { recursive: true });
  await writeFile(join('runs', 'name-2'), 'a file');
  assert.equal((await openRunFolder('name')).path, join('runs', 'name-3'));
  assert.equal((await openRunFolder('name')).path, join('runs', 'name-4'));
});

test('an empty name and a file in the way are refused', async () => {
  await refused('', /could not write '': the name is empty; name a folder/);
  await writeFile('file', '');
  await refused('file', /could not write file: a file is in its place; choose another folder/);
  await refused(join('file', 'x', 'y'), /a part of the path is a file, not a folder/);
});

const noFolders = process.platform === 'linux' ? false : 'only Linux has /proc';
test('a file system without new folders is refused at once', { skip: noFolders }, async () => {
  await refused(
    '/proc/fovea/x',
    /could not write \/proc\/fovea: the system allows no folder there/,
  );
});
