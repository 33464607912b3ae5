/** Cases of reading and adding at an index of each row. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  argmax,
  expand,
  fill,
  flip,
  gatherRows,
  iota,
  isfinite,
  mul,
  relu,
  reshape,
  scatterRows,
  slice,
  sub,
  transpose,
  where,
} from '../../src/ops/index.js';
import { argsort } from '../../src/ops/sorting.js';
import { distinct, exactly, integers, normal, type PrimitiveCases, specialValues } from './case.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const indices = (low: number, high: number, shape: readonly number[]) =>
  integers(low, high, shape, 5);

export const gatherCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    { name: 'rows', inputs: [normal([4, 6]), indices(0, 5, [4, 3])], build: gatherRows },
    { name: 'repeats', inputs: [normal([2, 3]), indices(0, 2, [2, 9])], build: gatherRows },
    { name: 'outside', inputs: [normal([4, 6]), indices(-3, 9, [4, 7])], build: gatherRows },
    { name: 'one', inputs: [normal([1, 1]), indices(0, 0, [1, 1])], build: gatherRows },
    { name: 'no rows', inputs: [normal([0, 6]), indices(0, 5, [0, 2])], build: gatherRows },
    { name: 'no indices', inputs: [normal([3, 6]), indices(0, 5, [3, 0])], build: gatherRows },
    { name: 'of nothing', inputs: [normal([3, 0]), indices(0, 5, [3, 2])], build: gatherRows },
    {
      name: 'of a transpose',
      inputs: [normal([6, 4]), indices(0, 5, [3, 4])],
      build: (x, index) => gatherRows(transpose(x), transpose(index)),
    },
    {
      name: 'of what is computed, doubled',
      inputs: [normal([4, 6]), indices(0, 5, [4, 3])],
      build: (x, index) => mul(gatherRows(mul(x, x), index), 2),
    },
    {
      name: 'of reversed slices, at one index for all rows',
      inputs: [normal([5, 9]), indices(0, 3, [1, 4])],
      build: (x, index) =>
        gatherRows(slice(flip(x, [1]), { start: [0, 1], step: [1, 2] }), expand(index, [5, 4])),
    },
    {
      name: 'at a fixed index',
      inputs: [normal([4, 6])],
      build: (x) => gatherRows(x, fill(3, [4, 2], 'int32')),
    },
    {
      name: 'at the diagonal',
      inputs: [normal([6, 6])],
      build: (x) => gatherRows(x, iota([6, 1], 0)),
    },
  ],
  special: [
    { name: 'large', inputs: [normal([500, 31]), indices(0, 30, [500, 5])], build: gatherRows },
    { name: 'int32', inputs: [integers(-9, 9, [3, 4]), indices(-1, 4, [3, 8])], build: gatherRows },
    {
      name: 'at the maximum',
      inputs: [distinct([5, 7])],
      build: (x) => gatherRows(x, argmax(x, 1, { keepDims: true })),
    },
    { name: 'NaN', inputs: [exactly([nan, 1], [1, 2]), indices(0, 2, [1, 6])], build: gatherRows },
  ],
};

/** What was scattered, with 0 where nothing was. */
const cleared = (x: Tensor): Tensor => where(isfinite(x), x, 0);

const scatter = (size: number) => (x: Tensor, index: Tensor) => scatterRows(x, index, { size });

export const scatterCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    { name: 'rows', inputs: [normal([4, 3]), indices(0, 5, [4, 3])], build: scatter(6) },
    { name: 'collisions', inputs: [normal([2, 40]), indices(0, 2, [2, 40])], build: scatter(3) },
    { name: 'outside', inputs: [normal([4, 7]), indices(-3, 9, [4, 7])], build: scatter(6) },
    { name: 'one', inputs: [normal([1, 1]), indices(0, 0, [1, 1])], build: scatter(1) },
    { name: 'no rows', inputs: [normal([0, 3]), indices(0, 5, [0, 3])], build: scatter(6) },
    { name: 'no elements', inputs: [normal([3, 0]), indices(0, 5, [3, 0])], build: scatter(6) },
    {
      name: 'products',
      inputs: [normal([3, 9]), indices(0, 4, [3, 9])],
      build: (x, index) => scatterRows(x, index, { size: 5, operation: 'mul' }),
    },
    {
      name: 'maxima',
      inputs: [distinct([3, 9]), indices(-1, 4, [3, 9])],
      build: (x, index) => cleared(scatterRows(x, index, { size: 6, operation: 'max' })),
    },
    {
      name: 'minima',
      inputs: [distinct([3, 9]), indices(-1, 4, [3, 9])],
      build: (x, index) => cleared(scatterRows(x, index, { size: 6, operation: 'min' })),
    },
    { name: 'into nothing', inputs: [normal([3, 2]), indices(0, 5, [3, 2])], build: scatter(0) },
    {
      name: 'of a transpose',
      inputs: [normal([3, 4]), indices(0, 5, [3, 4])],
      build: (x, index) => scatterRows(transpose(x), transpose(index), { size: 6 }),
    },
    {
      name: 'of a reversed slice, at one index for all rows',
      inputs: [normal([5, 9]), indices(0, 6, [1, 4])],
      build: (x, index) =>
        scatterRows(slice(flip(x, [1]), { start: [0, 1], step: [1, 2] }), expand(index, [5, 4]), {
          size: 7,
        }),
    },
    {
      name: 'of what is computed, with arithmetic behind it',
      inputs: [normal([4, 3]), indices(0, 5, [4, 3]), normal([4, 6], 9)],
      build: (x, index, y) => relu(sub(scatterRows(mul(x, x), index, { size: 6 }), y)),
    },
    {
      name: 'into pictures',
      inputs: [normal([6, 4]), indices(0, 11, [6, 4])],
      build: (x, index) => mul(reshape(scatterRows(x, index, { size: 12 }), [2, 3, 3, 4]), 2),
    },
  ],
  special: [
    { name: 'large', inputs: [normal([300, 49]), indices(0, 195, [300, 49])], build: scatter(196) },
    {
      name: 'NaN',
      inputs: [exactly([nan, 1, infinity], [1, 3]), indices(0, 3, [1, 3])],
      build: scatter(4),
    },
    { name: 'int32', inputs: [integers(-9, 9, [3, 8]), indices(-1, 4, [3, 8])], build: scatter(4) },
    ...(['mul', 'max', 'min'] as const).map((operation) => ({
      name: `int32, ${operation}`,
      inputs: [integers(-9, 9, [3, 8]), indices(-1, 4, [3, 8])],
      build: (x: Tensor, index: Tensor) => scatterRows(x, index, { size: 6, operation }),
    })),
    {
      name: 'maxima with NaN',
      inputs: [exactly([nan, 1, -infinity, 2], [1, 4]), indices(0, 1, [1, 4])],
      build: (x, index) => scatterRows(x, index, { size: 3, operation: 'max' }),
    },
  ],
};

const ordered = (descending: boolean) => (x: Tensor) => argsort(x, { descending });
const ascending = ordered(false);

export const argsortCases: PrimitiveCases = {
  gradient: 'none',
  cases: [
    { name: 'rows', inputs: [normal([4, 7])], build: ascending },
    { name: 'descending', inputs: [normal([4, 7])], build: ordered(true) },
    { name: 'equal values', inputs: [integers(0, 3, [3, 40])], build: ascending },
    { name: 'equal values, descending', inputs: [integers(0, 3, [3, 40])], build: ordered(true) },
    { name: 'one', inputs: [normal([1, 1])], build: ascending },
    { name: 'nothing', inputs: [normal([3, 0])], build: ascending },
    { name: 'no rows', inputs: [normal([0, 3])], build: ascending },
    {
      name: 'along another dimension',
      inputs: [normal([5, 3, 2])],
      build: (x) => argsort(x, { dim: 0 }),
    },
    {
      name: 'of a reversed slice',
      inputs: [normal([5, 9])],
      build: (x) => ascending(slice(flip(x, [1]), { start: [0, 1], step: [1, 2] })),
    },
    {
      name: 'with arithmetic around it',
      inputs: [integers(-9, 9, [3, 5])],
      build: (x) => mul(ascending(mul(x, x)), 2),
    },
    { name: 'large', inputs: [normal([2, 3000])], build: ascending },
    { name: 'many rows', inputs: [normal([700, 33])], build: ordered(true) },
  ],
  special: [
    {
      name: 'special values',
      inputs: [exactly(specialValues, [1, specialValues.length])],
      build: ascending,
    },
    {
      name: 'special values, descending',
      inputs: [exactly(specialValues, [1, specialValues.length])],
      build: ordered(true),
    },
    {
      name: 'int32',
      inputs: [exactly([5, -1, 2147483647, -2147483648, 0], [1, 5], 'int32')],
      build: ascending,
    },
  ],
};
