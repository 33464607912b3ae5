/** Rows of convolutions and transposed convolutions over one, two and three axes. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  type Conv1dOptions,
  type Conv2dOptions,
  type Conv3dOptions,
  type ConvTranspose1dOptions,
  type ConvTranspose2dOptions,
  type ConvTranspose3dOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from '../../src/ops/index.js';
import { exactly, normal } from '../cases/case.js';
import type { Family, OperationRows, Row } from './row.js';

type Shape = readonly number[];

/** Shapes of x and weight, the options, and the same in Python; without a bias where the options say null. */
type Convolved<Options> = readonly [x: Shape, weight: Shape, options: Options, torch: string];

type Convolve<Options> = (
  x: Tensor,
  weight: Tensor,
  options: Options & { bias?: Tensor },
) => Tensor;

/** `torch` of the rows is what follows the input, the weight and the bias. */
function convolutions<Options extends { groups?: number }>(
  convolve: Convolve<Options>,
  name: string,
  rows: readonly Convolved<Options>[],
): OperationRows {
  const outputs = ([, weight, { groups = 1 }]: Convolved<Options>) =>
    name.includes('transpose') ? weight[1] * groups : weight[0];
  const withBias = (row: Convolved<Options>): Row => {
    const [x, weight, options, torch] = row;
    return {
      name: `[${x}] by [${weight}] ${JSON.stringify(options)}`,
      inputs: [normal(x), normal(weight, 2), normal([outputs(row)], 3)],
      build: (x, weight, bias) => convolve(x, weight, { ...options, bias }),
      torch: torch.startsWith('F.') ? torch : `F.${name}(a, b, c${torch && `, ${torch}`})`,
    };
  };
  const [[x, weight, options, torch]] = rows;
  const withoutBias: Row = {
    name: 'without bias',
    inputs: [normal(x), normal(weight, 2)],
    build: (x, weight) => convolve(x, weight, options),
    torch: `F.${name}(a, b, None${torch && `, ${torch}`})`,
  };
  const places = x.reduce((a, b) => a * b, 1);
  const values = [Infinity, 1, 0, -0, 2, 3, NaN, 1, -1, 2 ** -149, 2 ** -130, 5, -Infinity, 1];
  const special: Row = {
    ...withoutBias,
    name: 'special values',
    inputs: [
      exactly(
        Array.from({ length: places }, (_, i) => values[i % values.length]),
        x,
      ),
      normal(weight, 2),
    ],
  };
  return { gradient: 'smooth', rows: [withoutBias, ...rows.map(withBias)], special: [special] };
}

export const convolution: Family = {
  conv1d: convolutions<Conv1dOptions>(conv1d, 'conv1d', [
    [[2, 3, 8], [4, 3, 3], {}, ''],
    [[1, 1, 1], [1, 1, 1], {}, ''],
    [[1, 2, 9], [3, 2, 3], { stride: 2, padding: 1 }, '2, 1'],
    [[2, 4, 11], [4, 2, 2], { stride: 3, dilation: 2, groups: 2 }, '3, 0, 2, 2'],
    [
      [1, 3, 7],
      [3, 1, 3],
      { padding: [2, 0], groups: 3 },
      'F.conv1d(F.pad(a, [2, 0]), b, c, groups=3)',
    ],
    [[1, 2, 7], [2, 2, 4], { padding: 'same' }, "padding='same'"],
    [[1, 2, 7], [2, 2, 4], { padding: 'valid', dilation: 2 }, "padding='valid', dilation=2"],
  ]),
  conv2d: convolutions<Conv2dOptions>(conv2d, 'conv2d', [
    [[2, 3, 5, 6], [4, 3, 3, 2], {}, ''],
    [[2, 3, 1, 1], [5, 3, 1, 1], {}, ''],
    [[1, 1, 1, 9], [2, 1, 1, 3], {}, ''],
    [[1, 2, 6, 5], [3, 2, 3, 3], { padding: [1, 2] }, 'padding=[1, 2]'],
    [
      [1, 2, 6, 5],
      [2, 2, 3, 3],
      { padding: [0, 2, 1, 3] },
      'F.conv2d(F.pad(a, [1, 3, 0, 2]), b, c)',
    ],
    [[2, 2, 7, 8], [2, 2, 3, 2], { stride: [3, 2], padding: [1, 0] }, '[3, 2], [1, 0]'],
    [[1, 1, 9, 8], [2, 1, 3, 3], { dilation: [2, 3] }, 'dilation=[2, 3]'],
    [
      [1, 2, 9, 9],
      [2, 2, 2, 3],
      { stride: 2, dilation: [2, 1], padding: [2, 1, 0, 3] },
      'F.conv2d(F.pad(a, [0, 3, 2, 1]), b, c, 2, 0, [2, 1])',
    ],
    [[2, 4, 5, 5], [6, 2, 3, 3], { groups: 2, padding: 1 }, 'padding=1, groups=2'],
    [[1, 3, 6, 7], [6, 1, 3, 2], { groups: 3, stride: 2, dilation: [1, 2] }, '2, 0, [1, 2], 3'],
    [[1, 3, 5, 5], [3, 1, 3, 3], { groups: 3, padding: 1 }, 'padding=1, groups=3'],
    [[1, 4, 4, 3], [2, 2, 1, 1], { groups: 2, stride: 2 }, '2, groups=2'],
    [[1, 1, 14, 14], [2, 1, 5, 5], { padding: 2, stride: [5, 4] }, '[5, 4], 2'],
    [[1, 2, 5, 6], [2, 2, 2, 4], { padding: 'same' }, "padding='same'"],
    [[1, 2, 5, 6], [2, 2, 3, 2], { padding: 'same', dilation: 2 }, "padding='same', dilation=2"],
    [[1, 2, 5, 6], [2, 2, 3, 2], { padding: 'valid' }, "padding='valid'"],
    [[1, 1, 2, 3], [1, 1, 4, 5], { padding: 3, stride: 2 }, '2, 3'],
    [[1, 2, 8, 8], [2, 2, 2, 2], { stride: 4 }, '4'],
  ]),
  conv3d: convolutions<Conv3dOptions>(conv3d, 'conv3d', [
    [[1, 2, 3, 4, 3], [2, 2, 2, 2, 2], {}, ''],
    [[1, 1, 1, 1, 1], [1, 1, 1, 1, 1], {}, ''],
    [
      [1, 2, 4, 3, 5],
      [2, 2, 3, 1, 2],
      { stride: [2, 1, 2], padding: [1, 0, 1] },
      '[2, 1, 2], [1, 0, 1]',
    ],
    [[2, 2, 3, 3, 3], [4, 1, 2, 2, 1], { groups: 2, padding: 1 }, 'padding=1, groups=2'],
    [[1, 1, 5, 3, 4], [1, 1, 3, 2, 2], { dilation: [2, 1, 2] }, 'dilation=[2, 1, 2]'],
    [
      [1, 1, 2, 3, 3],
      [2, 1, 2, 2, 2],
      { padding: [1, 0, 0, 1, 2, 0] },
      'F.conv3d(F.pad(a, [2, 0, 0, 1, 1, 0]), b, c)',
    ],
    [[1, 1, 3, 4, 3], [1, 1, 2, 3, 2], { padding: 'same' }, "padding='same'"],
  ]),
  convTranspose1d: convolutions<ConvTranspose1dOptions>(convTranspose1d, 'conv_transpose1d', [
    [[2, 3, 4], [3, 2, 3], {}, ''],
    [[1, 1, 1], [1, 1, 1], {}, ''],
    [[1, 2, 5], [2, 3, 4], { stride: 2, padding: 1 }, '2, 1'],
    [[1, 4, 3], [4, 1, 3], { stride: 3, outputPadding: 2, groups: 2 }, '3, 0, 2, 2'],
    [[1, 2, 4], [2, 1, 2], { dilation: 3, padding: 2 }, '1, 2, 0, 1, 3'],
    [
      [1, 2, 4],
      [2, 1, 3],
      { stride: 2, padding: [2, 0] },
      'F.conv_transpose1d(a, b, c, 2)[:, :, 2:]',
    ],
  ]),
  convTranspose2d: convolutions<ConvTranspose2dOptions>(convTranspose2d, 'conv_transpose2d', [
    [[2, 3, 3, 4], [3, 2, 3, 2], {}, ''],
    [[1, 2, 1, 1], [2, 3, 4, 4], {}, ''],
    [[1, 2, 3, 3], [2, 3, 4, 4], { stride: 2, padding: 1 }, '2, 1'],
    [
      [1, 2, 2, 3],
      [2, 1, 3, 3],
      { stride: [2, 3], padding: [1, 0], outputPadding: [1, 2] },
      '[2, 3], [1, 0], [1, 2]',
    ],
    [[1, 4, 3, 2], [4, 2, 3, 3], { groups: 2, stride: 2 }, '2, groups=2'],
    [[1, 3, 3, 3], [3, 1, 2, 3], { groups: 3, padding: 1 }, 'padding=1, groups=3'],
    [[1, 2, 3, 4], [2, 2, 2, 3], { dilation: [2, 3], padding: 2 }, 'padding=2, dilation=[2, 3]'],
    [[1, 1, 3, 3], [1, 1, 2, 2], { stride: 3 }, '3'],
    [[1, 1, 3, 3], [1, 2, 3, 3], { dilation: 2, outputPadding: 1, stride: 2 }, '2, 0, 1, 1, 2'],
    [
      [1, 2, 3, 3],
      [2, 1, 3, 3],
      { stride: 2, padding: [0, 1, 2, 1] },
      'F.conv_transpose2d(a, b, c, 2)[:, :, :-1, 2:-1]',
    ],
    [[1, 2, 3, 3], [2, 1, 4, 4], { stride: 2, padding: 'same' }, '2, 1'],
    [
      [1, 2, 3, 2],
      [2, 1, 3, 4],
      { stride: [2, 3], padding: 'same' },
      'F.conv_transpose2d(a, b, c, [2, 3])[:, :, :-1, :-1]',
    ],
  ]),
  convTranspose3d: convolutions<ConvTranspose3dOptions>(convTranspose3d, 'conv_transpose3d', [
    [[1, 2, 2, 2, 3], [2, 2, 2, 2, 2], {}, ''],
    [[1, 1, 1, 1, 1], [1, 1, 1, 2, 1], {}, ''],
    [[1, 2, 2, 2, 2], [2, 1, 3, 2, 3], { stride: 2, padding: [1, 0, 1] }, '2, [1, 0, 1]'],
    [
      [1, 2, 2, 1, 2],
      [2, 1, 2, 2, 2],
      { groups: 2, stride: [2, 1, 2], outputPadding: [1, 0, 1] },
      '[2, 1, 2], 0, [1, 0, 1], 2',
    ],
    [
      [1, 1, 2, 3, 2],
      [1, 1, 2, 2, 2],
      { dilation: [1, 2, 2], padding: 1 },
      'padding=1, dilation=[1, 2, 2]',
    ],
  ]),
};
