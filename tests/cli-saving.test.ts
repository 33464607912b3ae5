/** What the train command does when its disk is full: the network is rescued and the error is clear. */

import assert from 'node:assert/strict';
import * as nodeFiles from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { run } from '../src/cli/run.js';
import type { Output } from '../src/cli/terminal.js';
import type { FileSystem } from '../src/formats/index.js';
import { loadNetwork } from '../src/train/index.js';

/** A disk that is full when a file whose path matches is written. */
const fullDiskAt = (pattern: RegExp): FileSystem => ({
  ...nodeFiles,
  async open(path, flags, mode) {
    const handle = await nodeFiles.open(path, flags, mode);
    if (!pattern.test(String(path))) return handle;
    handle.writeFile = async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    return handle;
  },
});

/** Trains for two epochs of two steps on such a disk. */
async function train(out: string, files: FileSystem) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output = (stream: PassThrough): Output => ({
    ...{ stream, isTerminal: false, color: false, colorDepth: 8, columns: 80 },
  });
  const size = ['--data', 'digits', '--train-size', '20', '--test-size', '10', '--batch', '10'];
  const code = await run(['train', 'lenet5', ...size, '--epochs', '2', '--out', out, '--json'], {
    terminal: { stdout: output(stdout), stderr: output(stderr) },
    files,
  });
  stdout.end();
  stderr.end();
  assert.equal(await text(stdout), '');
  assert.equal(code, 1);
  return (await text(stderr)).trimEnd().split('\n').at(-1) ?? '';
}

const inFolder = (what: string, body: (folder: string) => Promise<void>) =>
  test(what, async (t) => {
    const folder = await nodeFiles.mkdtemp(join(tmpdir(), 'fovea-full-'));
    t.after(() => nodeFiles.rm(folder, { recursive: true, force: true }));
    await body(folder);
  });

inFolder('a disk that is full at once leaves nothing behind', async (folder) => {
  const message = await train(join(folder, 'out'), fullDiskAt(/./));
  assert.match(message, /^fovea: could not write .*: the disk is full \(needs \d+/);
  assert.deepEqual(await nodeFiles.readdir(folder), [], 'the folder that was made is gone');
});

inFolder('a disk that is full at the end does not cost the network', async (folder) => {
  const out = join(folder, 'out');
  const message = await train(out, fullDiskAt(/model\.safetensors/));
  assert.match(
    message,
    /^fovea: could not write .*model\.safetensors: the disk is full \(needs \d+/,
  );
  const rescue = message.match(/; the network is saved in (.*) instead$/)?.[1] ?? '';
  const { config, stateDict } = await loadNetwork(rescue);
  assert.equal(config.training.steps, 4);
  // The run itself has it as well: in its last checkpoint.
  assert.deepEqual((await loadNetwork(out)).stateDict, stateDict);
  await nodeFiles.rm(rescue, { recursive: true });
});

inFolder(
  'a disk that is full at a checkpoint ends the training, earlier ones stay whole',
  async (folder) => {
    const out = join(folder, 'out');
    const message = await train(out, fullDiskAt(/step-0+4\.safetensors/));
    assert.match(
      message,
      /^fovea: could not write .*step-000000004\.safetensors: the disk is full/,
    );
    const rescue = message.match(/; the network as it is now is saved in (.*)$/)?.[1] ?? '';
    await loadNetwork(rescue);
    await nodeFiles.rm(rescue, { recursive: true });
    assert.deepEqual(await nodeFiles.readdir(join(out, 'checkpoints')), [
      'step-000000002.safetensors',
    ]);
    await loadNetwork(out);
  },
);
