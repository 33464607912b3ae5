/** ONNX nodes about shapes and reductions whose form changed from version to version, in each of them. */

import { float, int, ints, longs, noise, of, type Rows, single, text } from './row.js';

const image = noise(1, 2, 3, 5, 4);

const shapes: Rows = {
  'Pad 2 reflects': {
    operator: 'Pad',
    opset: 2 + 5,
    inputs: [image],
    attributes: { pads: ints(0, 0, 1, 2, 0, 0, 3, 0), mode: text('reflect') },
  },
  ...Object.fromEntries(
    [11, 13, 18, 19, 21].map((opset) => [
      `Pad ${opset}`,
      { operator: 'Pad', opset, inputs: [image, longs(0, 0, 1, 2, 0, 1, 3, 0), single(7)] },
    ]),
  ),
  'Pad 18 along axes': {
    operator: 'Pad',
    opset: 18,
    inputs: [image, longs(1, 2), null, longs(-1)],
    attributes: { mode: text('edge') },
  },
  'Slice 7': {
    operator: 'Slice',
    opset: 7,
    inputs: [image],
    attributes: { starts: ints(1, -3), ends: ints(1000, -1), axes: ints(2, 3) },
  },
  ...Object.fromEntries(
    [10, 11, 13].map((opset) => [
      `Slice ${opset}`,
      {
        operator: 'Slice',
        opset,
        inputs: [image, longs(-1, 0), longs(-1000, 3), longs(2, 3), longs(-2, 2)],
      },
    ]),
  ),
  'Clip 7': {
    operator: 'Clip',
    opset: 7,
    inputs: [image],
    attributes: { min: float(-0.5), max: float(0.25) },
  },
  'Clip 11': { operator: 'Clip', opset: 11, inputs: [image, single(-0.5), null] },
  'Clip 13 of integers': {
    operator: 'Clip',
    opset: 13,
    inputs: [of('int32', [4], [-5, 0, 5, 9]), null, of('int32', [], [4])],
  },
  'Squeeze 7': {
    operator: 'Squeeze',
    opset: 7,
    inputs: [noise(1, 1, 3, 1)],
    attributes: { axes: ints(0) },
  },
  'Squeeze 13': { operator: 'Squeeze', opset: 13, inputs: [noise(1, 1, 3, 1), longs(-1)] },
  'Unsqueeze 7': {
    operator: 'Unsqueeze',
    opset: 7,
    inputs: [noise(1, 3, 2)],
    attributes: { axes: ints(0, 3) },
  },
  'Unsqueeze 13': { operator: 'Unsqueeze', opset: 13, inputs: [noise(1, 3, 2), longs(-1, 1)] },
  'Split 7': {
    operator: 'Split',
    opset: 7,
    inputs: [noise(1, 2, 5)],
    attributes: { axis: int(1), split: ints(2, 3) },
    outputs: 2,
  },
  'Split 13': {
    operator: 'Split',
    opset: 13,
    inputs: [noise(1, 2, 5), longs(1, 4)],
    attributes: { axis: int(1) },
    outputs: 2,
  },
  'Split 18': {
    operator: 'Split',
    opset: 18,
    inputs: [noise(1, 7, 2)],
    attributes: { num_outputs: int(3) },
    outputs: 3,
  },
  'Dropout 7': {
    operator: 'Dropout',
    opset: 7,
    inputs: [image],
    attributes: { ratio: float(0.3) },
  },
  'Dropout 13 with a mask': {
    operator: 'Dropout',
    opset: 13,
    inputs: [image, single(0.3)],
    outputs: 2,
  },
  'TopK 7': { operator: 'TopK', opset: 7, inputs: [image], attributes: { k: int(2) }, outputs: 2 },
  'TopK 11 smallest': {
    operator: 'TopK',
    opset: 11,
    inputs: [image, longs(2)],
    attributes: { largest: int(0), axis: int(1) },
    outputs: 2,
  },
  'Shape 15 in part': {
    operator: 'Shape',
    opset: 15,
    inputs: [image],
    attributes: { start: int(1), end: int(-1) },
  },
  'Cast 9 to int32': { operator: 'Cast', opset: 9, inputs: [image], attributes: { to: int(6) } },
  'CumSum 11 exclusive in reverse': {
    operator: 'CumSum',
    opset: 11,
    inputs: [noise(1, 3, 4), of('int32', [], [1])],
    attributes: { exclusive: int(1), reverse: int(1) },
  },
  'GatherND 12 of batches': {
    operator: 'GatherND',
    opset: 12,
    inputs: [noise(1, 2, 3, 4), of('int64', [2, 1], [1, 0])],
    attributes: { batch_dims: int(1) },
  },
  'ScatterND 18 adds': {
    operator: 'ScatterND',
    opset: 18,
    inputs: [noise(1, 4, 2), of('int64', [3, 1], [1, 3, 1]), noise(2, 3, 2)],
    attributes: { reduction: text('add') },
  },
  'Trilu 14': { operator: 'Trilu', opset: 14, inputs: [noise(1, 2, 3, 4), of('int64', [], [1])] },
  'PRelu 7': { operator: 'PRelu', opset: 7, inputs: [image, noise(3, 3, 1, 1)] },
  'Gemm 7': {
    operator: 'Gemm',
    opset: 7,
    inputs: [noise(1, 3, 2), noise(2, 3, 4), noise(3, 4)],
    attributes: { transA: int(1), alpha: float(0.5), beta: float(2) },
  },
  'Gemm 11 without a summand': {
    operator: 'Gemm',
    opset: 11,
    inputs: [noise(1, 2, 3), noise(2, 4, 3)],
    attributes: { transB: int(1) },
  },
  'DepthToSpace 11 CRD': {
    operator: 'DepthToSpace',
    opset: 11,
    inputs: [noise(1, 1, 8, 2, 3)],
    attributes: { blocksize: int(2), mode: text('CRD') },
  },
  'Einsum 12': {
    operator: 'Einsum',
    opset: 12,
    inputs: [noise(1, 2, 3, 4), noise(2, 2, 5, 4)],
    attributes: { equation: text('bhi,bki->bhk') },
  },
};

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'.split(' ');
const positive = of(
  'float32',
  [2, 3, 4],
  noise(9, 2, 3, 4).values!.map((v) => Math.abs(v) + 0.1),
);
const reducing: Rows = Object.fromEntries(
  reductions.flatMap((name) =>
    [7, 11, 13, 18].map((opset) => {
      const asInput = opset >= (name === 'Sum' ? 13 : 18);
      return [
        `Reduce${name} ${opset}`,
        {
          operator: `Reduce${name}`,
          opset,
          inputs: asInput ? [positive, longs(0, 2)] : [positive],
          attributes: { ...(!asInput && { axes: ints(0, 2) }), keepdims: int(opset % 2) },
        },
      ];
    }),
  ),
);

export const shapeVersions: Rows = { ...shapes, ...reducing };
