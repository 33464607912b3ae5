/** Files of tuned methods: they come back as written, and what is damaged, foreign or switched off is ignored. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { TuningFiles } from '../src/formats/tuning-file.js';

const variables = ['FOVEA_TUNING', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'HOME'];
const before = variables.map((name) => process.env[name]);
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-tuning-'));
  for (const name of variables) process.env[name] = folder;
  delete process.env.FOVEA_TUNING;
});

afterEach(async () => {
  variables.forEach((name, i) => {
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  });
  await rm(folder, { recursive: true, force: true });
});

const setting = { threads: 2, relaxedSimd: true };
const methods = new Map([
  ['out 1x2', 'direct, by rows'],
  ['out 3x4', 'by magic'],
]);

function files() {
  const warnings: string[] = [];
  return { files: new TuningFiles((message) => warnings.push(message)), warnings };
}

test('methods come back in another process, beside those that were there', async () => {
  const { files: writer, warnings } = files();
  assert.deepEqual(writer.read(setting), new Map());
  await Promise.all([writer.add(setting, methods), writer.add(setting, new Map([['new', 'x']]))]);
  await files().files.add(setting, new Map([['out 3x4', 'by heart']]));
  const expected = new Map([...methods, ['new', 'x'], ['out 3x4', 'by heart']]);
  const read = files().files.read(setting);
  assert.deepEqual(new Map([...read].sort()), new Map([...expected].sort()));
  assert.deepEqual(warnings, []);
  const path = writer.pathFor(setting)!;
  assert.ok(path.startsWith(folder), path);
  assert.deepEqual(await readdir(dirname(path)), [path.slice(dirname(path).length + 1)]);
});

test('another number of threads, or no fused multiply-adds, is another file', async () => {
  const { files: writer } = files();
  await writer.add(setting, methods);
  assert.equal(writer.read({ ...setting, threads: 3 }).size, 0);
  assert.equal(writer.read({ ...setting, relaxedSimd: false }).size, 0);
});

const damaged: readonly (readonly [string, string | ((content: string) => string), RegExp])[] = [
  ['text', 'by rows!', /it is no JSON/],
  ['half a file', (content) => content.slice(0, 40), /it is no JSON/],
  ['other JSON', '[1, 2]', /it was not written by "fovea tune"/],
  ['another format', (content) => content.replace('1', '7'), /its format is 7, and .* reads 1/],
  [
    'another processor',
    (content) => content.replace(/"cpu": ".*"/, '"cpu": "Abacus"'),
    /it is of another processor \(cpu: Abacus\)/,
  ],
  ['numbers', (content) => content.replace('"by magic"', '3'), /its methods are no names/],
];

for (const [what, change, reason] of damaged) {
  test(`${what}: ignored with one warning, and written anew`, async () => {
    const { files: writer } = files();
    await writer.add(setting, methods);
    const path = writer.pathFor(setting)!;
    const content = await readFile(path, 'utf8');
    await writeFile(path, typeof change === 'string' ? change : change(content));
    const { files: reader, warnings } = files();
    assert.equal(reader.read(setting).size, 0);
    assert.equal(reader.read(setting).size, 0);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], reason);
    assert.ok(warnings[0].includes(path));
    await reader.add(setting, methods);
    assert.deepEqual(reader.read(setting), methods);
    assert.equal(warnings.length, 1);
  });
}

test('FOVEA_TUNING names another file, or switches files off', async () => {
  process.env.FOVEA_TUNING = join(folder, 'deep', 'own.json');
  const { files: writer } = files();
  await writer.add(setting, methods);
  assert.deepEqual(await readdir(join(folder, 'deep')), ['own.json']);
  assert.deepEqual(writer.read(setting), methods);
  process.env.FOVEA_TUNING = 'off';
  assert.equal(writer.pathFor(setting), null);
  assert.equal(writer.read(setting).size, 0);
  await writer.add(setting, methods);
  assert.deepEqual(await readdir(folder), ['deep']);
});

test('where nothing can be written there is one warning', async () => {
  await writeFile(join(folder, 'file'), '');
  process.env.FOVEA_TUNING = join(folder, 'file', 'own.json');
  const { files: writer, warnings } = files();
  await writer.add(setting, methods);
  await writer.add(setting, methods);
  const unwritten = warnings.filter((message) => message.includes('cannot be written'));
  assert.equal(unwritten.length, 1);
  assert.match(
    unwritten[0],
    /own\.json cannot be written, so what is measured is lost when .*ends: /,
  );
});
