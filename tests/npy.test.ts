/** Arrays of NumPy: .npy and .npz files as NumPy 2 saves them (tests/fixtures/generate-arrays.py), and our own. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bytesSource, openFile } from '../src/formats/byte-source.js';
import { FormatError } from '../src/formats/format-error.js';
import { decodeNpy, encodeNpy, readNpy, writeNpy } from '../src/formats/npy.js';
import { encodeNpz, openNpz, writeNpz } from '../src/formats/npz.js';
import type { SafetensorsTensor } from '../src/formats/tensor-source.js';
import { zipOf } from './zip-writer.js';

const folder = fileURLToPath(new URL('../../tests/fixtures/arrays/', import.meta.url));
const bytesOf = async (file: string) => new Uint8Array(await readFile(join(folder, file)));
const expected: Record<string, { shape: number[]; values: number[] }> = JSON.parse(
  await readFile(join(folder, 'expected.json'), 'utf8'),
);

async function assertRefused(
  work: (() => unknown) | (() => Promise<unknown>),
  pattern: RegExp,
): Promise<void> {
  await assert.rejects(
    async () => work(),
    (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.match(error.message, /^.+: .+; expected .+; .+/s);
      assert.match(error.message, pattern);
      return true;
    },
  );
}

/** An .npy file with this text as its header. */
function npyOf(header: string, data: ArrayLike<number> = [], version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, start);
  bytes.set(data, start + text.length);
  return bytes;
}

const dtypes: Record<string, string> = { f: 'float32', i: 'int32', u: 'int32', b: 'bool' };

for (const [name, { shape, values }] of Object.entries(expected)) {
  test(`${name}.npy is read as NumPy reads it, at once and from a file`, async () => {
    const bytes = await bytesOf(`${name}.npy`);
    const tensor = decodeNpy(bytes, `${name}.npy`);
    assert.deepEqual(tensor.shape, shape);
    assert.deepEqual([...tensor.data], values);
    if (/^\w\d/.test(name)) {
      assert.equal(tensor.dtype, name.startsWith('u1') ? 'uint8' : dtypes[name[0]]);
    }
    const source = await openFile(join(folder, `${name}.npy`));
    assert.deepEqual(await readNpy(source), tensor);
    await source.close();
    // Where the array lies in a larger buffer must not matter.
    const pool = Buffer.alloc(bytes.length + 3);
    pool.set(bytes, 3);
    assert.deepEqual(decodeNpy(pool.subarray(3), name), tensor);
  });
}

const refused: [string, RegExp][] = [
  ['refused-object', /'\|O': Python objects, which are pickled and could run code/],
  ['refused-structure', /a structure of several fields/],
  ['refused-structure-utf8', /größe.*a structure of several fields/],
  ['refused-complex', /'<c8': complex numbers/],
  ['refused-text', /'<U3': text/],
  ['refused-bytes', /'\|S3': byte strings/],
  ['refused-date', /'<M8\[D\]': dates/],
  ['refused-raw', /'\|V3': raw bytes/],
  ['refused-wide', /'<i8' holds 1099511627776 at element 0/],
];
for (const [name, pattern] of refused) {
  test(`${name}.npy is refused by name`, async () => {
    const bytes = await bytesOf(`${name}.npy`);
    await assertRefused(() => decodeNpy(bytes, name), pattern);
    await assertRefused(() => readNpy(bytesSource(bytes, name)), pattern);
  });
}

test('long arrays of big-endian elements in the order of Fortran are read piece by piece', async () => {
  const shape = [1500, 1000];
  const length = 1_500_000;
  const data = new DataView(new ArrayBuffer(8 * length));
  for (let i = 0; i < length; i++) data.setFloat64(8 * i, i);
  const header = "{'descr': '>f8', 'fortran_order': True, 'shape': (1500, 1000), }\n";
  const tensor = await readNpy(bytesSource(npyOf(header, new Uint8Array(data.buffer)), 'long.npy'));
  assert.deepEqual(tensor.shape, shape);
  for (const [row, column] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1499, 999],
    [700, 300],
  ]) {
    assert.equal(tensor.data[row * 1000 + column], column * 1500 + row);
  }
});

test('headers in other spellings that Python allows are read', () => {
  const spellings = [
    '{"shape":(2,1),"fortran_order":False,"descr":"|u1"}',
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L), }",
    " { 'descr' : '<u1' ,\n'fortran_order' : True , 'shape' : ( 2 , 1 ) } \n",
    "{'descr': 'u1', 'fortran_order': False, 'shape': (2, 1)}",
  ];
  for (const header of spellings) {
    assert.deepEqual(decodeNpy(npyOf(header, [7, 9]), 'spelled.npy'), {
      dtype: 'uint8',
      shape: [2, 1],
      data: Uint8Array.of(7, 9),
    });
  }
});

test('damaged headers and lengths are refused', async () => {
  const refuse = (bytes: Uint8Array, pattern: RegExp) =>
    assertRefused(() => decodeNpy(bytes, 'x.npy'), pattern);
  const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
  await refuse(new Uint8Array(0), /does not begin with NumPy's mark/);
  await refuse(npyOf(good, [0, 0, 0, 0], 4), /format version 4\.0/);
  await refuse(npyOf(good, [0, 0, 0]), /an array \[1\] of '<f4' needs 4 bytes, but 3 follow/);
  await refuse(npyOf(good, [0, 0, 0, 0, 0]), /needs 4 bytes, but 5 follow/);
  await refuse(npyOf(good.replace('(1,)', '(4294967296, 4294967296)')), /needs 7\d+ bytes, but 0/);
  const huge = npyOf(good, [], 2);
  new DataView(huge.buffer).setUint32(8, 0xffffffff, true);
  await refuse(huge, /header should have 4294967295 bytes/);
  for (const header of [
    '',
    '{}',
    good.slice(1),
    good.slice(0, -1),
    `${good}x`,
    good.replace('(1,)', '(1)'),
    good.replace('(1,)', '(-1,)'),
    good.replace('(1,)', '(1.5,)'),
    good.replace('(1,)', '(1e9,)'),
    good.replace('(1,)', '(9007199254740993,)'),
    good.replace('(1,)', `(${'1,'.repeat(65)})`),
    good.replace('(1,)', '__import__("os")'),
    good.replace('False', 'false'),
    good.replace("'shape'", "'descr'"),
    good.replace("'shape'", "'shapes'"),
    good.replace(', }', ", 'more': 1}"),
  ]) {
    await refuse(npyOf(header, [0, 0, 0, 0]), /the header is '/);
  }
  await refuse(npyOf(good.replace('<f4', '<q9'), [0]), /'<q9': nothing that is known/);
  const whole = npyOf(good, [0, 0, 0, 0]);
  for (let length = 0; length < whole.length; length++) {
    await refuse(whole.subarray(0, length), /x\.npy: /);
    await assertRefused(() => readNpy(bytesSource(whole.subarray(0, length), 'x.npy')), /x\.npy: /);
  }
});

const tensors = new Map<string, SafetensorsTensor>([
  ['weight', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, -0, NaN, 4, 5, 6) }],
  ['größe/labels', { dtype: 'int32', shape: [2], data: Int32Array.of(-7, 7) }],
  ['nothing', { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) }],
  ['scalar', { dtype: 'uint8', shape: [], data: Uint8Array.of(200) }],
  ['mask', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['zeros', { dtype: 'float32', shape: [700_000], data: new Float32Array(700_000) }],
]);

test('an array is written with the bytes of numpy.save', async () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);
  const bytes = encodeNpy({ dtype: 'float32', shape: [4, 6], data });
  assert.deepEqual(bytes, await bytesOf('version-1.npy'));
  const wide = { dtype: 'float32', shape: [24], data: Float64Array.from(data) } as const;
  assert.deepEqual(encodeNpy(wide), await bytesOf('vector.npy'));
  for (const tensor of tensors.values())
    assert.deepEqual(decodeNpy(encodeNpy(tensor), 'x'), tensor);
  await assertRefused(
    () => encodeNpy({ dtype: 'float32', shape: [3], data: new Float32Array(2) }),
    /shape \[3\] but 2 elements/,
  );
});

test('files are written as they are encoded, array by array', async () => {
  const place = await mkdtemp(join(tmpdir(), 'fovea-npy-'));
  try {
    const weight = tensors.get('weight')!;
    await writeNpy(join(place, 'x.npy'), weight);
    assert.deepEqual(new Uint8Array(await readFile(join(place, 'x.npy'))), encodeNpy(weight));
    const lazily = new Map(
      [...tensors].map(([name, tensor]) => [name, { ...tensor, data: () => tensor.data }]),
    );
    for (const compress of [false, true]) {
      await writeNpz(join(place, 'x.npz'), lazily, { compress });
      const bytes = new Uint8Array(await readFile(join(place, 'x.npz')));
      assert.deepEqual(bytes, encodeNpz(tensors, { compress }));
      if (compress) assert.ok(bytes.length < 10_000, `${bytes.length} bytes of zeros`);
      const file = await openNpz(await openFile(join(place, 'x.npz')));
      assert.deepEqual([...file.entries.keys()], [...tensors.keys()]);
      for (const [name, tensor] of tensors) assert.deepEqual(await file.read(name), tensor);
      await file.close();
    }
    assert.deepEqual((await readdir(place)).sort(), ['x.npy', 'x.npz']);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});

for (const name of ['stored', 'deflated']) {
  test(`${name}.npz is read as NumPy reads it`, async () => {
    const file = await openNpz(await openFile(join(folder, `${name}.npz`)));
    assert.equal(file.format, 'npz');
    const names = [...file.entries.keys()].filter((entry) => entry !== 'zeros');
    assert.deepEqual(names, ['conv1.weight', 'labels', 'größe/bias']);
    assert.deepEqual(file.entries.get('labels'), { dtype: 'int32', shape: [5], storage: '<i8' });
    const weight = await file.read('conv1.weight');
    assert.deepEqual(weight.shape, [2, 3, 4]);
    assert.deepEqual(
      [...weight.data],
      Array.from({ length: 24 }, (_, i) => i),
    );
    assert.deepEqual([...(await file.read('labels')).data], [0, 1, 2, 3, 4]);
    assert.deepEqual([...(await file.read('größe/bias')).data], [0.5, -2]);
    if (name === 'deflated') assert.equal((await file.read('zeros')).data.length, 100_000);
    await assertRefused(() => file.read('label'), /no tensor 'label'.*did you mean 'labels'\?/);
    await file.close();
  });
}

test('an archive with an array of objects, or a damaged one, is refused by the name of the array', async () => {
  const objects = await bytesOf('object.npz');
  await assertRefused(() => openNpz(bytesSource(objects, 'o.npz')), /o\.npz, array 'bad': .*'\|O'/);
  const array = encodeNpy(tensors.get('weight')!);
  const open = (data: Uint8Array, crc?: number) =>
    openNpz(
      bytesSource(zipOf([{ name: 'a.npy', data, method: 8, says: crc ? { crc } : {} }]), 'd.npz'),
    );
  await assertRefused(() => open(array.subarray(0, 140)), /'a': an array \[2, 3\] .*but 12 follow/);
  await assertRefused(() => open(array.subarray(0, 60)), /'a': the header ends at byte 128/);
  await assertRefused(() => open(array.subarray(0, 5)), /'a': .*NumPy's mark/);
  const damaged = await open(array, 77);
  await assertRefused(() => damaged.read('a'), /entry 'a\.npy' does not have its checksum/);
});

test('the arrays of an archive cannot be longer than it can say', async () => {
  const long = { dtype: 'float32', shape: [2 ** 30], data: () => new Float32Array(0) } as const;
  await assertRefused(
    () => writeNpz('never.npz', new Map([['a', long]])),
    /write them as safetensors/,
  );
});

const data = process.env.FOVEA_DATA;
test('real files of NumPy are read', { skip: !data && 'FOVEA_DATA is not set' }, async () => {
  const place = join(data!, 'format-fixtures', 'npy');
  const ramp = Array.from({ length: 10 }, (_, i) => i);
  const array = decodeNpy(await readFile(join(place, 'test.npy')), 'test.npy');
  assert.deepEqual([array.dtype, array.shape, [...array.data]], ['int32', [10], ramp]);
  const file = await openNpz(await openFile(join(place, 'test.npz')));
  assert.deepEqual([...file.entries.keys()], ['x', 'x_plus_one']);
  assert.deepEqual([...(await file.read('x')).data], ramp);
  assert.deepEqual(
    [...(await file.read('x_plus_one')).data],
    ramp.map((value) => value + 1),
  );
  await file.close();
});
