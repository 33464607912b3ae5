/** Cases of the reductions: every choice of dimensions, long and short, of views and of products. */

import type { Tensor } from '../../src/graph/tensor.js';
import type { ReductionName } from '../../src/graph/vocabulary.js';
import {
  argmax,
  expand,
  max,
  mean,
  mul,
  permute,
  slice,
  sum,
  transpose,
} from '../../src/ops/index.js';
import {
  bools,
  type Case,
  type CaseInput,
  distinct,
  exactly,
  integers,
  normal,
  type PrimitiveCases,
} from './case.js';

type Reduction = (x: Tensor, dims?: readonly number[]) => Tensor;
type Filler = (shape: readonly number[], seed?: number) => CaseInput;

const choices: readonly { shape: readonly number[]; dims?: readonly number[] }[] = [
  { shape: [] },
  { shape: [1] },
  { shape: [7] },
  { shape: [37] },
  { shape: [3, 5] },
  { shape: [3, 5], dims: [0] },
  { shape: [3, 5], dims: [1] },
  { shape: [1, 9], dims: [0] },
  { shape: [9, 1], dims: [1] },
  { shape: [4, 3, 5], dims: [1] },
  { shape: [4, 3, 5], dims: [0, 2] },
  { shape: [2, 3, 4, 5], dims: [0, 2, 3] },
  { shape: [2, 3, 4, 5], dims: [2, 3] },
  { shape: [2, 3, 2, 4, 3], dims: [1, 3] },
  { shape: [0, 4], dims: [1] },
  { shape: [1000, 37] },
  { shape: [1000, 37], dims: [0] },
  { shape: [1000, 37], dims: [1] },
  { shape: [8, 33, 14, 14], dims: [0, 2, 3] },
];

const overChoices = (filler: Filler, reduce: Reduction): Case[] =>
  choices.map(({ shape, dims }) => ({
    name: `[${shape}] over ${dims ? `[${dims}]` : 'all'}`,
    inputs: [filler(shape)],
    build: (x) => reduce(x, dims),
  }));

const overViews = (filler: Filler, reduce: Reduction): Case[] => [
  { name: 'of a transpose', inputs: [filler([5, 8])], build: (x) => reduce(transpose(x), [1]) },
  {
    name: 'of a permuted tensor',
    inputs: [filler([4, 5, 6])],
    build: (x) => reduce(permute(x, [2, 0, 1]), [0, 2]),
  },
  {
    name: 'of a slice with steps',
    inputs: [filler([9, 11])],
    build: (x) => reduce(slice(x, { start: [1, 2], step: [3, 2] }), [0]),
  },
  { name: 'of a product', inputs: [filler([6, 7])], build: (x) => reduce(mul(x, 3), [1]) },
];

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const specialRows = exactly(
  [
    [1, nan, 3, 2],
    [nan, 5, nan, 1],
    [infinity, 1, infinity, 2],
    [-infinity, -infinity, -infinity, -infinity],
    [0, -0, 0, -0],
    [4, 4, 4, 4],
    [-1, -3, -1, -2],
    [infinity, -infinity, 1, 2],
  ].flat(),
  [8, 4],
);

/** The reduction of special values along rows, along columns and over everything. */
const special = (reduce: Reduction): Case[] => [
  { name: 'special rows', inputs: [specialRows], build: (x) => reduce(x, [1]) },
  { name: 'special columns', inputs: [specialRows], build: (x) => reduce(transpose(x), [0]) },
];

const alongFirst = (x: Tensor, dims: readonly number[] = [0]): Tensor => argmax(x, dims[0]);

export const reductionCases: { readonly [Name in ReductionName]: PrimitiveCases } = {
  sum: {
    gradient: 'smooth',
    cases: [
      ...overChoices(normal, sum),
      ...overViews(normal, sum),
      {
        name: 'kept dimensions',
        inputs: [normal([3, 4])],
        build: (x) => sum(x, 1, { keepDims: true }),
      },
      { name: 'of nothing', inputs: [normal([0, 4])], build: (x) => sum(x, 0) },
      { name: 'no dimensions', inputs: [normal([3, 4])], build: (x) => sum(x, []) },
      {
        name: 'a product of two inputs',
        inputs: [normal([5, 6], 1), normal([6], 2)],
        build: (a, b) => sum(mul(a, b), 1),
      },
      {
        name: 'an expanded tensor',
        inputs: [normal([3, 1])],
        build: (x) => sum(expand(x, [3, 50]), 1),
      },
      { name: 'mean', inputs: [normal([7, 9])], build: (x) => mean(x, 0) },
      {
        name: 'variance',
        inputs: [normal([6, 4, 3, 3])],
        build: (x) => {
          const centre = mul(mean(x, [0, 2, 3], { keepDims: true }), -1);
          return mean(mul(x, mul(centre, x)), [0, 2, 3]);
        },
      },
    ],
    special: [
      ...special(sum),
      { name: 'int32', inputs: [integers(-9, 9, [5, 7])], build: (x) => sum(x, 1) },
      {
        name: 'int32 beyond its range',
        inputs: [exactly([2 ** 31 - 1, 1, 2 ** 30, 2 ** 30], [4], 'int32')],
        build: (x) => sum(x),
      },
      { name: 'bool', inputs: [bools([100])], build: (x) => sum(x) },
    ],
  },
  max: {
    gradient: 'smooth',
    cases: [
      ...overChoices(distinct, max),
      ...overViews(distinct, max),
      {
        name: 'all negative',
        inputs: [exactly([-5, -3, -4, -9, -7, -8, -2, -6, -1], [3, 3])],
        build: (x) => max(x, 1),
      },
    ],
    special: [
      ...special(max),
      {
        name: 'int32',
        inputs: [integers(-2147483648, -2147483600, [5, 7])],
        build: (x) => max(x, 1),
      },
      {
        name: 'everything is the least',
        inputs: [exactly([-infinity, -infinity])],
        build: (x) => max(x),
      },
    ],
  },
  argmax: {
    gradient: 'none',
    cases: [],
    special: [
      ...overChoices(distinct, alongFirst).filter(({ inputs: [x] }) => x.shape.length > 0),
      ...overViews(distinct, alongFirst),
      ...special(alongFirst),
      { name: 'many ties', inputs: [normal([6, 40])], build: (x) => argmax(mul(x, 0), 1) },
      { name: 'int32', inputs: [integers(-3, 3, [6, 40])], build: (x) => argmax(x, 1) },
      { name: 'int32 ties', inputs: [integers(0, 2, [40, 6])], build: (x) => argmax(x, 0) },
    ],
  },
};
