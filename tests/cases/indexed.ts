/** Cases of reading and adding at an index of each row. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  argmax,
  expand,
  fill,
  flip,
  gather,
  iota,
  mul,
  relu,
  reshape,
  scatterAdd,
  slice,
  sub,
  transpose,
} from '../../src/ops/index.js';
import { distinct, exactly, integers, normal, type PrimitiveCases } from './case.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const indices = (low: number, high: number, shape: readonly number[]) =>
  integers(low, high, shape, 5);

export const gatherCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    { name: 'rows', inputs: [normal([4, 6]), indices(0, 5, [4, 3])], build: gather },
    { name: 'repeats', inputs: [normal([2, 3]), indices(0, 2, [2, 9])], build: gather },
    { name: 'outside', inputs: [normal([4, 6]), indices(-3, 9, [4, 7])], build: gather },
    { name: 'one', inputs: [normal([1, 1]), indices(0, 0, [1, 1])], build: gather },
    { name: 'no rows', inputs: [normal([0, 6]), indices(0, 5, [0, 2])], build: gather },
    { name: 'no indices', inputs: [normal([3, 6]), indices(0, 5, [3, 0])], build: gather },
    { name: 'of nothing', inputs: [normal([3, 0]), indices(0, 5, [3, 2])], build: gather },
    {
      name: 'of a transpose',
      inputs: [normal([6, 4]), indices(0, 5, [3, 4])],
      build: (x, index) => gather(transpose(x), transpose(index)),
    },
    {
      name: 'of what is computed, doubled',
      inputs: [normal([4, 6]), indices(0, 5, [4, 3])],
      build: (x, index) => mul(gather(mul(x, x), index), 2),
    },
    {
      name: 'of reversed slices, at one index for all rows',
      inputs: [normal([5, 9]), indices(0, 3, [1, 4])],
      build: (x, index) =>
        gather(slice(flip(x, [1]), { start: [0, 1], step: [1, 2] }), expand(index, [5, 4])),
    },
    {
      name: 'at a fixed index',
      inputs: [normal([4, 6])],
      build: (x) => gather(x, fill(3, [4, 2], 'int32')),
    },
    {
      name: 'at the diagonal',
      inputs: [normal([6, 6])],
      build: (x) => gather(x, iota([6, 1], 0)),
    },
  ],
  special: [
    { name: 'large', inputs: [normal([500, 31]), indices(0, 30, [500, 5])], build: gather },
    { name: 'int32', inputs: [integers(-9, 9, [3, 4]), indices(-1, 4, [3, 8])], build: gather },
    {
      name: 'at the maximum',
      inputs: [distinct([5, 7])],
      build: (x) => gather(x, argmax(x, 1, { keepDims: true })),
    },
    { name: 'NaN', inputs: [exactly([nan, 1], [1, 2]), indices(0, 2, [1, 6])], build: gather },
  ],
};

const scatter = (size: number) => (x: Tensor, index: Tensor) => scatterAdd(x, index, size);

export const scatterAddCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    { name: 'rows', inputs: [normal([4, 3]), indices(0, 5, [4, 3])], build: scatter(6) },
    { name: 'collisions', inputs: [normal([2, 40]), indices(0, 2, [2, 40])], build: scatter(3) },
    { name: 'outside', inputs: [normal([4, 7]), indices(-3, 9, [4, 7])], build: scatter(6) },
    { name: 'one', inputs: [normal([1, 1]), indices(0, 0, [1, 1])], build: scatter(1) },
    { name: 'no rows', inputs: [normal([0, 3]), indices(0, 5, [0, 3])], build: scatter(6) },
    { name: 'no elements', inputs: [normal([3, 0]), indices(0, 5, [3, 0])], build: scatter(6) },
    { name: 'into nothing', inputs: [normal([3, 2]), indices(0, 5, [3, 2])], build: scatter(0) },
    {
      name: 'of a transpose',
      inputs: [normal([3, 4]), indices(0, 5, [3, 4])],
      build: (x, index) => scatterAdd(transpose(x), transpose(index), 6),
    },
    {
      name: 'of a reversed slice, at one index for all rows',
      inputs: [normal([5, 9]), indices(0, 6, [1, 4])],
      build: (x, index) =>
        scatterAdd(slice(flip(x, [1]), { start: [0, 1], step: [1, 2] }), expand(index, [5, 4]), 7),
    },
    {
      name: 'of what is computed, with arithmetic behind it',
      inputs: [normal([4, 3]), indices(0, 5, [4, 3]), normal([4, 6], 9)],
      build: (x, index, y) => relu(sub(scatterAdd(mul(x, x), index, 6), y)),
    },
    {
      name: 'into pictures',
      inputs: [normal([6, 4]), indices(0, 11, [6, 4])],
      build: (x, index) => mul(reshape(scatterAdd(x, index, 12), [2, 3, 3, 4]), 2),
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
  ],
};
