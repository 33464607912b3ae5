/** ONNX nodes on regions of images, and those that select. */

import { floats, int, ints, longs, noise, of, type Rows, text } from './row.js';

const corners = of('float32', [3, 4], [0.5, 1.2, 5.7, 6.1, -1.3, 0, 3.2, 2.9, 4, 3, 4.4, 9.5]);
const roiRows: Rows = Object.fromEntries(
  [
    ['RoiAlign 10', 10, {}],
    ['RoiAlign 16', 16, {}],
    ['RoiAlign 16 of maxima', 16, { mode: text('max') }],
    ['RoiAlign with a ratio', 16, { sampling_ratio: int(3), spatial_scale: { float: 0.5 } }],
  ].map(([name, opset, attributes]) => [
    name,
    {
      operator: 'RoiAlign',
      opset,
      inputs: [noise(5, 2, 3, 7, 8), corners, longs(0, 1, 1)],
      attributes: { output_height: int(3), output_width: int(2), ...(attributes as object) },
    },
  ]),
);

export const regions: Rows = {
  ...roiRows,
  MaxRoiPool: {
    operator: 'MaxRoiPool',
    opset: 10,
    inputs: [noise(5, 2, 3, 7, 8), of('float32', [2, 5], [0, 1, 1, 6, 5, 1, 0, 2, 3, 6])],
    attributes: { pooled_shape: ints(2, 3) },
  },
  NonMaxSuppression: {
    operator: 'NonMaxSuppression',
    opset: 11,
    inputs: [
      {
        dims: [1, 6, 4],
        values: [
          0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, -0.1, 1, 0.9, 0, 10, 1, 11, 0, 10.1, 1, 11.1, 0, 100, 1,
          101,
        ],
      },
      { dims: [1, 2, 6], values: [0.9, 0.75, 0.6, 0.95, 0.5, 0.3, 0.1, 0.2, 0.7, 0.4, 0.8, 0.6] },
      longs(3),
      floats(0.5),
      floats(0.15),
    ],
  },
  'NonMaxSuppression of centred boxes': {
    operator: 'NonMaxSuppression',
    opset: 11,
    inputs: [
      { dims: [1, 4, 4], values: [0.5, 0.5, 1, 1, 0.5, 0.6, 1, 1, 1, 0, 2, -2, 5, 5, 1, 1] },
      { dims: [1, 1, 4], values: [0.4, 0.5, 0.6, 0.7] },
      longs(10),
      floats(0.3),
    ],
    attributes: { center_point_box: int(1) },
  },
  'NonMaxSuppression without a number gives nothing': {
    operator: 'NonMaxSuppression',
    opset: 10,
    inputs: [
      { dims: [1, 1, 4], values: [0, 0, 1, 1] },
      { dims: [1, 1, 1], values: [0.5] },
    ],
  },
  NonZero: { operator: 'NonZero', inputs: [of('float32', [2, 3], [0, 1, 0, -2, 0, 3])] },
  'NonZero of bools': { operator: 'NonZero', inputs: [of('bool', [4], [1, 0, 0, 1])] },
  'Compress an axis': {
    operator: 'Compress',
    inputs: [noise(6, 3, 4), of('bool', [3], [0, 1, 1])],
    attributes: { axis: int(1) },
  },
  'Compress all': { operator: 'Compress', inputs: [noise(6, 2, 2), of('bool', [4], [1, 0, 0, 1])] },
  'Unique sorted': { operator: 'Unique', inputs: [floats(2, 1, 1, 3, 4, 3)], outputs: 4 },
  'Unique as they come': {
    operator: 'Unique',
    inputs: [floats(2, 1, 1, 3, 4, 3)],
    attributes: { sorted: int(0) },
    outputs: 4,
  },
  'Unique along an axis': {
    operator: 'Unique',
    inputs: [of('float32', [3, 3], [1, 0, 0, 1, 0, 0, 2, 3, 4])],
    attributes: { axis: int(0) },
    outputs: 4,
  },
  ReverseSequence: {
    operator: 'ReverseSequence',
    inputs: [noise(7, 4, 3, 2), longs(1, 4, 2)],
  },
  'ReverseSequence of batches first': {
    operator: 'ReverseSequence',
    inputs: [noise(7, 3, 4), longs(3, 0, 2)],
    attributes: { time_axis: int(1), batch_axis: int(0) },
  },
};
