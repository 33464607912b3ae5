/** The mark of a run that goes on: there while its process trains, worth nothing once that was killed. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { markRunning, runningProcess } from '../src/train/index.js';

const folderFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-mark-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

test('a run is going on from its mark until the mark is taken away', async (t) => {
  const folder = await folderFor(t);
  assert.equal(await runningProcess(folder), null);
  const unmark = await markRunning(folder);
  assert.equal((await runningProcess(folder))?.id, process.pid);
  await unmark();
  assert.equal(await runningProcess(folder), null);
  assert.deepEqual(await readdir(folder), []);
});

test('a run whose process was killed is going on no more', async (t) => {
  const folder = await folderFor(t);
  const module = new URL('../src/train/running-mark.js', import.meta.url);
  const script = `
    import { markRunning } from ${JSON.stringify(module)};
    await markRunning(process.argv[1]);
    console.log('marked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder]);
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', reject);
  });
  assert.equal((await runningProcess(folder))?.id, child.pid);
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
  assert.equal(await runningProcess(folder), null);
});

test('the number of a process that is used again is no mark of it', async (t) => {
  const folder = await folderFor(t);
  const unmark = await markRunning(folder);
  const path = join(folder, 'running.json');
  const mark = JSON.parse(await readFile(path, 'utf8'));
  if (mark.began === null) return t.skip('this system does not tell when a process began');
  await writeFile(path, JSON.stringify({ ...mark, began: `${mark.began}0` }));
  assert.equal(await runningProcess(folder), null);
  await unmark();
});

test('of another computer only its files tell, and a damaged mark is none', async (t) => {
  const folder = await folderFor(t);
  const path = join(folder, 'running.json');
  await writeFile(path, JSON.stringify({ id: 1, host: 'far.away', began: null }));
  assert.deepEqual(await runningProcess(folder), { id: 1, host: 'far.away' });
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await utimes(path, anHourAgo, anHourAgo);
  assert.equal(await runningProcess(folder), null);
  await writeFile(join(folder, 'metrics.jsonl'), '');
  assert.equal((await runningProcess(folder))?.host, 'far.away');
  for (const text of ['', '{', 'null', '[]', '{"id": -1}', '{"id": 1.5, "host": "a"}']) {
    await writeFile(path, text);
    assert.equal(await runningProcess(folder), null, text);
  }
});
