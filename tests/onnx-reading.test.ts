/** ONNX files are read exactly, whatever way they were written; what is damaged or unknown is named. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FormatError, loadOnnx, readOnnx, readOnnxTensor } from '../src/formats/index.js';
import { ValueError } from '../src/index.js';
import { type TypeName, writeModel, writeTensor } from './onnx-writer.js';

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer);

describe('tensors', () => {
  const typed: Partial<Record<TypeName, ArrayBufferView & ArrayLike<number | bigint>>> = {
    float32: Float32Array.of(1.5, -0, Infinity),
    float64: Float64Array.of(Math.PI, -1e300, NaN),
    int8: Int8Array.of(-128, 127, 0),
    int16: Int16Array.of(-32768, 32767, 5),
    int32: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 5),
    int64: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 5n),
    uint8: Uint8Array.of(0, 255, 7),
    uint16: Uint16Array.of(0, 65535, 7),
    uint32: Uint32Array.of(0, 2 ** 32 - 1, 7),
    uint64: BigUint64Array.of(0n, 2n ** 64n - 1n, 7n),
    bool: Uint8Array.of(0, 1, 1),
  };
  for (const [type, data] of Object.entries(typed) as [TypeName, Float32Array][]) {
    test(`raw ${type} keeps every bit`, () => {
      const bytes = writeTensor({ name: 'x', type, dims: [3], raw: bytesOf(data) });
      const { name, shape, ...read } = readOnnxTensor(bytes, 'x.pb');
      assert.deepEqual([name, shape, read.type], ['x', [3], type]);
      assert.deepEqual(read.data, data);
    });
    for (const unpacked of [false, true]) {
      test(`${unpacked ? 'unpacked' : 'packed'} ${type} values are the same as raw ones`, () => {
        const values = [1, 0, 1];
        const bytes = writeTensor({ type, dims: [3], values, unpacked });
        assert.deepEqual(Array.from(readOnnxTensor(bytes, 'x.pb').data, Number), values);
      });
    }
  }

  test('halves become the floats that they stand for, raw or as bits', () => {
    const half = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00);
    const expected = Float32Array.of(1, -2, 2 ** -24, 65504, Infinity);
    const raw = writeTensor({ type: 'float16', dims: [5], raw: bytesOf(half) });
    const values = writeTensor({ type: 'float16', dims: [5], values: [...half] });
    assert.deepEqual(readOnnxTensor(raw, 'x').data, expected);
    assert.deepEqual(readOnnxTensor(values, 'x').data, expected);
    const brain = writeTensor({ type: 'bfloat16', dims: [2], values: [0x3f80, 0xc040] });
    assert.deepEqual(readOnnxTensor(brain, 'x').data, Float32Array.of(1, -3));
  });

  test('two integers of 4 bits share a byte, the lower half first', () => {
    const raw = Uint8Array.of(0x81, 0x07);
    for (const [type, values] of [
      ['int4', [1, -8, 7]],
      ['uint4', [1, 8, 7]],
    ] as const) {
      const asBytes = readOnnxTensor(writeTensor({ type, dims: [3], raw }), 'x');
      const asList = readOnnxTensor(writeTensor({ type, dims: [3], values: [...raw] }), 'x');
      for (const { data } of [asBytes, asList]) assert.deepEqual([...data], values);
    }
    const short = writeTensor({ name: 'w', type: 'int4', dims: [3], raw: raw.subarray(1) });
    assert.throws(() => readOnnxTensor(short, 'x'), { message: /holds 1 bytes; expected 2 bytes/ });
  });

  test('packed and single values of one field are one list', () => {
    const [packed, single] = [[1, 2], [3]].map((values) => [
      ...writeTensor({ type: 'int64', dims: [], values, unpacked: values.length === 1 }),
    ]);
    const dims = [...writeTensor({ type: 'int64', dims: [4] })];
    const { data } = readOnnxTensor(
      new Uint8Array([...dims, ...single, ...packed, ...single]),
      'x',
    );
    assert.deepEqual(data, BigInt64Array.of(3n, 1n, 2n, 3n));
  });

  const wrong: [string, Uint8Array, RegExp][] = [
    [
      'too few bytes',
      writeTensor({ name: 'w', dims: [3], raw: new Uint8Array(8) }),
      /^f: tensor 'w' \(float32 \[3\]\) holds 8 bytes; expected 12 bytes; .*damaged/,
    ],
    [
      'too many values',
      writeTensor({ type: 'int64', dims: [], values: [1, 2] }),
      /^f: a tensor \(int64 \[\]\) holds 2 values; expected 1 values/,
    ],
    [
      'dimensions that no memory holds',
      writeTensor({ name: 'w', dims: [2 ** 31, 2 ** 31] }),
      /dimensions \[2147483648, 2147483648\]; expected .* memory can hold/,
    ],
    [
      'dimensions without values',
      writeTensor({ name: 'w', dims: [2 ** 31] }),
      /holds 0 values; expected 2147483648 values/,
    ],
    ['a negative dimension', writeTensor({ dims: [-2] }), /the dimensions \[-2\]/],
    [
      'strings',
      writeTensor({ type: 'string', dims: [0] }),
      /of type string; expected one of float32/,
    ],
    ['8-bit floats', writeTensor({ type: 'float8e4m3fn', dims: [0] }), /of type float8e4m3fn/],
    // Field 14, the place of the data, with the value 1.
    [
      'values in another file',
      new Uint8Array([...writeTensor({ name: 'w', dims: [0] }), 0x70, 1]),
      /values of tensor 'w' are in another file; .*openOnnx/,
    ],
  ];
  for (const [what, bytes, message] of wrong) {
    test(`${what}: an error that says so`, () => {
      assert.throws(() => readOnnxTensor(bytes, 'f'), { name: 'FormatError', message });
    });
  }
});

const model = {
  nodes: [
    { name: 'product', operator: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] },
    { name: 'sum', operator: 'Add', inputs: ['h', 'b'], outputs: ['s'] },
    {
      name: 'bend',
      operator: 'LeakyRelu',
      inputs: ['s'],
      attributes: { alpha: { float: 0.5 } },
    },
  ],
  inputs: { x: ['float32', 'n', 2] as const },
  initializers: [
    { name: 'w', dims: [2, 2], values: [1, 2, 3, 4] },
    { name: 'b', dims: [2], raw: bytesOf(Float32Array.of(0.5, -100)) },
  ],
};

describe('models', () => {
  test('nodes, initialisers, inputs and outputs', () => {
    const file = readOnnx(writeModel(model), 'm.onnx');
    assert.equal(file.producer, 'tests');
    assert.deepEqual([...file.opsets], [['', 21]]);
    assert.deepEqual(
      file.nodes.map(({ name, operator, inputs, outputs }) => [name, operator, inputs, outputs]),
      [
        ['product', 'MatMul', ['x', 'w'], ['h']],
        ['sum', 'Add', ['h', 'b'], ['s']],
        ['bend', 'LeakyRelu', ['s'], ['y']],
      ],
    );
    assert.deepEqual([...file.initializers.keys()], ['w', 'b']);
    assert.deepEqual(file.inputs, [{ name: 'x', typeCode: 1, shape: ['n', 2] }]);
  });

  test('an input that names an initialiser is none', () => {
    const inputs = { ...model.inputs, w: ['float32', 2, 2] as const };
    assert.deepEqual(
      readOnnx(writeModel({ ...model, inputs }), 'm').inputs.map(({ name }) => name),
      ['x'],
    );
  });

  /** The errors that are meant; a TypeError would be a mistake of the reader. */
  const told = (error: unknown): boolean =>
    error instanceof FormatError || error instanceof ValueError;

  test('every beginning of a file is read or refused with a clear error', () => {
    const bytes = writeModel(model);
    let refused = 0;
    for (let length = 0; length < bytes.length; length++) {
      try {
        loadOnnx(bytes.subarray(0, length), 'cut.onnx');
      } catch (error) {
        assert.ok(told(error), `${length} bytes: ${error}`);
        assert.match(String(error), /cut\.onnx/);
        refused++;
      }
    }
    assert.equal(refused, bytes.length, 'the version of the operators comes last');
  });

  test('every byte changed: read or refused with a clear error, soon', () => {
    const bytes = writeModel(model);
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const damaged = bytes.slice();
        damaged[at] ^= change;
        try {
          loadOnnx(damaged, 'damaged.onnx');
        } catch (error) {
          assert.ok(told(error), `byte ${at} ^ ${change}: ${(error as Error).stack}`);
        }
      }
    }
  });

  test('what is no model at all', () => {
    for (const bytes of [new Uint8Array(), new TextEncoder().encode('{"model": 1}')]) {
      assert.throws(() => readOnnx(bytes, 'm.onnx'), {
        name: 'FormatError',
        message: /^m\.onnx: /,
      });
    }
  });
});
