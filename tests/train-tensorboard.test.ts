/** What `fovea train --tensorboard` writes: the numbers of the log at their steps, over resumes and full disks. */

import assert from 'node:assert/strict';
import * as nodeFiles from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FileSystem, readTensorBoard } from '../src/formats/index.js';
import { readMetrics } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

const training = [
  ...['train', 'lenet5', '--data', 'digits', '--train-size', '60', '--test-size', '20'],
  ...['--batch', '20', '--epochs', '2', '--tensorboard'],
];

const outFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-board-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'run');
};

/** The events of each file, in the order in which TensorBoard reads them. */
async function eventsOf(out: string) {
  const folder = join(out, 'tensorboard');
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => readTensorBoard(await readFile(join(folder, name)), name)),
  );
}

const stepsOf = (events: Awaited<ReturnType<typeof eventsOf>>[number], tag: string) =>
  events.flatMap(({ step, values }) => (values.some((value) => value.tag === tag) ? [step] : []));

test('the numbers of the log stand behind their steps, and a resume goes on in a file of its own', async (t) => {
  const out = await outFor(t);
  const begun = await runFovea([...training, '--out', out, '--quiet']);
  assert.equal(begun.code, 0, begun.stderr);
  const [events] = await eventsOf(out);
  assert.deepEqual(stepsOf(events, 'train/loss'), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(stepsOf(events, 'epoch/accuracy'), [3, 6]);
  assert.deepEqual(stepsOf(events, 'test/accuracy'), [3, 6]);
  for (const tag of ['train/lr', 'system/samplesPerSecond', 'system/memory']) {
    assert.equal(stepsOf(events, tag).length, 6, tag);
  }
  const log = await readMetrics(join(out, 'metrics.jsonl'));
  const losses = events.flatMap(({ values }) =>
    values.flatMap(({ tag, scalar }) => (tag === 'train/loss' ? [scalar] : [])),
  );
  const expected = log.filter(({ kind }) => kind === 'step').map(({ loss }) => loss);
  assert.deepEqual(losses, expected, 'float32 both');

  await rm(join(out, 'checkpoints', 'step-000000006.safetensors'));
  const resumed = await runFovea(['train', '--resume', out, '--quiet']);
  assert.equal(resumed.code, 0, resumed.stderr);
  const files = await eventsOf(out);
  assert.equal(files.length, 2);
  assert.deepEqual([files[1][1].begins, files[1][1].step], [true, 4]);
  assert.deepEqual(stepsOf(files[1], 'train/loss'), [4, 5, 6]);
});

test('steps and epochs tell speed and memory in the log', async (t) => {
  const out = await outFor(t);
  await runFovea([...training, '--out', out, '--quiet']);
  for (const { kind, samplesPerSecond, memory } of await readMetrics(join(out, 'metrics.jsonl'))) {
    assert.ok(Number(samplesPerSecond) > 0, `${kind}: ${samplesPerSecond}`);
    assert.ok(Number(memory) > 2e7 && Number(memory) < 4e9, `${kind}: ${memory}`);
  }
});

test('event files that cannot be written are told once, and the training goes on', async (t) => {
  const out = await outFor(t);
  let writes = 0;
  const files = {
    ...nodeFiles,
    async open(...args: Parameters<typeof nodeFiles.open>) {
      const handle = await nodeFiles.open(...args);
      // The beginning of the file finds room, and so does all that waits at the end.
      if (/tfevents/.test(String(args[0])) && [2, 3].includes(++writes)) {
        handle.writeFile = async () => {
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        };
      }
      return handle;
    },
  } as FileSystem;
  const { code, stderr } = await runFovea([...training, '--out', out], { files });
  assert.equal(code, 0, stderr);
  assert.equal(stderr.match(/TensorBoard: could not write .*ENOSPC/g)?.length, 1, stderr);
  assert.match(stderr, /the training goes on, and its numbers are kept until there is room/);
  assert.ok(writes > 3, `${writes}`);
  const [events] = await eventsOf(out);
  assert.deepEqual(stepsOf(events, 'train/loss'), [1, 2, 3, 4, 5, 6]);
});
