/** Safetensors: round trips, every stored type, and every way in which a file can be wrong. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../src/formats/format-error.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsTensor,
} from '../src/formats/safetensors.js';

/** A file with `header` (text, or JSON of a value) and `data`, exactly as given. */
function fileOf(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const bytes = new TextEncoder().encode(text);
  const file = new Uint8Array(8 + bytes.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(bytes.length), true);
  file.set(bytes, 8);
  file.set(data, 8 + bytes.length);
  return file;
}

function oneTensor(dtype: string, shape: number[], array: ArrayBufferView): Uint8Array {
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return fileOf({ x: { dtype, shape, data_offsets: [0, data.length] } }, data);
}

function decodeOne(dtype: string, array: ArrayBufferView, length: number): SafetensorsTensor {
  const tensor = decodeSafetensors(oneTensor(dtype, [length], array), 'one').tensors.get('x');
  assert.ok(tensor);
  return tensor;
}

function assertRefused(bytes: Uint8Array, pattern: RegExp): void {
  assert.throws(
    () => decodeSafetensors(bytes, 'weights.safetensors'),
    (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.match(error.message, /^weights\.safetensors: .+; expected .+; .+/);
      assert.match(error.message, pattern);
      return true;
    },
  );
}

const record = (begin: number, end: number, dtype = 'U8') => ({
  dtype,
  shape: [end - begin],
  data_offsets: [begin, end],
});

test('a file comes back as it was written', () => {
  const tensors = new Map<string, SafetensorsTensor>([
    ['mask', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
    [
      'conv1.weight',
      { dtype: 'float32', shape: [2, 1, 2], data: Float32Array.of(1, -0, NaN, 3e38) },
    ],
    ['labels', { dtype: 'int32', shape: [2], data: Int32Array.of(-2147483648, 7) }],
    ['pixels', { dtype: 'uint8', shape: [1, 2], data: Uint8Array.of(0, 255) }],
    ['scalar', { dtype: 'float32', shape: [], data: Float32Array.of(0.1) }],
    ['nothing', { dtype: 'float32', shape: [0, 3], data: new Float32Array(0) }],
    ['__proto__', { dtype: 'uint8', shape: [1], data: Uint8Array.of(9) }],
  ]);
  const metadata = { classes: 'Null – neun "9"', __proto__x: '1' };
  const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata), 'round trip');
  assert.deepEqual(decoded.metadata, metadata);
  assert.deepEqual(Object.fromEntries(decoded.tensors), Object.fromEntries(tensors));
});

test('the layout is the one of the specification', () => {
  const bytes = encodeSafetensors(
    new Map<string, SafetensorsTensor>([
      ['byte', { dtype: 'uint8', shape: [1], data: Uint8Array.of(5) }],
      ['word', { dtype: 'float32', shape: [1], data: Float32Array.of(1) }],
    ]),
  );
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assert.equal(length % 8, 0);
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  assert.match(header, /^\{.*\} *$/);
  assert.deepEqual(JSON.parse(header), {
    word: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    byte: { dtype: 'U8', shape: [1], data_offsets: [4, 5] },
  });
  assert.deepEqual([...bytes.subarray(8 + length)], [0, 0, 128, 63, 5]);
});

test('float64 host data is stored as float32', () => {
  const data = Float64Array.of(0.1, 1e300);
  const bytes = encodeSafetensors(new Map([['x', { dtype: 'float32', shape: [2], data }]]));
  const tensor = decodeSafetensors(bytes, 'wide').tensors.get('x');
  assert.deepEqual(tensor?.data, Float32Array.of(0.1, Infinity));
});

test('bytes that start inside a larger buffer are read, and not kept', () => {
  const bytes = encodeSafetensors(
    new Map([['x', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }]]),
  );
  const pool = Buffer.alloc(bytes.length + 6);
  pool.set(bytes, 3);
  const tensor = decodeSafetensors(pool.subarray(3, 3 + bytes.length), 'pool').tensors.get('x');
  pool.fill(0);
  assert.deepEqual(tensor?.data, Float32Array.of(1, 2));
});

test('the order of the keys in the header does not matter', () => {
  const file = fileOf({ b: record(1, 3), a: record(0, 1) }, [1, 2, 3]);
  const { tensors } = decodeSafetensors(file, 'order');
  assert.deepEqual([...tensors.keys()], ['a', 'b']);
  assert.deepEqual(tensors.get('b')?.data, Uint8Array.of(2, 3));
});

test('half floats become float32', () => {
  const bits = Uint16Array.of(
    0x3c00,
    0xc000,
    0x7bff,
    0x0400,
    0x0001,
    0x8000,
    0x7c00,
    0xfc00,
    0x3555,
  );
  assert.deepEqual(
    decodeOne('F16', bits, 9).data,
    Float32Array.of(1, -2, 65504, 2 ** -14, 2 ** -24, -0, Infinity, -Infinity, 0.333251953125),
  );
  assert.ok(Number.isNaN(decodeOne('F16', Uint16Array.of(0x7e00), 1).data[0]));
  assert.deepEqual(
    decodeOne('BF16', Uint16Array.of(0x3f80, 0xc049, 0x7f80, 0x8000), 4).data,
    Float32Array.of(1, -3.140625, Infinity, -0),
  );
});

test('numbers of 8 bits become float32', () => {
  const numbers: [string, number[], number[]][] = [
    [
      'F8_E4M3',
      [0, 0x80, 0x01, 0x07, 0x08, 0x38, 0xb9, 0x7e, 0x7f, 0xff],
      [0, -0, 2 ** -9, 7 * 2 ** -9, 2 ** -6, 1, -1.125, 448, NaN, NaN],
    ],
    [
      'F8_E5M2',
      [0, 0x80, 0x01, 0x04, 0x3c, 0xbd, 0x7b, 0x7c, 0xfc, 0x7d, 0xff],
      [0, -0, 2 ** -16, 2 ** -14, 1, -1.25, 57344, Infinity, -Infinity, NaN, NaN],
    ],
    [
      'F8_E4M3FNUZ',
      [0, 0x01, 0x08, 0x40, 0xc1, 0x7f, 0xff, 0x80],
      [0, 2 ** -10, 2 ** -7, 1, -1.125, 240, -240, NaN],
    ],
    [
      'F8_E5M2FNUZ',
      [0, 0x01, 0x04, 0x40, 0xc1, 0x7f, 0xff, 0x80],
      [0, 2 ** -17, 2 ** -15, 1, -1.25, 57344, -57344, NaN],
    ],
    ['F8_E8M0', [0, 1, 0x7f, 0x80, 0xfe, 0xff], [2 ** -127, 2 ** -126, 1, 2, 2 ** 127, NaN]],
  ];
  for (const [dtype, bytes, values] of numbers) {
    const tensor = decodeOne(dtype, Uint8Array.from(bytes), bytes.length);
    assert.deepEqual(tensor, {
      dtype: 'float32',
      shape: [bytes.length],
      data: Float32Array.from(values),
    });
  }
});

test('wide and narrow numbers become float32 and int32', () => {
  assert.deepEqual(decodeOne('F64', Float64Array.of(0.1, -2), 2).data, Float32Array.of(0.1, -2));
  assert.deepEqual(decodeOne('I64', BigInt64Array.of(-5n, 2147483647n), 2), {
    dtype: 'int32',
    shape: [2],
    data: Int32Array.of(-5, 2147483647),
  });
  assert.deepEqual(decodeOne('U64', BigUint64Array.of(5n), 1).data, Int32Array.of(5));
  assert.deepEqual(decodeOne('U32', Uint32Array.of(5), 1).data, Int32Array.of(5));
  assert.deepEqual(decodeOne('I16', Int16Array.of(-5), 1).data, Int32Array.of(-5));
  assert.deepEqual(decodeOne('U16', Uint16Array.of(65535), 1).data, Int32Array.of(65535));
  assert.deepEqual(decodeOne('I8', Int8Array.of(-5), 1).data, Int32Array.of(-5));
});

test('integers that do not fit and booleans that are neither are refused', () => {
  assertRefused(
    oneTensor('I64', [2], BigInt64Array.of(0n, 2147483648n)),
    /'x'.*2147483648 at element 1/,
  );
  assertRefused(oneTensor('I64', [1], BigInt64Array.of(-2147483649n)), /-2147483649 at element 0/);
  assertRefused(oneTensor('U64', [1], BigUint64Array.of(2n ** 63n)), /9223372036854775808/);
  assertRefused(oneTensor('U32', [1], Uint32Array.of(2 ** 31)), /2147483648 at element 0/);
  assertRefused(oneTensor('BOOL', [2], Uint8Array.of(1, 2)), /the byte 2 at element 1/);
});

test('a wrong header length is refused', () => {
  assertRefused(new Uint8Array(0), /0 bytes.*at least 10/);
  assertRefused(new Uint8Array(9), /9 bytes.*at least 10/);
  const long = fileOf({});
  long[0] = 3;
  assertRefused(long, /header should have 3 bytes.*2 to 2 bytes/);
  const huge = fileOf({});
  huge[7] = 0xff;
  assertRefused(huge, /header should have 18374686479671624000 bytes/);
  const none = fileOf({});
  none[0] = 0;
  assertRefused(none, /header should have 0 bytes/);
  assertRefused(fileOf('[]'), /begins with byte 0x5b/);
  assertRefused(fileOf(' {}'), /begins with byte 0x20/);
  const zip = new Uint8Array(100);
  zip.set([0x50, 0x4b, 3, 4]);
  assertRefused(zip, /zip archive, perhaps a PyTorch checkpoint/);
});

test('a header that is not proper JSON is refused', () => {
  assertRefused(fileOf('{"x":'), /not JSON/);
  assertRefused(fileOf('{"x" "y"}'), /not JSON/);
  assertRefused(fileOf('{"\\x": 1}'), /not JSON/);
  assertRefused(fileOf('{}x'), /not JSON/);
  const wrong = fileOf('{"x":1}');
  wrong[10] = 0xff;
  assertRefused(wrong, /not valid UTF-8/);
  assertRefused(fileOf(`{"x":${'['.repeat(5000)}`), /deeper than 3 levels/);
  assertRefused(fileOf(`{"x":{"shape":[[1]]}}`), /deeper than 3 levels/);
});

test('repeated names are refused, however they are spelled', () => {
  const one = JSON.stringify(record(0, 0));
  assertRefused(fileOf(`{"x":${one},"x":${one}}`), /'x' twice/);
  assertRefused(fileOf(`{"x":${one},"\\u0078" :${one}}`), /'x' twice/);
  assertRefused(fileOf('{"x":{"dtype":"U8","dtype":"I8"}}'), /'dtype' twice/);
  const text =
    '{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"__metadata__":{"x":"{[\\"x\\":"}}';
  assert.equal(decodeSafetensors(fileOf(text), 'once').metadata.x, '{["x":');
});

test('records with missing or wrong fields are refused', () => {
  assertRefused(fileOf({ x: 1 }), /'x' has no record/);
  assertRefused(fileOf({ x: { shape: [], data_offsets: [0, 0] } }), /'x' has no dtype/);
  assertRefused(fileOf({ x: { ...record(0, 0), dtype: 'F7' } }), /'F7'; expected one of F64/);
  assertRefused(fileOf({ x: { ...record(0, 0), dtype: 'C64' } }), /'C64', which are complex/);
  assertRefused(
    fileOf({ x: { ...record(0, 0), dtype: 'F4' } }),
    /'F4', whose elements are smaller/,
  );
  assertRefused(fileOf({ x: { ...record(0, 0), dtype: 'constructor' } }), /'constructor'/);
  for (const shape of [undefined, 3, [-1], [0.5], ['2'], [2 ** 60]]) {
    assertRefused(fileOf({ x: { ...record(0, 0), shape } }), /'x' has no shape/);
  }
  for (const data_offsets of [undefined, [0], [0, 1, 2], [1, 0], [-1, 0], [0, 1.5], ['0', '1']]) {
    assertRefused(fileOf({ x: { ...record(0, 0), data_offsets } }), /'x' has no data_offsets/);
  }
  assertRefused(
    fileOf({ x: { ...record(0, 3), shape: [2] } }, [1, 2, 3]),
    /has 3 bytes.*2 bytes for/,
  );
  const huge = { dtype: 'F32', shape: [2 ** 52, 2 ** 52, 0], data_offsets: [0, 0] };
  assert.equal(decodeSafetensors(fileOf({ huge }), 'empty').tensors.get('huge')?.data.length, 0);
  assertRefused(fileOf({ huge: { ...huge, shape: [2 ** 52, 2 ** 52] } }), /has 0 bytes of data/);
});

test('data that overlaps, leaves holes or does not match the file is refused', () => {
  assertRefused(
    fileOf({ a: record(0, 2), b: record(1, 3) }, [1, 2, 3]),
    /'b'.*overlaps tensor 'a'/,
  );
  assertRefused(fileOf({ a: record(0, 2), b: record(0, 2) }, [1, 2]), /'b'.*overlaps tensor 'a'/);
  assertRefused(
    fileOf({ a: record(0, 1), b: record(2, 3) }, [1, 2, 3]),
    /'b'.*a hole after tensor 'a'/,
  );
  assertRefused(fileOf({ a: record(1, 2) }, [1, 2]), /a hole after the header/);
  assertRefused(fileOf({ a: record(0, 3) }, [1, 2]), /'a' ends at data byte 3.*at most 2/);
  assertRefused(fileOf({ a: record(0, 1) }, [1, 2]), /1 bytes follow tensor 'a'/);
  assertRefused(fileOf({}, [1]), /1 bytes follow the header/);
  assert.equal(decodeSafetensors(fileOf({}), 'empty').tensors.size, 0);
});

test('every truncation of a real file is refused', () => {
  const data = Float32Array.of(1, 2, 3);
  const bytes = encodeSafetensors(new Map([['x', { dtype: 'float32', shape: [3], data }]]));
  for (let length = 0; length < bytes.length; length++) {
    assertRefused(bytes.subarray(0, length), /cut off|save it again/);
  }
});

test('metadata must be text', () => {
  assertRefused(fileOf({ __metadata__: [] }), /__metadata__ is not an object/);
  assertRefused(fileOf({ __metadata__: null }), /__metadata__ is not an object/);
  assertRefused(fileOf({ __metadata__: { epoch: 3 } }), /__metadata__ 'epoch' is not text/);
});

test('what cannot be written is refused', () => {
  const write = (name: string, tensor: SafetensorsTensor) =>
    encodeSafetensors(new Map([[name, tensor]]));
  const data = new Float32Array(2);
  assert.throws(
    () => write('x', { dtype: 'float32', shape: [3], data }),
    /shape \[3\] but 2 elements/,
  );
  assert.throws(() => write('x', { dtype: 'float32', shape: [-1, -2], data }), FormatError);
  assert.throws(() => write('x', { dtype: 'int32', shape: [2], data }), /int32.*Float32Array/);
  assert.throws(() => write('__metadata__', { dtype: 'float32', shape: [2], data }), /rename/);
  const metadata = { epoch: 3 } as unknown as Record<string, string>;
  assert.throws(() => encodeSafetensors(new Map(), metadata), /'epoch' is a number/);
});
