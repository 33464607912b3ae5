/** Atomic files: the path holds the old or the new content, whatever fails in between. */

import assert from 'node:assert/strict';
import * as nodeFiles from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FileSystem, WriteError, writeFileAtomically } from '../src/formats/atomic-file.js';

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await nodeFiles.mkdtemp(join(tmpdir(), 'fovea-atomic-'));
  try {
    await body(folder);
  } finally {
    await nodeFiles.rm(folder, { recursive: true, force: true });
  }
}

function refusal(code: string): Error {
  return Object.assign(new Error(`${code}: refused by the test`), { code });
}

/** The real file system, but one step of the write fails with `code`. */
function failingAt(step: 'write' | 'sync' | 'rename' | 'open', code: string): FileSystem {
  return {
    ...nodeFiles,
    async open(path, flags, mode) {
      if (step === 'open' && flags === 'wx') throw refusal(code);
      const handle = await nodeFiles.open(path, flags, mode);
      if (flags !== 'wx') return handle;
      const { writeFile } = handle;
      if (step === 'write') {
        handle.writeFile = async () => {
          await writeFile.call(handle, 'half of');
          throw refusal(code);
        };
      }
      if (step === 'sync') handle.sync = () => Promise.reject(refusal(code));
      return handle;
    },
    async rename(from, to) {
      if (step === 'rename') throw refusal(code);
      await nodeFiles.rename(from, to);
    },
  };
}

async function assertRefused(
  path: string,
  pattern: RegExp,
  files?: FileSystem,
): Promise<WriteError> {
  const error: unknown = await writeFileAtomically(path, 'new content', { files }).then(
    () => assert.fail('the write succeeded'),
    (reason) => reason,
  );
  assert.ok(error instanceof WriteError, String(error));
  assert.ok(error.message.startsWith(`could not write ${path}: `), error.message);
  assert.match(error.message, pattern);
  assert.match(error.message, /; nothing was changed$/);
  return error;
}

test('a new file and a replaced one hold the whole content and leave nothing beside', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'model.safetensors');
    await writeFileAtomically(path, Uint8Array.of(1, 2, 3));
    assert.deepEqual([...(await nodeFiles.readFile(path))], [1, 2, 3]);
    await writeFileAtomically(path, 'größer');
    assert.equal(await nodeFiles.readFile(path, 'utf8'), 'größer');
    await writeFileAtomically(path, '');
    assert.equal((await nodeFiles.stat(path)).size, 0);
    assert.deepEqual(await nodeFiles.readdir(folder), ['model.safetensors']);
  }));

test('content in chunks appears as a whole, or not at all when a chunk fails', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'model.safetensors');
    const chunks = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)];
    await writeFileAtomically(path, { length: 3, chunks });
    assert.deepEqual([...(await nodeFiles.readFile(path))], [1, 2, 3]);
    const failure = new RangeError('the second chunk');
    async function* failing() {
      yield Uint8Array.of(9);
      throw failure;
    }
    const thrown = await writeFileAtomically(path, { chunks: failing() }).catch((error) => error);
    assert.equal(thrown, failure);
    assert.deepEqual([...(await nodeFiles.readFile(path))], [1, 2, 3]);
    assert.deepEqual(await nodeFiles.readdir(folder), ['model.safetensors']);
    const full = await writeFileAtomically(
      path,
      { chunks },
      { files: failingAt('write', 'ENOSPC') },
    ).catch((error) => error);
    assert.match(String(full), /the disk is full; free some space/);
  }));

test('the content is complete beside the path before the path changes', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'model.json');
    await nodeFiles.writeFile(path, 'old');
    const seen: string[] = [];
    await writeFileAtomically(path, 'new content', {
      files: {
        ...nodeFiles,
        async rename(from, to) {
          seen.push(await nodeFiles.readFile(from, 'utf8'), await nodeFiles.readFile(to, 'utf8'));
          await nodeFiles.rename(from, to);
        },
      },
    });
    assert.deepEqual(seen, ['new content', 'old']);
  }));

test('many writers at once leave one complete content', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'log.json');
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(1000 * (i + 1)));
    await Promise.all(contents.map((content) => writeFileAtomically(path, content)));
    assert.ok(contents.includes(await nodeFiles.readFile(path, 'utf8')));
    assert.deepEqual(await nodeFiles.readdir(folder), ['log.json']);
  }));

test('permissions are kept and symbolic links are followed', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'real.json');
    const link = join(folder, 'latest.json');
    await nodeFiles.writeFile(path, 'old', { mode: 0o640 });
    await nodeFiles.symlink('real.json', link);
    await writeFileAtomically(link, 'new');
    assert.equal(await nodeFiles.readFile(path, 'utf8'), 'new');
    assert.ok((await nodeFiles.lstat(link)).isSymbolicLink());
    assert.equal((await nodeFiles.stat(path)).mode & 0o777, 0o640);
  }));

test('a failure at any step keeps the old content and removes the half-written file', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'model.json');
    await nodeFiles.writeFile(path, 'old');
    for (const step of ['open', 'write', 'sync', 'rename'] as const) {
      const error = await assertRefused(
        path,
        /the disk is full \(needs 11 bytes\)/,
        failingAt(step, 'ENOSPC'),
      );
      assert.equal(error.code, 'ENOSPC');
      assert.equal(await nodeFiles.readFile(path, 'utf8'), 'old');
      assert.deepEqual(await nodeFiles.readdir(folder), ['model.json'], step);
    }
  }));

test('each refusal of the system is explained', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'model.json');
    const cases: [string, RegExp][] = [
      ['EACCES', /no permission to write in the folder .*; change its permissions/],
      ['EPERM', /no permission to write in the folder/],
      ['EROFS', /the file system is read-only/],
      ['EDQUOT', /quota is used up \(needs 11 bytes\)/],
      ['EIO', /the disk reported an error/],
      ['ESTRANGE', /ESTRANGE: refused by the test/],
    ];
    for (const [code, pattern] of cases)
      await assertRefused(path, pattern, failingAt('open', code));
    assert.deepEqual(await nodeFiles.readdir(folder), []);
  }));

test('impossible paths are explained by the real file system', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'file');
    await nodeFiles.writeFile(file, 'old');
    await assertRefused(join(file, 'model.json'), /file is a file, not a folder/);
    await assertRefused(join(folder, 'missing', 'model.json'), /missing does not exist; create/);
    await assertRefused(folder, /it is a folder; choose the path of a file/);
    await assertRefused(join(folder, 'n'.repeat(300)), /the name is too long/);
    await nodeFiles.symlink('loop', join(folder, 'loop'));
    await assertRefused(join(folder, 'loop'), /symbolic links form a loop/);
    assert.equal(await nodeFiles.readFile(file, 'utf8'), 'old');
    assert.deepEqual((await nodeFiles.readdir(folder)).sort(), ['file', 'loop']);
  }));

test('a device is never replaced', async () => {
  const device = process.platform === 'win32' ? '\\\\.\\NUL' : '/dev/null';
  await assertRefused(device, /it is a device, not a regular file/);
});
