/** Safetensors files tensor by tensor: from a file, from bytes and from a blob, and to a file. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ByteSource, blobSource, bytesSource, openFile } from '../src/formats/byte-source.js';
import { FormatError } from '../src/formats/format-error.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  type SafetensorsTensor,
  type TensorToWrite,
  writeSafetensors,
} from '../src/formats/safetensors.js';

const tensors = new Map<string, SafetensorsTensor>([
  ['weight', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, -0, NaN, 4, 5, 6) }],
  ['labels', { dtype: 'int32', shape: [2], data: Int32Array.of(-7, 7) }],
  ['nothing', { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) }],
  ['mask', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
]);

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-safetensors-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file of one tensor of `storage` whose data is `data`. */
function oneTensor(storage: string, length: number, data: ArrayBufferView): Uint8Array {
  const header = { x: { dtype: storage, shape: [length], data_offsets: [0, data.byteLength] } };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.byteLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + text.length);
  return file;
}

/** `source`, and the most bytes that were read at once. */
function counted(source: ByteSource): { source: ByteSource; most: () => number } {
  let most = 0;
  return {
    source: {
      ...source,
      read(offset, length) {
        most = Math.max(most, length);
        return source.read(offset, length);
      },
    },
    most: () => most,
  };
}

test('what is written tensor by tensor is what is encoded at once, and comes back from every source', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'model.safetensors');
    const given: string[] = [];
    const lazily = new Map<string, TensorToWrite>(
      [...tensors].map(([name, tensor]) => {
        const data = () => {
          given.push(name);
          return tensor.data;
        };
        return [name, { ...tensor, data }];
      }),
    );
    await writeSafetensors(path, lazily, { made: 'by a test' });
    assert.deepEqual(given, [...tensors.keys()], 'each was asked for once');
    const bytes = new Uint8Array(await readFile(path));
    assert.deepEqual(bytes, encodeSafetensors(tensors, { made: 'by a test' }));
    const sources = [
      await openFile(path),
      bytesSource(bytes, 'bytes'),
      blobSource(new Blob([bytes]), 'blob'),
    ];
    for (const source of sources) {
      const file = await openSafetensors(source);
      assert.equal(file.format, 'safetensors');
      assert.deepEqual(file.metadata, { made: 'by a test' });
      assert.deepEqual(file.entries.get('weight'), {
        dtype: 'float32',
        shape: [2, 3],
        storage: 'F32',
      });
      assert.deepEqual([...file.entries.keys()], [...tensors.keys()]);
      for (const [name, tensor] of tensors) assert.deepEqual(await file.read(name), tensor);
      await assert.rejects(file.read('weights'), /no tensor 'weights'.*did you mean 'weight'\?/);
      await file.close();
      await file.close();
      await assert.rejects(file.read('weight'), /closed already/);
    }
  }));

test('long tensors are converted piece by piece, as at once', async () => {
  const length = 5_000_011;
  const halves = Uint16Array.from({ length }, (_, i) => (i * 40503) & 0x7bff);
  const wide = BigInt64Array.from({ length: 1_100_000 }, (_, i) => BigInt(i - 500_000));
  for (const [storage, data] of [
    ['F16', halves],
    ['I64', wide],
  ] as const) {
    const bytes = oneTensor(storage, data.length, data);
    const { source, most } = counted(bytesSource(bytes, 'long'));
    const tensor = await (await openSafetensors(source)).read('x');
    assert.deepEqual(tensor, decodeSafetensors(bytes, 'long').tensors.get('x'));
    assert.ok(most() <= 2 ** 23, `read ${most()} bytes at once`);
  }
  wide[1_099_999] = 2n ** 40n;
  const file = await openSafetensors(
    bytesSource(oneTensor('I64', wide.length, wide), 'wide.safetensors'),
  );
  await assert.rejects(file.read('x'), /'x' \(I64\) holds 1099511627776 at element 1099999/);
});

test('files that are missing, no files, or cut while they are read are refused', () =>
  inFolder(async (folder) => {
    await assert.rejects(openFile(join(folder, 'none')), /none: there is no such file/);
    await assert.rejects(openFile(folder), /it is a folder/);
    const path = join(folder, 'model.safetensors');
    await writeFile(path, encodeSafetensors(tensors));
    const file = await openSafetensors(await openFile(path));
    await truncate(path, 100);
    await assert.rejects(file.read('mask'), (error) => {
      assert.ok(error instanceof FormatError);
      assert.match(error.message, /ends at byte \d+, though it had \d+ bytes/);
      return true;
    });
    await file.close();
    await assert.rejects(openSafetensors(await openFile(path)), FormatError);
  }));

test('a tensor that turns out not to fit its shape leaves no file', () =>
  inFolder(async (folder) => {
    const wrong = new Map([
      ['x', { dtype: 'float32' as const, shape: [3], data: () => new Float32Array(2) }],
    ]);
    await assert.rejects(writeSafetensors(join(folder, 'x.safetensors'), wrong), (error) => {
      assert.ok(error instanceof FormatError);
      assert.match(error.message, /^x: shape \[3\] but 2 elements/);
      return true;
    });
    assert.deepEqual(await readdir(folder), []);
  }));
