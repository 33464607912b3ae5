/** Rows of poolings: maximum, average, sum, power mean, adaptive, global, and back again. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  globalAvgPool2d,
  globalMaxPool2d,
  lpPool2d,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
  maxUnpool2d,
  sumPool2d,
} from '../../src/ops/index.js';
import { between, type CaseInput, distinct, exactly, integers, normal } from '../cases/case.js';
import { scaled } from './inputs.js';
import type { Family, OperationRows, Row } from './row.js';

type Shape = readonly number[];

/** A shape, the options, and the same as PyTorch's arguments behind the input. */
type Window<Options> = readonly [shape: Shape, options: Options, torch: string];

interface Pooled<Options> {
  readonly build: (x: Tensor, options: Options) => Tensor | readonly Tensor[];
  /** With ARGS where the arguments of a row go. */
  readonly torch: string;
  readonly input: (shape: Shape) => CaseInput;
  readonly special?: boolean;
}

const specialNumbers = [
  3,
  1,
  2,
  2,
  3,
  4,
  2,
  -1,
  -Infinity,
  -Infinity,
  0,
  -0,
  -Infinity,
  -Infinity,
  -0,
  Infinity,
];

function windows<Options>(
  { build, torch, input, special = true }: Pooled<Options>,
  rows: readonly Window<Options>[],
): OperationRows {
  const row = ([shape, options, args]: Window<Options>, data: CaseInput, what = ''): Row => ({
    name: `${what}[${shape}] ${JSON.stringify(options)}`,
    inputs: [data],
    build: (x) => build(x, options),
    torch: torch.replace('ARGS', args),
  });
  // One NaN: of several in a window PyTorch names the last, others the first.
  const ofSpecial = (shape: Shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const number = (i: number) => specialNumbers[i % specialNumbers.length];
    return exactly(
      Array.from({ length: size }, (_, i) => (i === 0 ? NaN : number(i))),
      shape,
    );
  };
  return {
    gradient: 'smooth',
    rows: rows.map((one) => row(one, input(one[0]))),
    special: special
      ? rows.slice(0, 2).map((one) => row(one, ofSpecial(one[0]), 'special values, '))
      : [],
  };
}

/** `rows`, and some whose values tie, so that the choice among them is compared with PyTorch's. */
function withTies(rows: OperationRows): OperationRows {
  const tied = rows.rows.slice(0, 3).map((row): Row => {
    const [{ shape }] = row.inputs;
    const few = Float32Array.from(integers(-1, 1, shape).data);
    const inputs = [{ shape, dtype: 'float32' as const, data: few }];
    return { ...row, name: `ties in ${row.name}`, inputs, gradient: 'kinked' };
  });
  return { ...rows, rows: [...rows.rows, ...tied] };
}

type MaxOptions = Parameters<typeof maxPool2d>[1];
type AvgOptions = Parameters<typeof avgPool2d>[1];

const maxWindows: readonly Window<MaxOptions>[] = [
  [[2, 2, 4, 6], { kernelSize: 2 }, '2'],
  [[1, 2, 7, 9], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
  [[1, 2, 7, 7], { kernelSize: [3, 2], stride: [1, 3] }, '[3, 2], [1, 3]'],
  [[1, 1, 6, 5], { kernelSize: [4, 5], stride: [2, 1], padding: [2, 2] }, '[4, 5], [2, 1], 2'],
  [
    [1, 2, 9, 8],
    { kernelSize: [2, 3], stride: [1, 2], dilation: [3, 2], padding: [1, 0] },
    '[2, 3], [1, 2], [1, 0], [3, 2]',
  ],
  [[1, 1, 6, 8], { kernelSize: 3, stride: 2, ceilMode: true }, '3, 2, ceil_mode=True'],
  [
    [1, 1, 5, 5],
    { kernelSize: 2, stride: 3, padding: 1, ceilMode: true },
    '2, 3, 1, ceil_mode=True',
  ],
  [[1, 1, 1, 1], { kernelSize: 1 }, '1'],
  [[3, 1, 5, 1], { kernelSize: [5, 1] }, '[5, 1]'],
  [[1, 1, 9, 9], { kernelSize: 2, stride: 4 }, '2, 4'],
];

/** Windows that both kinds of padding can be counted in. */
const avgWindows: readonly Window<AvgOptions>[] = [
  [[2, 2, 4, 6], { kernelSize: 2 }, '2'],
  [[1, 2, 7, 9], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
  [
    [1, 2, 7, 9],
    { kernelSize: 3, stride: 2, padding: 1, countIncludePad: false },
    '3, 2, 1, count_include_pad=False',
  ],
  [[1, 2, 7, 7], { kernelSize: [3, 2], stride: [1, 3] }, '[3, 2], [1, 3]'],
  [[1, 1, 6, 5], { kernelSize: [4, 5], stride: [2, 1], padding: [2, 2] }, '[4, 5], [2, 1], 2'],
  [[1, 1, 6, 8], { kernelSize: 3, stride: 2, ceilMode: true }, '3, 2, ceil_mode=True'],
  [[1, 1, 6, 8], { kernelSize: 3, stride: 2, padding: 1, ceilMode: true }, '3, 2, 1, True'],
  [
    [1, 1, 6, 8],
    { kernelSize: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false },
    '3, 2, 1, True, False',
  ],
  [[1, 1, 5, 5], { kernelSize: 2, stride: 3, padding: 1, ceilMode: true }, '2, 3, 1, True'],
  [[1, 1, 4, 5], { kernelSize: 2, divisorOverride: 3 }, '2, divisor_override=3'],
  [[1, 1, 1, 1], { kernelSize: 1 }, '1'],
];

const adaptive: readonly Window<Parameters<typeof adaptiveAvgPool2d>[1]>[] = [
  [[2, 3, 6, 8], 2, '2'],
  [[1, 2, 7, 5], [3, 4], '[3, 4]'],
  [[1, 2, 5, 7], [null, 3], '[None, 3]'],
  [[1, 1, 2, 3], [5, 4], '[5, 4]'],
  [[1, 2, 3, 5], 1, '1'],
  [[1, 1, 1, 1], 3, '3'],
];

const positive = (shape: Shape) => between(0.3, 2, shape);

export const pooling: Family = {
  maxPool1d: withTies(
    windows({ build: maxPool1d, torch: 'F.max_pool1d(a, ARGS)', input: distinct }, [
      [[2, 3, 8], { kernelSize: 2 }, '2'],
      [[1, 2, 9], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
      [[1, 1, 9], { kernelSize: 3, stride: 1, dilation: 3 }, '3, 1, 0, 3'],
      [[1, 1, 8], { kernelSize: 3, stride: 2, ceilMode: true }, '3, 2, ceil_mode=True'],
      [[1, 1, 1], { kernelSize: 1 }, '1'],
    ]),
  ),
  maxPool1dWithIndices: windows(
    {
      build: (x, options: Parameters<typeof maxPool1d>[1]) => {
        const { output, indices } = maxPool1dWithIndices(x, options);
        return [output, indices];
      },
      torch: 'F.max_pool1d(a, ARGS, return_indices=True)',
      input: distinct,
    },
    [
      [[2, 3, 8], { kernelSize: 2 }, '2'],
      [[1, 2, 9], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
      [[1, 1, 8], { kernelSize: 3, stride: 2, ceilMode: true }, '3, 2, ceil_mode=True'],
    ],
  ),
  maxPool2d: withTies(
    windows({ build: maxPool2d, torch: 'F.max_pool2d(a, ARGS)', input: distinct }, maxWindows),
  ),
  maxPool2dWithIndices: windows(
    {
      build: (x, options: MaxOptions) => {
        const { output, indices } = maxPool2dWithIndices(x, options);
        return [output, indices];
      },
      torch: 'F.max_pool2d(a, ARGS, return_indices=True)',
      input: distinct,
    },
    maxWindows,
  ),
  maxPool3d: withTies(
    windows({ build: maxPool3d, torch: 'F.max_pool3d(a, ARGS)', input: distinct }, [
      [[1, 2, 4, 4, 2], { kernelSize: 2 }, '2'],
      [[1, 1, 5, 4, 3], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
      [[1, 1, 3, 5, 4], { kernelSize: [1, 2, 3], stride: [1, 2, 1] }, '[1, 2, 3], [1, 2, 1]'],
      [[1, 1, 4, 4, 5], { kernelSize: 3, stride: 2, ceilMode: true }, '3, 2, ceil_mode=True'],
    ]),
  ),
  maxPool3dWithIndices: windows(
    {
      build: (x, options: Parameters<typeof maxPool3d>[1]) => {
        const { output, indices } = maxPool3dWithIndices(x, options);
        return [output, indices];
      },
      torch: 'F.max_pool3d(a, ARGS, return_indices=True)',
      input: distinct,
    },
    [
      [[1, 2, 4, 4, 2], { kernelSize: 2 }, '2'],
      [[1, 1, 5, 4, 3], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
    ],
  ),
  avgPool1d: windows({ build: avgPool1d, torch: 'F.avg_pool1d(a, ARGS)', input: normal }, [
    [[2, 3, 8], { kernelSize: 2 }, '2'],
    [[1, 2, 9], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
    [
      [1, 2, 9],
      { kernelSize: 3, stride: 2, padding: 1, countIncludePad: false },
      '3, 2, 1, count_include_pad=False',
    ],
    [[1, 1, 8], { kernelSize: 3, stride: 2, padding: 1, ceilMode: true }, '3, 2, 1, True'],
    [
      [1, 1, 8],
      { kernelSize: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false },
      '3, 2, 1, True, False',
    ],
    [[1, 1, 1], { kernelSize: 1 }, '1'],
  ]),
  avgPool2d: windows(
    { build: avgPool2d, torch: 'F.avg_pool2d(a, ARGS)', input: normal },
    avgWindows,
  ),
  avgPool3d: windows({ build: avgPool3d, torch: 'F.avg_pool3d(a, ARGS)', input: normal }, [
    [[1, 2, 4, 4, 2], { kernelSize: 2 }, '2'],
    [[1, 1, 5, 4, 3], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
    [
      [1, 1, 5, 4, 3],
      { kernelSize: 3, stride: 2, padding: 1, countIncludePad: false },
      '3, 2, 1, count_include_pad=False',
    ],
    [
      [1, 1, 4, 4, 5],
      { kernelSize: [3, 2, 3], stride: 2, ceilMode: true },
      '[3, 2, 3], 2, ceil_mode=True',
    ],
    [[1, 1, 3, 2, 3], { kernelSize: 2, stride: 1, divisorOverride: 5 }, '2, 1, divisor_override=5'],
  ]),
  sumPool2d: windows(
    { build: sumPool2d, torch: 'F.avg_pool2d(a, ARGS, divisor_override=1)', input: normal },
    [
      [[2, 2, 4, 6], { kernelSize: 2 }, '2'],
      [[1, 2, 7, 9], { kernelSize: 3, stride: 2, padding: 1 }, '3, 2, 1'],
      [[1, 2, 7, 7], { kernelSize: [3, 2], stride: [1, 3] }, '[3, 2], [1, 3]'],
      [[1, 1, 6, 8], { kernelSize: 3, stride: 2, ceilMode: true }, '3, 2, ceil_mode=True'],
    ],
  ),
  lpPool2d: {
    ...windows(
      { build: lpPool2d, torch: 'F.lp_pool2d(a, ARGS)', input: positive, special: false },
      [
        [[2, 2, 4, 6], { kernelSize: 2 }, '2, 2'],
        [[1, 2, 5, 7], { normType: 3, kernelSize: 3, stride: 2 }, '3, 3, 2'],
        [[1, 1, 5, 6], { normType: 1, kernelSize: [2, 3] }, '1, [2, 3]'],
        [[1, 1, 5, 6], { normType: 2.5, kernelSize: 2, stride: [1, 2] }, '2.5, 2, [1, 2]'],
        [[1, 1, 6, 5], { normType: 4, kernelSize: 3, stride: 2, ceilMode: true }, '4, 3, 2, True'],
        [[1, 1, 1, 1], { kernelSize: 1 }, '2, 1'],
      ],
    ),
  },
  adaptiveAvgPool2d: windows(
    {
      build: adaptiveAvgPool2d,
      torch: 'F.adaptive_avg_pool2d(a, ARGS)',
      input: normal,
      special: false,
    },
    adaptive,
  ),
  adaptiveMaxPool2d: withTies(
    windows(
      { build: adaptiveMaxPool2d, torch: 'F.adaptive_max_pool2d(a, ARGS)', input: distinct },
      adaptive,
    ),
  ),
  adaptiveMaxPool2dWithIndices: withTies(
    windows(
      {
        build: (x, size: Parameters<typeof adaptiveMaxPool2d>[1]) => {
          const { output, indices } = adaptiveMaxPool2dWithIndices(x, size);
          return [output, indices];
        },
        torch: 'F.adaptive_max_pool2d(a, ARGS, return_indices=True)',
        input: distinct,
      },
      adaptive,
    ),
  ),
  globalAvgPool2d: windows(
    {
      build: (x, _: null) => globalAvgPool2d(x),
      torch: 'F.adaptive_avg_pool2d(a, ARGS)',
      input: normal,
    },
    [
      [[2, 3, 4, 5], null, '1'],
      [[1, 1, 1, 7], null, '1'],
      [[1, 2, 1, 1], null, '1'],
    ],
  ),
  globalMaxPool2d: windows(
    {
      build: (x, _: null) => globalMaxPool2d(x),
      torch: 'F.adaptive_max_pool2d(a, ARGS)',
      input: distinct,
    },
    [
      [[2, 3, 4, 5], null, '1'],
      [[1, 1, 1, 7], null, '1'],
      [[1, 2, 1, 1], null, '1'],
    ],
  ),
  maxUnpool2d: {
    gradient: 'smooth',
    rows: [
      {
        name: 'of pairs',
        inputs: [distinct([2, 2, 4, 6])],
        build: (x) => {
          const { output, indices } = maxPool2dWithIndices(x, { kernelSize: 2 });
          return maxUnpool2d(output, indices, { kernelSize: 2 });
        },
        torch: 'F.max_unpool2d(*F.max_pool2d(a, 2, return_indices=True), 2)',
      },
      {
        name: 'with padding and a given size',
        inputs: [distinct([1, 2, 5, 8])],
        build: (x) => {
          const options = { kernelSize: [2, 3], stride: [2, 3], padding: [1, 1] } as const;
          const { output, indices } = maxPool2dWithIndices(x, options);
          return maxUnpool2d(output, indices, { ...options, outputSize: [5, 8] });
        },
        torch:
          'F.max_unpool2d(*F.max_pool2d(a, [2, 3], [2, 3], 1, return_indices=True), [2, 3], [2, 3], 1, [5, 8])',
      },
      {
        name: 'of numbers of their own',
        inputs: [scaled([1, 1, 2, 2], { by: 1 }), exactly([0, 2, 9, 15], [1, 1, 2, 2], 'int32')],
        build: (x, indices) => maxUnpool2d(x, indices, { kernelSize: 2 }),
        torch: 'F.max_unpool2d(a, b, 2)',
      },
    ],
  },
};
