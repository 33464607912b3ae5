/** Logs of runs: lines are appended, and a run that goes on drops what came behind its checkpoint. */

import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FormatError, WriteError } from '../src/formats/index.js';
import { type LogEntry, MetricsLog, readMetrics } from '../src/train/index.js';

const pathFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-log-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'metrics.jsonl');
};

const entry = (step: number): LogEntry => ({ kind: 'step', step, epoch: 0, loss: 1 / (step + 3) });

test('entries come back to the last bit, without a line that was cut off', async (t) => {
  const path = await pathFor(t);
  assert.deepEqual(await readMetrics(path), []);
  const log = new MetricsLog(path);
  await log.begin({ step: 0 });
  await log.append([entry(0), entry(1)]);
  await log.append([]);
  await log.append([entry(2)]);
  await appendFile(path, '{"kind":"step","step":3,"ep');
  assert.deepEqual(await readMetrics(path), [entry(0), entry(1), entry(2)]);
});

test('a run that goes on drops the steps behind its checkpoint', async (t) => {
  const path = await pathFor(t);
  const log = new MetricsLog(path);
  await log.append([0, 1, 2, 3, 4].map(entry));
  await appendFile(path, '{"kind":"st');
  await log.begin({ step: 3 });
  await log.append([entry(3)]);
  assert.deepEqual(await readMetrics(path), [0, 1, 2, 3].map(entry));
  await log.begin({ step: 0 });
  assert.deepEqual(await readMetrics(path), []);
});

test('damaged lines and files that cannot be written are told', async (t) => {
  const path = await pathFor(t);
  await writeFile(path, '{"kind":"step","step":0,"epoch":0}\nnonsense\n');
  await assert.rejects(readMetrics(path), (error) => {
    assert.ok(error instanceof FormatError);
    assert.match(error.message, /line 2 is no entry/);
    return true;
  });
  const damaged: number[] = [];
  const read = await readMetrics(path, { onDamaged: (line) => damaged.push(line) });
  assert.deepEqual([read.length, damaged], [1, [2]]);
  await assert.rejects(readMetrics(dirname(path)), FormatError);
  const nowhere = new MetricsLog(join(path, 'metrics.jsonl'));
  await assert.rejects(nowhere.append([entry(0)]), WriteError);
});
