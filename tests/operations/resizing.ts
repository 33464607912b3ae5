/** Rows of resizing, padding and pixels shuffled between channels and places. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  circularPad2d,
  constantPad2d,
  type InterpolateOptions,
  interpolate,
  pad,
  pixelShuffle,
  pixelUnshuffle,
  reflectionPad2d,
  replicationPad2d,
} from '../../src/ops/index.js';
import { exactly, normal } from '../cases/case.js';
import type { Family, OperationRows, Row } from './row.js';

type Shape = readonly number[];
type Build = (x: Tensor) => Tensor;

const values = [Infinity, 1, 0, -0, 2 ** -149, NaN, -Infinity, 1e20, -1, 2 ** -130, 3];

/** A shape, the operation and the same in Python; the first also with special values. */
function ofOne(rows: readonly (readonly [Shape, Build, string])[]): OperationRows {
  const row = ([shape, build, torch]: (typeof rows)[number]): Row => ({
    name: `[${shape}] ${torch}`,
    inputs: [normal(shape)],
    build,
    torch,
  });
  const special = rows.slice(0, 1).map((one): Row => {
    const size = one[0].reduce((a, b) => a * b, 1);
    const numbers = Array.from({ length: size }, (_, i) => values[i % values.length]);
    return { ...row(one), inputs: [exactly(numbers, one[0])] };
  });
  const named = special.map((one) => ({ ...one, name: `special values, ${one.name}` }));
  return { gradient: 'smooth', rows: rows.map(row), special: named };
}

const sizes: readonly (readonly [Shape, InterpolateOptions, string])[] = [
  [[1, 2, 3, 4], { scaleFactor: 2 }, 'scale_factor=2'],
  [[2, 1, 3, 2], { scaleFactor: [2, 3] }, 'scale_factor=(2., 3.)'],
  [[1, 1, 5, 7], { size: [3, 4] }, 'size=(3, 4)'],
  [[1, 1, 3, 4], { size: [7, 5] }, 'size=(7, 5)'],
  [[1, 1, 1, 1], { size: 3 }, 'size=3'],
  [[1, 1, 5, 6], { size: 1 }, 'size=1'],
  [[1, 1, 4, 5], { scaleFactor: 1.7 }, 'scale_factor=1.7'],
  [[1, 2, 6, 5], { scaleFactor: 0.5 }, 'scale_factor=0.5'],
];

const interpolations = (['nearest', 'bilinear', 'bicubic'] as const).flatMap((mode) =>
  (mode === 'nearest' ? [false] : [false, true]).flatMap((alignCorners) =>
    sizes.map(([shape, options, size]) => {
      const corners =
        mode === 'nearest' ? '' : `, align_corners=${alignCorners ? 'True' : 'False'}`;
      return [
        shape,
        (x: Tensor) => interpolate(x, { ...options, mode, alignCorners }),
        `F.interpolate(a, ${size}, mode='${mode}'${corners})`,
      ] as const;
    }),
  ),
);

export const resizing: Family = {
  interpolate: ofOne(interpolations),
  pad: ofOne([
    [
      [2, 3],
      (x) => pad(x, { low: [3, 1], high: [0, 2], value: 0.5 }),
      'F.pad(a, [1, 2, 3, 0], value=0.5)',
    ],
    [[2, 5], (x) => pad(x, { low: [1, -2], high: [0, -1] }), 'F.pad(a, [-2, -1, 1, 0])'],
    [[3], (x) => pad(x, { low: [0], high: [0] }), 'F.pad(a, [0, 0])'],
    [[1, 1, 1], (x) => pad(x, { low: [0, 1, 0], high: [2, 0, 1] }), 'F.pad(a, [0, 1, 1, 0, 0, 2])'],
    [
      [3],
      (x) => pad(x, { low: [1], high: [0], interior: [2] }),
      'F.pad(torch.stack([a, 0 * a, 0 * a], 1).view(9)[:7], [1, 0])',
    ],
  ]),
  constantPad2d: ofOne([
    [[1, 2, 2, 3], (x) => constantPad2d(x, 1), 'F.pad(a, [1, 1, 1, 1])'],
    [
      [2, 3],
      (x) => constantPad2d(x, [1, 0, 2, 1], { value: -0.5 }),
      'F.pad(a, [1, 0, 2, 1], value=-0.5)',
    ],
    [[1, 1, 4, 5], (x) => constantPad2d(x, [-1, 2, 0, -2]), 'F.pad(a, [-1, 2, 0, -2])'],
  ]),
  reflectionPad2d: ofOne([
    [[1, 2, 3, 4], (x) => reflectionPad2d(x, 2), "F.pad(a, [2, 2, 2, 2], 'reflect')"],
    [[1, 1, 2, 5], (x) => reflectionPad2d(x, [4, 0, 1, 0]), "F.pad(a, [4, 0, 1, 0], 'reflect')"],
    [[1, 1, 1, 2], (x) => reflectionPad2d(x, [1, 1, 0, 0]), "F.pad(a, [1, 1, 0, 0], 'reflect')"],
    [[2, 3, 3], (x) => reflectionPad2d(x, 1), "F.pad(a, [1, 1, 1, 1], 'reflect')"],
  ]),
  replicationPad2d: ofOne([
    [[1, 2, 3, 4], (x) => replicationPad2d(x, 2), "F.pad(a, [2, 2, 2, 2], 'replicate')"],
    [[1, 1, 1, 1], (x) => replicationPad2d(x, [3, 0, 1, 2]), "F.pad(a, [3, 0, 1, 2], 'replicate')"],
    [[2, 3, 2], (x) => replicationPad2d(x, [0, 4, 0, 0]), "F.pad(a, [0, 4, 0, 0], 'replicate')"],
  ]),
  circularPad2d: ofOne([
    [[1, 2, 3, 4], (x) => circularPad2d(x, 2), "F.pad(a, [2, 2, 2, 2], 'circular')"],
    [[1, 1, 2, 3], (x) => circularPad2d(x, [3, 1, 0, 2]), "F.pad(a, [3, 1, 0, 2], 'circular')"],
    [[1, 1, 1, 1], (x) => circularPad2d(x, 1), "F.pad(a, [1, 1, 1, 1], 'circular')"],
  ]),
  pixelShuffle: ofOne([
    [[2, 4, 2, 3], (x) => pixelShuffle(x, 2), 'F.pixel_shuffle(a, 2)'],
    [[1, 18, 1, 2], (x) => pixelShuffle(x, 3), 'F.pixel_shuffle(a, 3)'],
    [[1, 2, 3, 1], (x) => pixelShuffle(x, 1), 'F.pixel_shuffle(a, 1)'],
  ]),
  pixelUnshuffle: ofOne([
    [[2, 1, 4, 6], (x) => pixelUnshuffle(x, 2), 'F.pixel_unshuffle(a, 2)'],
    [[1, 2, 3, 3], (x) => pixelUnshuffle(x, 3), 'F.pixel_unshuffle(a, 3)'],
    [[1, 2, 3, 1], (x) => pixelUnshuffle(x, 1), 'F.pixel_unshuffle(a, 1)'],
  ]),
};
