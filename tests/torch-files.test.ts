/** PyTorch files of both layouts, compared with what torch.load finds in them (tests/fixtures/torch/generate.py). */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ByteSource, bytesSource, openFile } from '../src/formats/byte-source.js';
import { crc32 } from '../src/formats/crc32.js';
import { FormatError } from '../src/formats/format-error.js';
import { decodeSafetensors } from '../src/formats/safetensors.js';
import { openTorch, readTorch, TorchTensor, type TorchValue } from '../src/formats/torch/index.js';
import { openWeights } from '../src/formats/weights-file.js';
import {
  floats,
  int,
  item,
  joinParts,
  named,
  oldFile,
  oldTensorFile,
  tensor,
  text,
  tuple,
  zipFile,
} from './pickle-writer.js';
import { readFixture, readFixtureBytes } from './torch-values.js';

interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly first: readonly (number | boolean | string)[];
  readonly sum: number | string;
  /** Of the elements as float32, int32 or bytes. */
  readonly crc32: number;
}

interface Contents {
  readonly tensors: Readonly<Record<string, Described>>;
  readonly texts: Readonly<Record<string, unknown>>;
}

const expected = readFixture<Record<string, Contents | string>>('torch/expected.json');
const contentsOf = (name: string): Contents => {
  const contents = expected[name];
  return typeof contents === 'string' ? contentsOf(contents) : contents;
};
const fixturePath = (name: string) =>
  fileURLToPath(new URL(`../../tests/fixtures/torch/${name}`, import.meta.url));

const data = process.env.FOVEA_DATA;
const shared = path.join(data ?? '', 'format-fixtures/torch');

const sourceOf = (bytes: Uint8Array): ByteSource => bytesSource(bytes, 'file.pt');
const open = (bytes: Uint8Array) => openTorch(sourceOf(bytes));
const value = (bytes: Uint8Array): Promise<TorchValue> => readTorch(sourceOf(bytes));

/** `None` of Python and what `pattern` says, in an error for a file. */
function refusedAs(pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, /: .+; expected .+; .+/s);
    assert.match(error.message, pattern);
    return true;
  };
}

async function assertContents(filePath: string, { tensors, texts }: Contents): Promise<void> {
  const source = await openTorch(await openFile(filePath));
  assert.equal(source.format, 'torch');
  assert.deepEqual([...source.entries.keys()], Object.keys(tensors));
  for (const [name, wanted] of Object.entries(tensors)) {
    const entry = source.entries.get(name);
    const { dtype, shape, data } = await source.read(name);
    assert.deepEqual([entry?.dtype, entry?.shape], [wanted.dtype, wanted.shape], name);
    assert.deepEqual([dtype, shape], [wanted.dtype, wanted.shape], name);
    assert.deepEqual([...data.slice(0, 4)], wanted.first.map(Number), name);
    let sum = 0;
    for (const x of data) sum += x;
    const error = Math.abs(sum - Number(wanted.sum));
    assert.ok(Object.is(sum, Number(wanted.sum)) || error <= 1e-9 * Math.abs(sum) + 1e-9, name);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    assert.equal(crc32(bytes), wanted.crc32, `${name}: bit for bit`);
  }
  const wanted = Object.entries(texts).map(([key, value]) => [key, String(value)]);
  assert.deepEqual({ ...source.metadata }, Object.fromEntries(wanted));
  await source.close();
  const filled = Object.entries(tensors).find(([, { shape }]) => !shape.includes(0));
  if (filled) await assert.rejects(source.read(filled[0]), FormatError, 'it is closed');
}

for (const name of Object.keys(expected)) {
  const own = existsSync(fixturePath(name));
  const filePath = own ? fixturePath(name) : path.join(shared, name);
  test(`${name} holds what torch.load finds in it`, { skip: !existsSync(filePath) }, () =>
    assertContents(filePath, contentsOf(name)),
  );
}

const refusedFiles: readonly [string, RegExp][] = [
  [
    'refused-model.pt',
    /torch\.nn\.modules\.linear\.Linear.+a whole model.+byte 2 .+state_dict\(\)/,
  ],
  [
    'refused-quantised.pt',
    /_rebuild_qtensor.+a quantised tensor.+byte 18 of data\.pkl.+dequantize/,
  ],
  ['refused-sparse.pt', /_rebuild_sparse_tensor.+a sparse tensor.+to_dense\(\)/],
  ['refused-storage.pt', /a class or a storage lies among the values/],
  ['refused-cycle.pt', /container 'self' contains itself/],
  ['refused-torchscript.pt', /TorchScript program.+never runs code/],
];
for (const [name, pattern] of refusedFiles) {
  test(`${name} is refused, and the error says why`, () =>
    assert.rejects(open(readFixtureBytes(`torch/${name}`)), refusedAs(pattern)));
}

test('an integer beyond 32 bits is refused when its tensor is read', async () => {
  const source = await open(readFixtureBytes('torch/refused-large-integer.pt'));
  assert.deepEqual(source.entries.get('weight')?.shape, [2]);
  const refused = refusedAs(/tensor 'weight' \(I64\).+2147483648 at element 1/);
  await assert.rejects(source.read('weight'), refused);
});

test('readTorch gives the values of Python', async () => {
  const read = await value(readFixtureBytes('torch/zip.pt'));
  assert.ok(read instanceof Map);
  const kept: Readonly<Record<string, TorchValue>> = {
    epoch: 90,
    best: 91.73,
    nothing: null,
    yes: true,
    no: false,
    large: 2 ** 40,
    larger: -(2n ** 70n),
    text: 'Grüße, 世界 🙂',
    bytes: Uint8Array.from({ length: 256 }, (_, i) => i),
    bytearray: Uint8Array.of(97, 98),
    no_bytes: new Uint8Array(0),
    size: [2, 3],
    device: 'cpu',
    cuda: 'cuda:1',
    dtype: 'torch.float16',
    set: new Set(['only']),
    frozenset: new Set([5]),
    ordered: new Map([
      ['z', 1],
      ['a', 2],
    ]),
    counter: new Map([
      [30, 1],
      [60, 2],
    ]),
    default: new Map([['k', [1]]]),
  };
  for (const [key, wanted] of Object.entries(kept)) assert.deepEqual(read.get(key), wanted, key);
  assert.deepEqual([...(read.get('ordered') as Map<string, number>).keys()], ['z', 'a']);
  const list = read.get('list') as readonly TorchValue[];
  assert.ok(!Object.isFrozen(list) && Object.isFrozen(read.get('tuple')), 'only tuples are frozen');
  assert.equal(list[0], 1);
  assert.deepEqual(list[2], []);
  const momentum = (read.get(7) as Map<string, TorchTensor>).get('momentum');
  assert.deepEqual([...((await momentum?.read())?.data ?? [])], [0.5]);
});

test('tensors tell of their views; those of one storage share it', async () => {
  const read = (await value(readFixtureBytes('torch/old.pt'))) as Map<string, TorchValue>;
  const [whole, part, folded] = read.get('shared') as readonly TorchTensor[];
  assert.ok(whole instanceof TorchTensor);
  assert.equal(whole.storage, part.storage);
  assert.equal(whole.storage, folded.storage);
  assert.deepEqual([part.storageOffset, part.shape, part.stride], [3, [3], [1]]);
  assert.deepEqual([folded.shape, folded.stride, folded.dtype], [[3, 4], [4, 1], 'int32']);
  assert.equal((read.get('parameter') as TorchTensor).requiresGrad, false);
  const views = read.get('views') as Map<string, TorchTensor>;
  assert.deepEqual(views.get('transposed')?.stride, [1, 6]);
});

test('a state dict with DataParallel names equals its safetensors bit for bit', {
  skip: !data,
}, async () => {
  const folder = path.join(data ?? '', 'resnet20-cifar10');
  const source = await openTorch(await openFile(path.join(folder, 'resnet20-12fca82f.th')));
  const safetensors = path.join(folder, 'resnet20-12fca82f.safetensors');
  const file = await openFile(safetensors);
  const { tensors } = decodeSafetensors(await file.read(0, file.size), safetensors);
  await file.close();
  const prefix = 'state_dict.module.';
  const names = [...source.entries.keys()];
  assert.ok(names.every((name) => name.startsWith(prefix)));
  const found = new Map(names.map((name) => [name.slice(prefix.length), name]));
  for (const [name, wanted] of tensors) {
    const { shape, data: elements } = await source.read(found.get(name) ?? name);
    assert.deepEqual(shape, wanted.shape, name);
    const bits = (array: ArrayBufferView) =>
      Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    assert.ok(bits(elements).equals(bits(wanted.data)), name);
  }
  assert.equal(tensors.size, names.length);
  assert.match(source.metadata.best_prec1, /^9[12]\./);
  await source.close();
});

test('a file that is broken says so at its first byte', { skip: !data }, async () => {
  const source = await openFile(path.join(shared, 'broken.pt'));
  await assert.rejects(
    openTorch(source),
    refusedAs(/the 3 bytes begin neither like a zip archive nor.+byte 0/),
  );
  await source.close();
});

test('a name that is not there is told with its neighbours', async () => {
  const source = await open(readFixtureBytes('torch/tensor.pt'));
  await assert.rejects(source.read('tenser'), refusedAs(/no tensor 'tenser'.+'tensor'/));
});

test('openWeights tells files of every layout by their content', async () => {
  for (const name of ['zip.pt', 'old.pt', 'plain-protocol-0.pt', 'plain-protocol-1-old.pt']) {
    const source = await openWeights(sourceOf(readFixtureBytes(`torch/${name}`)));
    assert.equal(source.format, 'torch', name);
  }
  const tar = joinParts(new Uint8Array(257), 'ustar', new Uint8Array(250));
  await assert.rejects(openWeights(sourceOf(tar)), refusedAs(/tar archive of PyTorch's first/));
});

test('packed storages are read as well, whole and in part', async () => {
  const list = joinParts(
    '](',
    tensor(),
    tensor({ offset: 1, shape: [2] }),
    tensor({ shape: [2, 2], stride: [1, 2] }),
    'e',
  );
  const bytes = zipFile(list, { level: 6, entries: { 'data/0': floats(1, 2, 3, 4) } });
  const source = await open(bytes);
  assert.deepEqual([...(await source.read('0')).data], [1, 2, 3, 4]);
  assert.deepEqual([...(await source.read('1')).data], [2, 3]);
  assert.deepEqual([...(await source.read('2')).data], [1, 3, 2, 4]);
});

test('dtypes that PyTorch got later lie in untyped storages', async () => {
  const options = { type: 'UntypedStorage', elements: 4, rebuild: '_rebuild_tensor_v3' };
  const later = (dtype: string, shape: number[]) =>
    tensor({ ...options, shape, more: [named('torch', dtype)] });
  const list = joinParts('](', later('uint16', [2]), later('float8_e5m2', [4]), 'e');
  const source = await open(
    zipFile(list, { entries: { 'data/0': Uint8Array.of(60, 255, 0, 188) } }),
  );
  assert.deepEqual([...(await source.read('0')).data], [65340, 48128]);
  const { dtype, data: elements } = await source.read('1');
  assert.equal(dtype, 'float32');
  assert.deepEqual([...elements], [1, NaN, 0, -1]);
  assert.equal(source.entries.get('1')?.storage, 'F8_E5M2');
});

test('parts of storages, as files of the first versions have them', async () => {
  const part = tuple(text('1'), int(1), int(2));
  const source = await open(oldTensorFile({ shape: [2], rest: [part] }));
  assert.deepEqual([...(await source.read('tensor')).data], [2, 3]);
});

test('texts of Python 2 are keys like others', async () => {
  const file = oldFile(joinParts('}U', 1, 'a', tensor(), 's'), {
    storages: [['0', 4, floats(1, 2, 3, 4)]],
  });
  assert.deepEqual([...(await open(file)).entries.keys()], ['a']);
  assert.deepEqual(await value(oldFile("S'it\\'s \\xc3\\xa4\\n'\n")), "it's ä\n");
});

test('names cannot reach what objects inherit', async () => {
  const source = await open(oldFile(item('__proto__', item('constructor', int(5)))));
  assert.equal(source.metadata['__proto__.constructor'], '5');
  assert.equal(Object.getPrototypeOf(source.metadata), Object.prototype);
});

test('two tensors of one name are refused', async () => {
  const both = joinParts('}(', text('a.b'), tensor(), text('a'), item('b', tensor()), 'u');
  const file = oldFile(both, { storages: [['0', 4, floats(1, 2, 3, 4)]] });
  await assert.rejects(open(file), refusedAs(/two tensors would be called 'a\.b'/));
});

test('what is converted or turned is read in pieces, so that it needs no second copy', async () => {
  const rows = 1500;
  const columns = 2000;
  const bytes = new Uint8Array(rows * columns * 8);
  const words = new BigInt64Array(bytes.buffer);
  for (let i = 0; i < words.length; i++) words[i] = BigInt(i);
  const elements = rows * columns;
  const options = { type: 'LongStorage', elements };
  const list = joinParts(
    '](',
    tensor({ ...options, shape: [elements] }),
    tensor({ ...options, shape: [columns, rows], stride: [1, columns] }),
    'e',
  );
  // The file as it would be with its storage, whose bytes need not be joined to it.
  const head = oldFile(list, { storages: [['0', elements, new Uint8Array(0)]] });
  let longest = 0;
  const source: ByteSource = {
    name: 'large.pt',
    size: head.length + bytes.length,
    async read(offset, length) {
      longest = Math.max(longest, length);
      const result = new Uint8Array(length);
      result.set(head.subarray(offset, offset + length));
      const from = Math.max(0, offset - head.length);
      const before = Math.max(0, head.length - offset);
      if (before < length) result.set(bytes.subarray(from, from + length - before), before);
      return result;
    },
    async close() {},
  };
  const file = await openTorch(source);
  const flat = (await file.read('0')).data;
  const turned = (await file.read('1')).data;
  assert.ok(longest <= 2 ** 23, `at most 8 MB at once, not ${longest}`);
  for (let i = 0; i < elements; i += 977) {
    assert.equal(flat[i], i);
    assert.equal(turned[i], (i % rows) * columns + Math.floor(i / rows));
  }
});
