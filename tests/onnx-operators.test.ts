/** ONNX's operators where versions, types and edges differ: what the backend cases do not show. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import '../src/index.js';
import { loadOnnx, readOnnxTensor, type TensorData } from '../src/formats/index.js';
import {
  type AttributeToWrite,
  codes,
  type TensorToWrite,
  type TypeName,
  writeModel,
  writeTensor,
} from './onnx-writer.js';

interface Row {
  readonly operator: string;
  readonly opset?: number;
  /** In order; null is left out. */
  readonly inputs: readonly (TensorToWrite | null)[];
  readonly attributes?: Readonly<Record<string, AttributeToWrite>>;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** By default that of the first input. */
  readonly type?: TypeName;
}

const of = (type: TypeName, dims: readonly number[], values: readonly number[]): TensorToWrite => ({
  type,
  dims,
  values,
});
const floats = (...values: number[]): TensorToWrite => of('float32', [values.length], values);
const longs = (...values: number[]): TensorToWrite => of('int64', [values.length], values);
const count = (...dims: number[]): TensorToWrite => {
  const size = dims.reduce((product, extent) => product * extent, 1);
  return of(
    'float32',
    dims,
    Array.from({ length: size }, (_, i) => i),
  );
};

/** Runs one node on its inputs. */
function run({ operator, opset, inputs, attributes }: Omit<Row, 'shape' | 'values'>): TensorData {
  const names = inputs.map((input, i) => (input ? `x${i}` : ''));
  const given = inputs.flatMap((input, i) =>
    input ? [[names[i], readOnnxTensor(writeTensor(input), names[i])] as const] : [],
  );
  const model = writeModel({
    opset,
    nodes: [{ operator, inputs: names, attributes }],
    inputs: Object.fromEntries(
      inputs.flatMap((input, i) =>
        input ? [[names[i], [input.type ?? 'float32', ...input.dims]] as const] : [],
      ),
    ),
  });
  const values = loadOnnx(model, 'm.onnx').values(Object.fromEntries(given));
  return values.get('y')!.known()!;
}

const INT64_MAX = 2 ** 63 - 1024;

const tables: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  'versions before the present one': {
    'Softmax 12 joins the axes from axis on': {
      ...{ operator: 'Softmax', opset: 12, inputs: [of('float32', [1, 2, 2], [0, 0, 0, 0])] },
      ...{ shape: [1, 2, 2], values: [0.25, 0.25, 0.25, 0.25] },
    },
    'Softmax 13 has the last axis': {
      ...{ operator: 'Softmax', opset: 13, inputs: [of('float32', [1, 2, 2], [0, 0, 0, 0])] },
      ...{ shape: [1, 2, 2], values: [0.5, 0.5, 0.5, 0.5] },
    },
    'Clip 6 has its bounds in attributes': {
      ...{ operator: 'Clip', opset: 6, inputs: [floats(-5, 0, 5)] },
      attributes: { min: { float: -1 }, max: { float: 2 } },
      ...{ shape: [3], values: [-1, 0, 2] },
    },
    'Squeeze 11 has its axes in an attribute': {
      ...{ operator: 'Squeeze', opset: 11, inputs: [count(1, 2, 1)] },
      attributes: { axes: { ints: [-1] } },
      ...{ shape: [1, 2], values: [0, 1] },
    },
    'Add 6 broadcasts from an axis on': {
      ...{ operator: 'Add', opset: 6, inputs: [count(2, 2, 2), floats(10, 20)] },
      attributes: { broadcast: { int: 1 }, axis: { int: 1 } },
      ...{ shape: [2, 2, 2], values: [10, 11, 22, 23, 14, 15, 26, 27] },
    },
    'Slice 9 has attributes': {
      ...{ operator: 'Slice', opset: 9, inputs: [count(5)] },
      attributes: { starts: { ints: [-3] }, ends: { ints: [2 ** 31 - 1] } },
      ...{ shape: [3], values: [2, 3, 4] },
    },
    'Pad 2 has attributes': {
      ...{ operator: 'Pad', opset: 2, inputs: [floats(1, 2)] },
      attributes: { pads: { ints: [1, 2] }, value: { float: 9 } },
      ...{ shape: [5], values: [9, 1, 2, 9, 9] },
    },
    'ReduceSum 11 has its axes in an attribute': {
      ...{ operator: 'ReduceSum', opset: 11, inputs: [count(2, 2)] },
      attributes: { axes: { ints: [0] }, keepdims: { int: 0 } },
      ...{ shape: [2], values: [2, 4] },
    },
    'TopK 9 has k in an attribute': {
      ...{ operator: 'TopK', opset: 9, inputs: [floats(3, 1, 3, 2)] },
      attributes: { k: { int: 2 } },
      ...{ shape: [2], values: [3, 3] },
    },
    'Reshape 1 has its shape in an attribute': {
      ...{ operator: 'Reshape', opset: 1, inputs: [count(4)] },
      attributes: { shape: { ints: [2, -1] } },
      ...{ shape: [2, 2], values: [0, 1, 2, 3] },
    },
    'Cast 5 has the name of the type': {
      ...{ operator: 'Cast', opset: 5, inputs: [floats(1.5, -2)] },
      attributes: { to: { string: 'INT32' } },
      ...{ shape: [2], values: [1, -2], type: 'int32' },
    },
    'Dropout 6 is the identity': {
      ...{ operator: 'Dropout', opset: 6, inputs: [floats(1, 2)] },
      attributes: { ratio: { float: 0.9 } },
      ...{ shape: [2], values: [1, 2] },
    },
  },
  'integers keep their width': {
    'int8 sums wrap': {
      ...{
        operator: 'Add',
        inputs: [of('int8', [3], [127, -128, 5]), of('int8', [3], [1, -1, -6])],
      },
      ...{ shape: [3], values: [-128, 127, -1] },
    },
    'uint8 differences wrap': {
      ...{ operator: 'Sub', inputs: [of('uint8', [2], [0, 9]), of('uint8', [2], [1, 4])] },
      ...{ shape: [2], values: [255, 5] },
    },
    'uint16 products wrap': {
      ...{
        operator: 'Mul',
        inputs: [of('uint16', [2], [256, 300]), of('uint16', [2], [256, 300])],
      },
      ...{ shape: [2], values: [0, 90_000 % 65_536] },
    },
    'int16 negation of the lowest is the lowest': {
      ...{ operator: 'Neg', inputs: [of('int16', [2], [-32768, 7])] },
      ...{ shape: [2], values: [-32768, -7] },
    },
    'int32 sums wrap': {
      ...{ operator: 'Add', inputs: [of('int32', [1], [2 ** 31 - 1]), of('int32', [1], [1])] },
      ...{ shape: [1], values: [-(2 ** 31)] },
    },
    'quotients are cut towards zero': {
      ...{
        operator: 'Div',
        inputs: [of('int32', [4], [7, -7, 7, -7]), of('int32', [4], [2, 2, -2, -2])],
      },
      ...{ shape: [4], values: [3, -3, -3, 3] },
    },
    'powers are exact, those below 0 of no unit are 0': {
      ...{
        operator: 'Pow',
        inputs: [of('int64', [5], [3, -3, 7, -1, 2]), longs(19, 3, 0, -3, -1)],
      },
      ...{ shape: [5], values: [3 ** 19, -27, 1, -1, 0] },
    },
    'a power of float exponent is cut': {
      ...{ operator: 'Pow', inputs: [of('int32', [2], [2, 9]), floats(1.5, 0.5)] },
      ...{ shape: [2], values: [2, 3] },
    },
  },
  casts: {
    'floats lose their fraction': {
      ...{ operator: 'Cast', inputs: [floats(1.9, -1.9, 0.5)] },
      attributes: { to: { int: codes.int64 } },
      ...{ shape: [3], values: [1, -1, 0], type: 'int64' },
    },
    'integers wrap into a narrower type': {
      ...{ operator: 'Cast', inputs: [of('int32', [3], [300, -1, 128])] },
      attributes: { to: { int: codes.int8 } },
      ...{ shape: [3], values: [44, -1, -128], type: 'int8' },
    },
    'everything but 0 is true': {
      ...{ operator: 'Cast', inputs: [floats(0, -0, 0.1, Number.NaN)] },
      attributes: { to: { int: codes.bool } },
      ...{ shape: [4], values: [0, 0, 1, 1], type: 'bool' },
    },
    'bfloat16 has eight bits, ties to even': {
      ...{ operator: 'Cast', inputs: [floats(1 + 2 ** -8, 1 + 3 * 2 ** -8, Infinity)] },
      attributes: { to: { int: codes.bfloat16 } },
      ...{ shape: [3], values: [1, 1 + 2 ** -6, Infinity], type: 'bfloat16' },
    },
  },
  'places and shapes': {
    'Slice ends with the largest int64': {
      ...{ operator: 'Slice', inputs: [count(2, 3), longs(1), longs(INT64_MAX), longs(-1)] },
      ...{ shape: [2, 2], values: [1, 2, 4, 5] },
    },
    'Slice walks backwards to the lowest int64': {
      ...{ operator: 'Slice' },
      inputs: [count(5), longs(-1), longs(-INT64_MAX), longs(0), longs(-2)],
      ...{ shape: [3], values: [4, 2, 0] },
    },
    'Slice of nothing': {
      ...{ operator: 'Slice', inputs: [count(3), longs(2), longs(1)] },
      ...{ shape: [0], values: [] },
    },
    'Pad reflects over and over': {
      ...{ operator: 'Pad', inputs: [floats(1, 2, 3), longs(4, 3)] },
      attributes: { mode: { string: 'reflect' } },
      ...{ shape: [10], values: [1, 2, 3, 2, 1, 2, 3, 2, 1, 2] },
    },
    'Pad wraps round, along an axis': {
      ...{ operator: 'Pad', inputs: [count(1, 3), longs(2, 1), null, longs(-1)] },
      attributes: { mode: { string: 'wrap' } },
      ...{ shape: [1, 6], values: [1, 2, 0, 1, 2, 0] },
    },
    'Pad repeats the edge, and crops': {
      ...{ operator: 'Pad', inputs: [floats(1, 2, 3), longs(-1, 2)] },
      attributes: { mode: { string: 'edge' } },
      ...{ shape: [4], values: [2, 3, 3, 3] },
    },
    'Gather counts from the end': {
      ...{ operator: 'Gather', inputs: [count(2, 3), of('int64', [1, 2], [-1, 0])] },
      attributes: { axis: { int: 1 } },
      ...{ shape: [2, 1, 2], values: [2, 0, 5, 3] },
    },
    'Gather of truths': {
      ...{ operator: 'Gather', inputs: [of('bool', [3], [1, 0, 1]), longs(1, 2)] },
      ...{ shape: [2], values: [0, 1] },
    },
    'Tile none': {
      ...{ operator: 'Tile', inputs: [count(2), longs(0)] },
      ...{ shape: [0], values: [] },
    },
    'Split of three in two: the first part is the larger': {
      ...{ operator: 'Split', inputs: [count(3)], attributes: { num_outputs: { int: 2 } } },
      ...{ shape: [2], values: [0, 1] },
    },
    'ArgMax takes the last of equal ones when told to': {
      ...{ operator: 'ArgMax', inputs: [floats(1, 3, 3, 2)] },
      attributes: { select_last_index: { int: 1 }, keepdims: { int: 0 } },
      ...{ shape: [], values: [2], type: 'int64' },
    },
    'ReduceMax of nothing is the lowest': {
      ...{ operator: 'ReduceMax', opset: 20, inputs: [of('int8', [0, 2], []), longs(0)] },
      ...{ shape: [1, 2], values: [-128, -128] },
    },
    'Range away from the limit is empty': {
      ...{
        operator: 'Range',
        inputs: [of('int64', [], [3]), of('int64', [], [0]), of('int64', [], [1])],
      },
      ...{ shape: [0], values: [] },
    },
    'OneHot along the first axis': {
      ...{ operator: 'OneHot', inputs: [longs(1, -1, 7), of('int64', [], [3]), floats(2, 5)] },
      attributes: { axis: { int: 0 } },
      ...{ shape: [3, 3], values: [2, 2, 2, 5, 2, 2, 2, 5, 2], type: 'float32' },
    },
    'Where between truths': {
      operator: 'Where',
      inputs: [of('bool', [2], [1, 0]), of('bool', [2], [0, 0]), of('bool', [2], [1, 1])],
      ...{ shape: [2], values: [0, 1] },
    },
    'BitwiseXor of negative numbers': {
      ...{
        operator: 'BitwiseXor',
        inputs: [of('int32', [3], [-1, 6, -8]), of('int32', [3], [5, 3, -3])],
      },
      ...{ shape: [3], values: [-1 ^ 5, 6 ^ 3, -8 ^ -3] },
    },
  },
};

for (const [title, rows] of Object.entries(tables)) {
  describe(title, () => {
    for (const [name, { shape, values, type, ...row }] of Object.entries(rows)) {
      test(name, () => {
        const got = run(row);
        assert.equal(got.type, type ?? row.inputs[0]!.type ?? 'float32');
        assert.deepEqual(got.shape, shape);
        assert.deepEqual(Array.from(got.data, Number), values);
      });
    }
  });
}

test('a cast to float16 is exact at every float16 and beside every middle between two', () => {
  const finite = Array.from({ length: 0x7c00 }, (_, bits) => bits);
  const halves = readOnnxTensor(
    writeTensor({ type: 'float16', dims: [finite.length], values: finite }),
    'halves',
  ).data as Float32Array;
  const inputs: number[] = [];
  const expected: number[] = [];
  const add = (input: number, output: number) => {
    inputs.push(input, -input);
    expected.push(output, -output);
  };
  for (const bits of finite) {
    const [half, next] = [halves[bits], bits + 1 < finite.length ? halves[bits + 1] : Infinity];
    const middle = (half + (next === Infinity ? 65536 : next)) / 2;
    add(half, half);
    add(middle, bits % 2 === 0 ? half : next);
    add(nextFloat(middle, -1), half);
    add(nextFloat(middle, 1), next);
  }
  add(1e38, Infinity);
  add(Infinity, Infinity);
  const { data } = run({
    operator: 'Cast',
    inputs: [{ dims: [inputs.length], raw: new Uint8Array(Float32Array.from(inputs).buffer) }],
    attributes: { to: { int: codes.float16 } },
  });
  const wrong = expected.findIndex((value, i) => value !== Number(data[i]));
  assert.equal(wrong, -1, `${inputs[wrong]} became ${data[wrong]}, not ${expected[wrong]}`);
});

/** The float32 one step up or down, of a positive one. */
function nextFloat(x: number, step: 1 | -1): number {
  const words = new Int32Array(Float32Array.of(x).buffer);
  words[0] += step;
  return new Float32Array(words.buffer)[0];
}

test('errors name what is wrong with an input', () => {
  const cases: [Omit<Row, 'shape' | 'values'>, RegExp][] = [
    [
      { operator: 'Reshape', inputs: [count(2), longs(3)] },
      /\(Reshape, version 21\): reshape: \[2\] has 2 elements, which do not fit \[3\]/,
    ],
    [
      { operator: 'Squeeze', inputs: [count(2), longs(0)] },
      /dimension 0 of \[2\] is 2; only extents of 1/,
    ],
    [
      { operator: 'Gather', inputs: [count(2), longs(2)] },
      /the index at \[0\] is 2; expected 0 to 1/,
    ],
    [{ operator: 'Not', inputs: [floats(1)] }, /input 0 is float32 \[1\]; expected bool/],
    [
      { operator: 'MatMul', inputs: [count(2, 3), count(2, 3)] },
      /\[2, 3\] and \[2, 3\] do not fit/,
    ],
    [
      { operator: 'Cast', inputs: [floats(1)], attributes: { to: { int: codes.float8e4m3fn } } },
      /attribute 'to' asks for float8e4m3fn; expected one of float32/,
    ],
    [
      { operator: 'Gelu', inputs: [floats(1)], attributes: { approximate: { string: 'exact' } } },
      /attribute 'approximate' is "exact"; expected "none", "tanh"/,
    ],
    [
      { operator: 'BitwiseNot', inputs: [of('uint32', [1], [1])] },
      /the complement of uint32 is beyond int32/,
    ],
  ];
  for (const [row, message] of cases) assert.throws(() => run(row), { message });
});
