/** ONNX nodes that read images at computed places, or put patches together. */

import { int, ints, longs, noise, type Rows, type RuntimeRow, text } from './row.js';

const gridRows: Rows = Object.fromEntries(
  ['zeros', 'border', 'reflection'].flatMap((padding) =>
    [0, 1].flatMap((align) =>
      ['linear', 'nearest', 'cubic'].map((mode) => {
        const old = { linear: 'bilinear', nearest: 'nearest', cubic: 'bicubic' }[mode]!;
        const row: RuntimeRow = {
          operator: 'GridSample',
          opset: align === 1 ? 16 : 20,
          inputs: [noise(1, 2, 3, 5, 4), noise(2, 2, 3, 4, 2)],
          attributes: {
            mode: text(align === 1 ? old : mode),
            padding_mode: text(padding),
            align_corners: int(align),
          },
        };
        return [`GridSample ${mode} ${padding}${align ? ' align_corners' : ''}`, row];
      }),
    ),
  ),
);

export const sampling: Rows = {
  ...gridRows,
  'GridSample of a volume': {
    operator: 'GridSample',
    opset: 20,
    inputs: [noise(1, 1, 2, 3, 4, 2), noise(2, 1, 2, 3, 2, 3)],
    attributes: { mode: text('linear') },
  },
  AffineGrid: {
    operator: 'AffineGrid',
    opset: 20,
    inputs: [noise(3, 2, 2, 3), longs(2, 3, 4, 5)],
  },
  'AffineGrid align_corners': {
    operator: 'AffineGrid',
    opset: 20,
    inputs: [noise(3, 2, 2, 3), longs(2, 3, 4, 5)],
    attributes: { align_corners: int(1) },
  },
  'AffineGrid of a volume': {
    operator: 'AffineGrid',
    opset: 20,
    inputs: [noise(3, 1, 3, 4), longs(1, 2, 3, 4, 5)],
  },
  'DeformConv in groups, with offsets in groups, a mask and a bias': {
    operator: 'DeformConv',
    opset: 19,
    inputs: [
      ...[noise(1, 2, 4, 5, 6), noise(2, 6, 2, 3, 2), noise(3, 2, 2 * 2 * 6, 3, 6)],
      ...[noise(4, 6), noise(5, 2, 2 * 6, 3, 6)],
    ],
    attributes: {
      group: int(2),
      offset_group: int(2),
      pads: ints(1, 0, 1, 1),
      strides: ints(2, 1),
      kernel_shape: ints(3, 2),
    },
  },
  'DeformConv dilated': {
    operator: 'DeformConv',
    opset: 19,
    inputs: [noise(1, 1, 2, 6, 5), noise(2, 3, 2, 2, 2), noise(3, 1, 8, 4, 3)],
    attributes: { dilations: ints(2, 2) },
  },
  'Col2Im overlaps': {
    operator: 'Col2Im',
    opset: 18,
    inputs: [noise(4, 2, 3 * 4, 4 * 5), longs(5, 6), longs(2, 2)],
  },
  'Col2Im with strides, dilations and pads': {
    operator: 'Col2Im',
    opset: 18,
    inputs: [noise(4, 1, 2 * 6, 4 * 3), longs(6, 7), longs(2, 3)],
    attributes: { strides: ints(2, 2), dilations: ints(1, 2), pads: ints(1, 0, 1, 2) },
  },
};
