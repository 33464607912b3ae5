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

const fullDisk: FileSystem = {
  ...nodeFiles,
  async open(path, flags, mode) {
    const handle = await nodeFiles.open(path, flags, mode);
    handle.writeFile = async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    return handle;
  },
};

test('a disk that is full at the end costs neither the folder nor the network', async () => {
  const folder = await nodeFiles.mkdtemp(join(tmpdir(), 'fovea-full-'));
  try {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const output = (stream: PassThrough): Output => ({
      ...{ stream, isTerminal: false, color: false, colorDepth: 8, columns: 80 },
    });
    const out = join(folder, 'out');
    const size = ['--data', 'digits', '--train-size', '20', '--test-size', '10', '--batch', '10'];
    const code = await run(['train', 'lenet5', ...size, '--epochs', '1', '--out', out, '--json'], {
      terminal: { stdout: output(stdout), stderr: output(stderr) },
      files: fullDisk,
    });
    stdout.end();
    stderr.end();
    assert.equal(await text(stdout), '');
    assert.equal(code, 1);
    const message = (await text(stderr)).trimEnd().split('\n').at(-1) ?? '';
    assert.match(
      message,
      /^fovea: could not write .*model\.safetensors: the disk is full \(needs \d+/,
    );
    assert.deepEqual(await nodeFiles.readdir(folder), [], 'the folder that was made is gone');
    const rescue = message.match(/; the network is saved in (.*) instead$/)?.[1] ?? '';
    const { config } = await loadNetwork(rescue);
    assert.equal(config.training.steps, 2);
    await nodeFiles.rm(rescue, { recursive: true });
  } finally {
    await nodeFiles.rm(folder, { recursive: true, force: true });
  }
});
