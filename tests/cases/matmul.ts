/** Cases of the matrix product: odd sizes, batches, operands that are views, values fused around it. */

import {
  add,
  expand,
  fill,
  flip,
  matmul,
  mul,
  permute,
  relu,
  reshape,
  slice,
  transpose,
} from '../../src/ops/index.js';
import { type Case, exactly, normal, type PrimitiveCases } from './case.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const product = (a: readonly number[], b: readonly number[]): Case => ({
  name: `[${a}] x [${b}]`,
  inputs: [normal(a, 1), normal(b, 2)],
  build: matmul,
});

export const matmulCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    product([1, 1], [1, 1]),
    product([1, 7], [7, 1]),
    product([5, 1], [1, 9]),
    product([3, 5], [5, 7]),
    product([4, 8], [8, 12]),
    product([13, 17], [17, 11]),
    product([9, 3], [3, 33]),
    product([0, 4], [4, 5]),
    product([3, 0], [0, 5]),
    product([3, 4], [4, 0]),
    product([2, 3, 4], [2, 4, 5]),
    product([2, 3, 4], [4, 5]),
    product([3, 4], [2, 4, 5]),
    product([2, 1, 3, 4], [5, 4, 2]),
    product([0, 3, 4], [0, 4, 5]),
    product([64, 100], [100, 84]),
    product([1, 130], [130, 77]),
    product([3, 50], [50, 201]),
    product([90, 41], [41, 5]),
    product([2, 5, 33], [2, 33, 61]),
    {
      name: 'a layer behind a few pictures',
      inputs: [normal([3, 70], 1), normal([129, 70], 2), normal([129], 3)],
      build: (x, weight, bias) => relu(add(matmul(x, transpose(weight)), bias)),
    },
    {
      name: 'both transposed',
      inputs: [normal([5, 3], 1), normal([7, 5], 2)],
      build: (a, b) => matmul(transpose(a), transpose(b)),
    },
    {
      name: 'transposed, each in its batch',
      inputs: [normal([2, 5, 3], 1), normal([2, 7, 5], 2)],
      build: (a, b) => matmul(transpose(a), transpose(b)),
    },
    {
      name: 'of slices with steps',
      inputs: [normal([9, 11], 1), normal([12, 9], 2)],
      build: (a, b) =>
        matmul(
          slice(a, { start: [1, 2], step: [2, 2] }),
          slice(b, { start: [2, 1], end: [7, 9], step: [1, 3] }),
        ),
    },
    {
      name: 'reversed',
      inputs: [normal([4, 6], 1), normal([6, 5], 2)],
      build: (a, b) => matmul(flip(a, [1]), flip(b, [0, 1])),
    },
    {
      name: 'expanded',
      inputs: [normal([1, 6], 1), normal([6, 1], 2)],
      build: (a, b) => matmul(expand(a, [4, 6]), expand(b, [6, 3])),
    },
    {
      name: 'with ones',
      inputs: [normal([4, 6], 1)],
      build: (a) => matmul(a, fill(1, [6, 5])),
    },
    {
      name: 'an operand with itself',
      inputs: [normal([6, 6], 1)],
      build: (a) => matmul(a, a),
    },
    {
      name: 'a Gram matrix',
      inputs: [normal([6, 4], 1)],
      build: (a) => matmul(transpose(a), a),
    },
    {
      name: 'batch and rows swapped',
      inputs: [normal([4, 3, 5], 1), normal([3, 5, 2], 2)],
      build: (a, b) => matmul(permute(a, [1, 0, 2]), b),
    },
    {
      name: 'flattened pictures',
      inputs: [normal([3, 2, 4, 4], 1), normal([5, 32], 2)],
      build: (a, b) => matmul(reshape(a, [3, 32]), transpose(b)),
    },
    {
      name: 'of a permuted tensor that is flattened',
      inputs: [normal([4, 3, 5], 1), normal([15, 2], 2)],
      build: (a, b) => matmul(reshape(permute(a, [0, 2, 1]), [4, 15]), b),
    },
    {
      name: 'with bias',
      inputs: [normal([9, 5], 1), normal([7, 5], 2), normal([7], 3)],
      build: (x, weight, bias) => add(matmul(x, transpose(weight)), bias),
    },
    {
      name: 'with what is computed before',
      inputs: [normal([6, 5], 1), normal([5, 4], 2)],
      build: (a, b) => matmul(mul(a, 2), add(b, b)),
    },
    {
      name: 'then transposed and added to',
      inputs: [normal([6, 5], 1), normal([5, 4], 2), normal([4, 6], 3)],
      build: (a, b, c) => add(transpose(matmul(a, b)), c),
    },
    {
      name: 'two in a row',
      inputs: [normal([6, 5], 1), normal([5, 4], 2), normal([4, 3], 3)],
      build: (a, b, c) => matmul(matmul(a, b), c),
    },
  ],
  special: [
    product([257, 65], [65, 129]),
    product([33, 1031], [1031, 7]),
    {
      name: 'bias, ReLU and residual, all three asked for',
      inputs: [normal([9, 5], 1), normal([5, 7], 2), normal([7], 3), normal([9, 7], 4)],
      build: (x, weight, bias, residual) => {
        const sum = add(matmul(x, weight), bias);
        const active = relu(sum);
        return [sum, active, add(active, residual)];
      },
    },
    {
      name: 'asked for under three shapes',
      inputs: [normal([6, 5], 1), normal([5, 4], 2)],
      build: (a, b) => {
        const y = matmul(a, b);
        const once = reshape(y, [3, 8]);
        return [y, once, reshape(once, [2, 2, 6])];
      },
    },
    {
      name: 'NaN and infinities reach their row or column',
      inputs: [
        exactly([1, 2, nan, 4, infinity, 6, 7, 8, 9], [3, 3]),
        exactly([1, 0, 2, 0, 0, 3, 1, -infinity, 1], [3, 3]),
      ],
      build: matmul,
    },
    {
      name: 'products too small or too large for float32',
      inputs: [exactly([1e-30, 1e-30, 1e30, 1], [2, 2]), exactly([1e-30, 0, 0, 1e30], [2, 2])],
      build: matmul,
    },
  ],
};
