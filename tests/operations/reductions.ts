/** Rows of sums, means, maxima and what else goes over dimensions. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  all,
  any,
  argmax,
  argmin,
  countNonzero,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  prod,
  softmax,
  sum,
} from '../../src/ops/index.js';
import { bools, type CaseInput, distinct, exactly, integers, normal } from '../cases/case.js';
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

const farOut = (shape: readonly number[]): CaseInput => ({
  ...normal(shape, 3),
  data: normal(shape, 3).data.map((x) => x * 1e4),
});

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
  return {
    gradient: 'smooth',
    rows: shapes.map(([shape, dim]) => row(shape, dim, normal(shape), '')),
    special: [
      row([10, 4], 1, specialRows, 'special values '),
      { ...row([4, 5], 1, farOut([4, 5]), 'of size 1e4 '), gradient: 'kinked' },
    ],
  };
}

const withTies = (shape: readonly number[]): CaseInput => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(integers(-2, 2, shape).data),
});

const row = (name: string, input: CaseInput, build: (x: Tensor) => Tensor, torch: string): Row => ({
  name,
  inputs: [input],
  build,
  torch,
});

/** Of the largest or smallest value; `torch` is PyTorch's name of the one that shares the gradient of ties. */
function extremeRows(build: Reduce, torch: string): OperationRows {
  const alongOne = (x: Tensor) => build(x, 1);
  const ends = [2 ** 31 - 1, -(2 ** 31), 0, -1, 5, 5];
  return {
    gradient: 'smooth',
    rows: [
      ...reductionRows(build, torch, { input: distinct }),
      { ...row('ties', withTies([4, 9]), alongOne, `a.${torch}(1)`), gradient: 'kinked' },
      row('int32', exactly(ends, [3, 2], 'int32'), alongOne, `a.${torch}(1)`),
      row('uint8', exactly([0, 255, 7, 128, 1, 1], [3, 2], 'uint8'), alongOne, `a.${torch}(1)`),
      row('bool', bools([6, 2]), alongOne, `a.${torch}(1)`),
    ],
    special: [row('special values', specialRows, alongOne, `a.${torch}(1)`)],
  };
}

/** Of the place of the largest or smallest value, the first where several are equal. */
function indexRows(build: typeof argmax, torch: string): OperationRows {
  const shapes: [number[], number][] = [
    [[7], 0],
    [[3, 5], 0],
    [[3, 5], -1],
    [[2, 3, 4], 1],
    [[3, 1], 1],
  ];
  const along = shapes.flatMap(([shape, dim]) =>
    [false, true].map((keepDims) =>
      row(
        `[${shape}] along ${dim}${keepDims ? ', kept' : ''}`,
        distinct(shape),
        (x) => build(x, dim, { keepDims }),
        `a.${torch}(${dim}, ${keepDims ? 'True' : 'False'})`,
      ),
    ),
  );
  const ends = [-1, -(2 ** 31), 2 ** 31 - 1, 0];
  return {
    gradient: 'kinked',
    rows: [
      ...along,
      row('over all', distinct([2, 3, 4]), (x) => build(x), `a.${torch}()`),
      row('int32', exactly(ends, [2, 2], 'int32'), (x) => build(x, 1), `a.${torch}(1)`),
      row('uint8', exactly([9, 255, 3, 0], [2, 2], 'uint8'), (x) => build(x, 1), `a.${torch}(1)`),
    ],
    special: [row('special values', specialRows, (x) => build(x, 1), `a.${torch}(1)`)],
  };
}

function booleanRows(build: Reduce, torch: string): OperationRows {
  const alongOne = (x: Tensor) => build(x, 1);
  return {
    gradient: 'kinked',
    rows: [
      row('bool', bools([5, 3]), alongOne, `a.${torch}(1)`),
      row('kept', bools([2, 3, 2]), (x) => build(x, 0, { keepDims: true }), `a.${torch}(0, True)`),
      row('over all', bools([2, 3]), (x) => build(x), `a.${torch}()`),
      row('one', bools([1, 1]), alongOne, `a.${torch}(1)`),
      row('numbers', withTies([6, 2]), alongOne, `a.${torch}(1)`),
      row('int32', integers(-1, 1, [6, 2]), alongOne, `a.${torch}(1)`),
      row('nothing', bools([2, 0]), alongOne, `a.${torch}(1)`),
    ],
    special: [row('special values', specialRows, alongOne, `a.${torch}(1)`)],
  };
}

/** Without, with one and with several zeros among the factors. */
const factors = exactly(
  [1, 2, -3, 0.5, 4, 0, 2, 3, -1, 0.25, 0, 5, 0, 2, 1, 3, 0, 0, 0, 0],
  [4, 5],
);

const productRows: OperationRows = {
  gradient: 'smooth',
  rows: [
    ...overDims.map(([shape, dims]) => {
      const order = [...dims]
        .map((dim) => (dim < 0 ? dim + shape.length : dim))
        .sort()
        .reverse();
      return row(
        `[${shape}] over [${dims}]`,
        normal(shape),
        (x) => prod(x, dims),
        `a${order.map((dim) => `.prod(${dim})`).join('')}`,
      );
    }),
    row('kept', normal([3, 6]), (x) => prod(x, 1, { keepDims: true }), 'a.prod(1, True)'),
    row('over all', normal([3, 4]), (x) => prod(x), 'a.prod()'),
    row('zeros along rows', factors, (x) => prod(x, 1), 'a.prod(1)'),
    row('zeros along columns', factors, (x) => prod(x, 0), 'a.prod(0)'),
    row('int32', integers(-3, 3, [4, 5]), (x) => prod(x, 1), 'a.prod(1)'),
  ],
  special: [row('special values', specialRows, (x) => prod(x, 1), 'a.prod(1)')],
};

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
  prod: productRows,
  max: extremeRows(max, 'amax'),
  min: extremeRows(min, 'amin'),
  argmax: indexRows(argmax, 'argmax'),
  argmin: indexRows(argmin, 'argmin'),
  countNonzero: {
    gradient: 'kinked',
    rows: [
      ...reductionRows(countNonzero, 'ne(0).sum', { input: withTies }),
      row('bool', bools([3, 4]), (x) => countNonzero(x, 1), 'a.count_nonzero(1)'),
    ],
    special: [row('special values', specialRows, (x) => countNonzero(x, 1), 'a.count_nonzero(1)')],
  },
  any: booleanRows(any, 'any'),
  all: booleanRows(all, 'all'),
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
