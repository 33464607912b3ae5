/** Reductions over dimensions: sum, mean, max, argmax and what is made of them. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape, normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { add, cast, div, exp, log, mul, sub } from './elementwise.js';
import { detach, reshape } from './view.js';

const keep = (x: Tensor, dims: readonly number[]): number[] =>
  x.shape.map((extent, dim) => (dims.includes(dim) ? 1 : extent));

const sumPrimitive: Primitive<'sum'> = {
  name: 'sum',
  kind: 'reduction',
  shape: ([x], { dims }) => ({ shape: keep(x, dims), dtype: x.dtype }),
};

const maxPrimitive: Primitive<'max'> = {
  name: 'max',
  kind: 'reduction',
  shape: ([x], { dims }) => ({ shape: keep(x, dims), dtype: x.dtype }),
};

const argmaxPrimitive: Primitive<'argmax'> = {
  name: 'argmax',
  kind: 'reduction',
  shape: ([x], { dim }) => ({ shape: keep(x, [dim]), dtype: 'int32' }),
};

export interface ReductionOptions {
  /** Keep reduced dimensions with extent 1. */
  keepDims?: boolean;
}

type Dims = number | readonly number[];

function dimsOf(x: Tensor, dims: Dims | undefined, operation: string): number[] {
  if (dims === undefined) return x.shape.map((_, dim) => dim);
  const list = typeof dims === 'number' ? [dims] : dims;
  return [...new Set(list.map((dim) => normalizeDim(dim, x.rank, operation)))].sort(
    (a, b) => a - b,
  );
}

function drop(x: Tensor, dims: readonly number[], keepDims: boolean | undefined): Tensor {
  return keepDims
    ? x
    : reshape(
        x,
        x.shape.filter((_, dim) => !dims.includes(dim)),
      );
}

function requireElements(x: Tensor, dims: readonly number[], operation: string): void {
  if (dims.some((dim) => x.shape[dim] === 0)) {
    throw new ShapeError(
      `${operation}: ${formatShape(x.shape)} has nothing to reduce over [${dims}]`,
    );
  }
}

/** Sum over `dims`, by default all; the sum of nothing is 0. */
export function sum(x: Tensor, dims?: Dims, { keepDims }: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'sum');
  if (x.dtype !== 'float32' && x.dtype !== 'int32')
    return sum(cast(x, 'int32'), dims, { keepDims });
  const kept = over.length === 0 ? x : apply(sumPrimitive, [x], { dims: over });
  return drop(kept, over, keepDims);
}

/** Arithmetic mean over `dims`, by default all. */
export function mean(x: Tensor, dims?: Dims, options: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'mean');
  requireElements(x, over, 'mean');
  const count = over.reduce((product, dim) => product * x.shape[dim], 1);
  return mul(sum(x, over, options), 1 / count);
}

/** Largest value over `dims`, by default all; NaN when any is. */
export function max(x: Tensor, dims?: Dims, { keepDims }: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'max');
  requireElements(x, over, 'max');
  const kept = over.length === 0 ? x : apply(maxPrimitive, [x], { dims: over });
  return drop(kept, over, keepDims);
}

/** Index of the first largest value along `dim`, as int32. */
export function argmax(x: Tensor, dim: number, { keepDims }: ReductionOptions = {}): Tensor {
  const along = normalizeDim(dim, x.rank, 'argmax');
  requireElements(x, [along], 'argmax');
  return drop(apply(argmaxPrimitive, [x], { dim: along }), [along], keepDims);
}

/** log(sum(exp(x))) along `dim`, stable for large values; keeps the dimension. */
export function logSumExp(x: Tensor, dim: number): Tensor {
  const top = detach(max(x, dim, { keepDims: true }));
  return add(log(sum(exp(sub(x, top)), dim, { keepDims: true })), top);
}

/** log(softmax(x)) along `dim`, stable for large values. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  const shifted = sub(x, detach(max(x, dim, { keepDims: true })));
  return sub(shifted, log(sum(exp(shifted), dim, { keepDims: true })));
}

/** exp(x) scaled to sum 1 along `dim`, stable for large values. */
export function softmax(x: Tensor, dim: number): Tensor {
  const exponential = exp(sub(x, detach(max(x, dim, { keepDims: true }))));
  return div(exponential, sum(exponential, dim, { keepDims: true }));
}
