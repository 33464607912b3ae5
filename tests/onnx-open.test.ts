/** ONNX files opened by their path: large tensors where they lie, values beside the file, nothing from elsewhere. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bytesSource } from '../src/formats/byte-source.js';
import { loadOnnx, openOnnx, openOnnxFile, readOnnx } from '../src/formats/index.js';
import { compactModel } from '../src/formats/onnx/compact-model.js';
import { tensor } from '../src/index.js';
import { type ModelToWrite, type TensorToWrite, writeModel } from './onnx-writer.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-onnx-'));
  await mkdir(join(folder, 'model', 'data'), { recursive: true });
});
after(() => rm(folder, { recursive: true }));

const x = tensor([1, 2], [2]);

/** y = x + w */
const adding = (w: Omit<TensorToWrite, 'dims'>): ModelToWrite => ({
  nodes: [{ operator: 'Add', inputs: ['x', 'w'] }],
  inputs: { x: ['float32', 2] },
  initializers: [{ name: 'w', dims: [2], ...w }],
});

async function opened(name: string, model: ModelToWrite) {
  const path = join(folder, 'model', name);
  await writeFile(path, writeModel(model));
  return openOnnx(path);
}

const bytesOf = (...values: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);

describe('values in files beside the model', () => {
  before(async () => {
    await writeFile(join(folder, 'model', 'data', 'weights.bin'), bytesOf(9, 9, 3, 4, 9));
    await writeFile(join(folder, 'secret.bin'), bytesOf(1, 2, 3, 4));
    await symlink(join(folder, 'secret.bin'), join(folder, 'model', 'link.bin'));
    await symlink(folder, join(folder, 'model', 'up'));
    await symlink(
      join(folder, 'model', 'data', 'weights.bin'),
      join(folder, 'model', 'inside.bin'),
    );
  });

  test('are read at their place', async () => {
    const place = { location: 'data/weights.bin', offset: '8', length: '8' };
    const model = await opened('a.onnx', adding({ external: place }));
    assert.deepEqual([...model.call({ x }).y.data()], [4, 6]);
    assert.deepEqual(Object.keys(model.stateDict()), ['w']);
  });

  test('may leave out place and length, and lie behind a link within the folder', async () => {
    const model = await opened('b.onnx', adding({ external: { location: 'inside.bin' } }));
    assert.deepEqual([...model.call({ x }).y.data()], [10, 11]);
  });

  for (const location of [
    '../secret.bin',
    'data/../../secret.bin',
    '..\\secret.bin',
    '/etc/hostname',
    'C:/secret.bin',
    'C:secret.bin',
    '\\\\server\\secret.bin',
    'data/\0weights.bin',
  ]) {
    test(`${JSON.stringify(location)} is not opened`, async () => {
      await assert.rejects(opened('c.onnx', adding({ external: { location } })), {
        name: 'FormatError',
        message: /c\.onnx: values are in the file .* path that may leave the model's folder/,
      });
    });
  }

  for (const location of ['link.bin', 'up/secret.bin']) {
    test(`${location}, a link that leads out of the folder, is not followed`, async () => {
      await assert.rejects(opened('d.onnx', adding({ external: { location } })), {
        name: 'FormatError',
        message: /which is a link to a place outside the model's folder/,
      });
    });
  }

  const wrong: [string, Record<string, string>, RegExp][] = [
    ['no such file', { location: 'none.bin' }, /"none.bin", which cannot be found/],
    ['a folder', { location: 'data' }, /it is a folder; expected a file/],
    [
      'a place behind the end',
      { location: 'data/weights.bin', offset: '16' },
      /tensor 'w' should be 8 bytes from byte 16 on in "data\/weights.bin", which has 20/,
    ],
    [
      'another length',
      { location: 'data/weights.bin', length: '12' },
      /holds 12 bytes; expected 8/,
    ],
    ['a negative offset', { location: 'x', offset: '-4' }, /the offset of tensor 'w' .* is "-4"/],
    ['an offset in hex', { location: 'x', offset: '0x10' }, /is "0x10"; expected a whole number/],
  ];
  for (const [what, external, message] of wrong) {
    test(`${what}: an error that says so`, async () => {
      await assert.rejects(opened('e.onnx', adding({ external })), {
        name: 'FormatError',
        message,
      });
    });
  }

  test('are opened by whoever has the files where there is no path', async () => {
    const bytes = writeModel(adding({ external: { location: 'w.bin' } }));
    const asked: string[] = [];
    const openExternal = async (location: string) => {
      asked.push(location);
      return bytesSource(bytesOf(5, 6), location);
    };
    const model = await openOnnx(bytesSource(bytes, 'm.onnx'), { openExternal });
    assert.deepEqual([[...model.call({ x }).y.data()], asked], [[6, 8], ['w.bin']]);
    await assert.rejects(openOnnx(bytesSource(bytes, 'm.onnx')), {
      message: /"w.bin".*openExternal/,
    });
    const outside = writeModel(adding({ external: { location: '../w.bin' } }));
    await assert.rejects(openOnnx(bytesSource(outside, 'm.onnx'), { openExternal }), {
      message: /may leave the model's folder/,
    });
  });
});

describe('large tensors', () => {
  const size = 30_000;
  const values = Array.from({ length: size }, (_, i) => Math.fround(Math.sin(i)));
  const large: ModelToWrite = {
    nodes: [
      {
        operator: 'Constant',
        outputs: ['c'],
        attributes: { value: { tensor: { dims: [size], values } } },
      },
      { operator: 'Add', inputs: ['x', 'raw'], outputs: ['a'] },
      { operator: 'Add', inputs: ['a', 'list'], outputs: ['b'] },
      { operator: 'Add', inputs: ['b', 'c'] },
    ],
    inputs: { x: ['float32', size] },
    initializers: [
      { name: 'raw', dims: [size], raw: bytesOf(...values) },
      { name: 'list', dims: [size], values },
      { name: 'doubles', type: 'float64', dims: [size], values },
      { name: 'longs', type: 'int64', dims: [3], values: [1, 2, 3] },
    ],
  };

  test('are read one by one, and are the same as read at once', async () => {
    const bytes = writeModel(large);
    const compact = await compactModel(bytesSource(bytes, 'm.onnx'));
    assert.ok(compact.length < 1000, `${compact.length} bytes without the values`);
    const file = await openOnnxFile(bytesSource(bytes, 'm.onnx'));
    assert.deepEqual(file, readOnnx(bytes, 'm.onnx'));
    const input = tensor(new Float32Array(size), [size]);
    const [one, other] = [
      await openOnnx(bytesSource(bytes, 'm.onnx')),
      loadOnnx(bytes, 'm.onnx'),
    ].map((model) => model.call({ x: input }).y.data());
    assert.deepEqual(one, other);
  });

  test('of a file that is cut off anywhere are an error that says so', async () => {
    const bytes = writeModel(large);
    for (let length = 0; length < bytes.length; length += 997) {
      await assert.rejects(openOnnx(bytesSource(bytes.subarray(0, length), 'cut.onnx')), {
        name: 'FormatError',
        message: /^cut\.onnx: /,
      });
    }
  });
});
