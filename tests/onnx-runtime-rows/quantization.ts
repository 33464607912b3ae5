/** ONNX nodes on quantised numbers. */

import { floats, int, ints, noise, of, type Rows, scalarOf, single, whole } from './row.js';

export const quantization: Rows = {
  'QuantizeLinear 10': {
    operator: 'QuantizeLinear',
    opset: 10,
    inputs: [floats(0, 2, 3, 1000, -254, -1000, 1, 5), single(2), scalarOf('uint8', 128)],
  },
  'QuantizeLinear 13 along an axis': {
    operator: 'QuantizeLinear',
    opset: 13,
    inputs: [noise(8, 2, 3, 4), floats(0.01, 0.1, 1), of('int8', [3], [0, -5, 9])],
    attributes: { axis: int(1) },
  },
  'QuantizeLinear without a zero point': {
    operator: 'QuantizeLinear',
    opset: 19,
    inputs: [noise(8, 5), single(0.005)],
  },
  'QuantizeLinear 21 in blocks': {
    operator: 'QuantizeLinear',
    opset: 21,
    inputs: [
      noise(8, 3, 5),
      { dims: [3, 3], values: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((v) => v / 50) },
    ],
    attributes: { axis: int(1), block_size: int(2), output_dtype: int(3) },
  },
  'QuantizeLinear 21 to int16': {
    operator: 'QuantizeLinear',
    opset: 21,
    inputs: [noise(8, 3, 5), single(1e-5), scalarOf('int16', 7)],
  },
  'DequantizeLinear 10': {
    operator: 'DequantizeLinear',
    opset: 10,
    inputs: [whole(1, 'uint8', 4), single(0.5), scalarOf('uint8', 128)],
  },
  'DequantizeLinear 13 along an axis': {
    operator: 'DequantizeLinear',
    opset: 13,
    inputs: [whole(1, 'int8', 2, 3, 2), floats(0.5, 2, 1), of('int8', [3], [1, 2, -3])],
    attributes: { axis: int(1) },
  },
  'DequantizeLinear of int32': {
    operator: 'DequantizeLinear',
    opset: 13,
    inputs: [of('int32', [3], [-100000, 7, 65536]), single(0.25)],
  },
  'DequantizeLinear 21 in blocks': {
    operator: 'DequantizeLinear',
    opset: 21,
    inputs: [whole(2, 'int8', 4, 2), { dims: [2, 2], values: [1, 2, 3, 4] }, null],
    attributes: { axis: int(0), block_size: int(2) },
  },
  DynamicQuantizeLinear: {
    operator: 'DynamicQuantizeLinear',
    opset: 11,
    inputs: [floats(0, 2, -3, -2.5, 1.34, 0.5)],
    outputs: 3,
  },
  'DynamicQuantizeLinear of positive numbers': {
    operator: 'DynamicQuantizeLinear',
    opset: 11,
    inputs: [floats(1, 2.1, 1.3, 2.5, 3.34, 4)],
    outputs: 3,
  },
  MatMulInteger: {
    operator: 'MatMulInteger',
    opset: 10,
    inputs: [
      whole(3, 'uint8', 4, 3),
      whole(4, 'uint8', 3, 2),
      scalarOf('uint8', 12),
      scalarOf('uint8', 3),
    ],
  },
  'MatMulInteger of long sums is exact': {
    operator: 'MatMulInteger',
    opset: 10,
    inputs: [
      of(
        'uint8',
        [1, 6000],
        Array.from({ length: 6000 }, (_, i) => 255 - (i % 3)),
      ),
      of(
        'uint8',
        [6000, 1],
        Array.from({ length: 6000 }, (_, i) => 255 - (i % 2)),
      ),
    ],
  },
  'MatMulInteger of middling sums is exact': {
    operator: 'MatMulInteger',
    opset: 10,
    inputs: [
      whole(5, 'uint8', 2, 700),
      of('int8', [700, 2], whole(6, 'int8', 700, 2).values!),
      null,
      of('int8', [2], [3, -7]),
    ],
  },
  ConvInteger: {
    operator: 'ConvInteger',
    opset: 10,
    inputs: [whole(7, 'uint8', 1, 2, 5, 5), whole(8, 'uint8', 3, 2, 3, 3), scalarOf('uint8', 9)],
    attributes: { pads: ints(1, 1, 1, 1) },
  },
  QLinearMatMul: {
    operator: 'QLinearMatMul',
    opset: 10,
    inputs: [
      ...[whole(3, 'uint8', 2, 4), single(0.0066), scalarOf('uint8', 113)],
      ...[whole(4, 'uint8', 4, 3), single(0.00705), scalarOf('uint8', 114)],
      ...[single(0.0107), scalarOf('uint8', 118)],
    ],
    step: 1,
  },
  QLinearConv: {
    operator: 'QLinearConv',
    opset: 10,
    inputs: [
      ...[whole(7, 'uint8', 1, 2, 6, 6), single(0.0037), scalarOf('uint8', 132)],
      ...[
        whole(8, 'int8', 4, 2, 3, 3),
        floats(0.01, 0.02, 0.03, 0.004),
        of('int8', [4], [0, 0, 0, 0]),
      ],
      ...[single(0.0162), scalarOf('uint8', 123)],
      of('int32', [4], [100, -200, 3000, 0]),
    ],
    attributes: { pads: ints(1, 1, 1, 1), strides: ints(2, 2) },
    step: 1,
  },
};
