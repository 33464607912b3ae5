/** Rows of sums, means, maxima and what else goes over dimensions. */

import type { Tensor } from '../../src/graph/tensor.js';
import { argmax, logSoftmax, logSumExp, max, mean, softmax, sum } from '../../src/ops/index.js';
import { type CaseInput, distinct, exactly, integers, normal } from '../cases/case.js';
import type { Family, OperationRows, Row } from './row.js';

type Reduce = (
  x: Tensor,
  dims?: number | readonly number[],
  options?: { keepDims?: boolean },
) => Tensor;

const overDims: readonly (readonly [shape: readonly number[], dims: readonly number[]])[] = [
  [[7], [0]],
  [[3, 5], [0]],
  [[3, 5], [-1]],
  [
    [2, 3, 4, 2],
    [0, 2, 3],
  ],
  [[3, 1, 4], [1]],
  [
    [1, 1],
    [0, 1],
  ],
  [
    [2, 3, 5],
    [1, 0],
  ],
];

/** Of a reduction over dimensions with `keepDims`; `torch` is its PyTorch name, a method that takes (dims, keepdim). */
export function reductionRows(
  build: Reduce,
  torch: string,
  { input = normal }: { input?: (shape: readonly number[]) => CaseInput } = {},
): Row[] {
  const rows = overDims.flatMap(([shape, dims]) =>
    [false, true].map((keepDims) => ({
      name: `[${shape}] over [${dims}]${keepDims ? ', kept' : ''}`,
      inputs: [input(shape)],
      build: (x: Tensor) => build(x, dims, { keepDims }),
      torch: `a.${torch}([${dims}], ${keepDims ? 'True' : 'False'})`,
    })),
  );
  const everything = {
    name: 'over all',
    inputs: [input([3, 5])],
    build: (x: Tensor) => build(x),
    torch: `a.${torch}([0, 1])`,
  };
  return [...rows, everything];
}

/** Special values of a reduction along rows: ordinary numbers beside an infinity, NaN, ends of the range. */
export const specialRows: CaseInput = exactly(
  [
    [1, 2, -3, 0.5],
    [1, Infinity, 2, -3],
    [1, -Infinity, 2, -3],
    [Infinity, -Infinity, 2, -3],
    [NaN, 1, 2, 3],
    [-Infinity, -Infinity, -Infinity, -Infinity],
    [2 ** -149, -(2 ** -149), 2 ** -130, 0],
    [0, -0, 0, -0],
    [1e20, -1e20, 1e20, 1],
    [1e4, -1e4, 9999, 0],
  ].flat(),
  [10, 4],
);

/** Of a function along one dimension that keeps the shape. */
export function alongRows(build: (x: Tensor, dim: number) => Tensor, torch: string): OperationRows {
  const shapes: [number[], number][] = [
    [[6], 0],
    [[3, 5], 1],
    [[3, 5], 0],
    [[2, 3, 4], -2],
    [[2, 3, 2, 2], 1],
    [[3, 1], 1],
  ];
  const row = (shape: number[], dim: number, input: CaseInput, name: string): Row => ({
    name: `${name}[${shape}] along ${dim}`,
    inputs: [input],
    build: (x) => build(x, dim),
    torch: torch.replaceAll('DIM', `${dim}`),
  });
  const far = (shape: number[]) => ({
    ...normal(shape, 3),
    data: normal(shape, 3).data.map((x) => x * 1e4),
  });
  return {
    gradient: 'smooth',
    rows: shapes.map(([shape, dim]) => row(shape, dim, normal(shape), '')),
    special: [
      row([10, 4], 1, specialRows, 'special values '),
      { ...row([4, 5], 1, far([4, 5]), 'of size 1e4 '), gradient: 'kinked' },
    ],
  };
}

const withTies = (shape: readonly number[]): CaseInput => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(integers(-2, 2, shape).data),
});

export const reductions: Family = {
  sum: {
    gradient: 'smooth',
    rows: [
      ...reductionRows(sum, 'sum'),
      {
        name: 'int32',
        inputs: [integers(-9, 9, [3, 5])],
        build: (x) => sum(x, 1),
        torch: 'a.sum(1)',
      },
    ],
    special: [
      { name: 'special values', inputs: [specialRows], build: (x) => sum(x, 1), torch: 'a.sum(1)' },
    ],
  },
  mean: {
    gradient: 'smooth',
    rows: reductionRows(mean, 'mean'),
    special: [
      {
        name: 'special values',
        inputs: [specialRows],
        build: (x) => mean(x, 1),
        torch: 'a.mean(1)',
      },
    ],
  },
  max: {
    gradient: 'smooth',
    rows: [
      ...reductionRows(max, 'amax', { input: distinct }),
      {
        name: 'ties',
        inputs: [withTies([4, 9])],
        build: (x) => max(x, 1),
        torch: 'a.amax(1)',
        gradient: 'kinked',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [specialRows],
        build: (x) => max(x, 1),
        torch: 'a.amax(1)',
      },
    ],
  },
  argmax: {
    gradient: 'kinked',
    rows: (
      [
        [[7], 0],
        [[3, 5], 0],
        [[3, 5], -1],
        [[2, 3, 4], 1],
        [[3, 1], 1],
      ] as [number[], number][]
    ).flatMap(([shape, dim]) =>
      [false, true].map((keepDims) => ({
        name: `[${shape}] along ${dim}${keepDims ? ', kept' : ''}`,
        inputs: [distinct(shape)],
        build: (x: Tensor) => argmax(x, dim, { keepDims }),
        torch: `a.argmax(${dim}, ${keepDims ? 'True' : 'False'})`,
      })),
    ),
  },
  softmax: alongRows(softmax, 'a.softmax(DIM)'),
  logSoftmax: alongRows(logSoftmax, 'a.log_softmax(DIM)'),
  logSumExp: {
    gradient: 'smooth',
    rows: reductionRows(logSumExp, 'logsumexp'),
    special: [
      {
        name: 'special values',
        inputs: [specialRows],
        build: (x) => logSumExp(x, 1),
        torch: 'a.logsumexp(1)',
      },
    ],
  },
};
