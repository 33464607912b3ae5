/** Reductions over dimensions: sum, mean, product, extremes, counts, and the softmax family. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape, normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { isinf } from './comparison.js';
import { ones } from './creation.js';
import { add, cast, div, exp, log, mul, neg, not, sub, where } from './elementwise.js';
import { requireFloat } from './operands.js';
import { detach, reshape, slice } from './view.js';

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

/** One dimension or several; negative ones count from the end. */
export type Dims = number | readonly number[];

/** The named dimensions from the first on, each once; all of them when none is named. */
export function dimsOf(x: Tensor, dims: Dims | undefined, operation: string): number[] {
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

/** Throws ShapeError when a dimension to reduce over has extent 0. */
export function requireElements(x: Tensor, dims: readonly number[], operation: string): void {
  if (dims.some((dim) => x.shape[dim] === 0)) {
    throw new ShapeError(
      `${operation}: ${formatShape(x.shape)} has nothing to reduce over [${dims}]; ` +
        `expected at least one element there`,
    );
  }
}

/** bool and uint8 are counted in int32. */
const widened = (x: Tensor): Tensor =>
  x.dtype === 'bool' || x.dtype === 'uint8' ? cast(x, 'int32') : x;

/** Turns the order round; -x of the least int32 would overflow. */
const reversed = (x: Tensor): Tensor => (x.dtype === 'int32' ? sub(-1, x) : neg(x));

/** Sum over `dims`, by default all; the sum of nothing is 0, that of bool and uint8 is int32. */
export function sum(x: Tensor, dims?: Dims, { keepDims }: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'sum');
  const wide = widened(x);
  const kept = over.length === 0 ? wide : apply(sumPrimitive, [wide], { dims: over });
  return drop(kept, over, keepDims);
}

/**
 * Arithmetic mean over `dims`, by default all, of float32.
 *
 * Throws ShapeError for other dtypes and when there is nothing to reduce.
 */
export function mean(x: Tensor, dims?: Dims, options: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'mean');
  requireFloat('mean', x);
  requireElements(x, over, 'mean');
  const count = over.reduce((product, dim) => product * x.shape[dim], 1);
  return mul(sum(x, over, options), 1 / count);
}

/**
 * Product over `dims`, by default all; the product of nothing is 1, that of bool and uint8 is int32.
 *
 *     const volume = prod(extents, -1);
 */
export function prod(x: Tensor, dims?: Dims, { keepDims }: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'prod');
  return drop(over.reduce(productAlong, widened(x)), over, keepDims);
}

/** A tree of products of halves, so that zeros among the factors need no division in the gradient. */
function productAlong(x: Tensor, dim: number): Tensor {
  const between = (factors: Tensor, first: number, end: number) =>
    slice(factors, {
      start: factors.shape.map((_, d) => (d === dim ? first : 0)),
      end: factors.shape.map((extent, d) => (d === dim ? end : extent)),
    });
  let product = x;
  let odd: Tensor | null = null;
  while (product.shape[dim] > 1) {
    const extent = product.shape[dim];
    const half = Math.floor(extent / 2);
    if (extent % 2 === 1) {
      const last = between(product, extent - 1, extent);
      odd = odd ? mul(odd, last) : last;
    }
    product = mul(between(product, 0, half), between(product, half, 2 * half));
  }
  if (product.shape[dim] === 0) return ones(keep(x, [dim]), x.dtype);
  return odd ? mul(product, odd) : product;
}

/**
 * Largest value over `dims`, by default all; NaN when any is. Equal ones share the gradient.
 *
 * Throws ShapeError when there is nothing to reduce.
 */
export function max(x: Tensor, dims?: Dims, { keepDims }: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'max');
  requireElements(x, over, 'max');
  if (over.length === 0) return x;
  const kept = apply(maxPrimitive, [widened(x)], { dims: over });
  return drop(cast(kept, x.dtype), over, keepDims);
}

/**
 * Smallest value over `dims`, by default all; NaN when any is. Equal ones share the gradient.
 *
 * Throws ShapeError when there is nothing to reduce.
 */
export function min(x: Tensor, dims?: Dims, options: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'min');
  requireElements(x, over, 'min');
  return cast(reversed(max(reversed(widened(x)), over, options)), x.dtype);
}

/**
 * Index of the first largest value along `dim`, as int32; without `dim` in row-major order of all.
 *
 * Throws ShapeError when there is nothing to choose from.
 */
export function argmax(x: Tensor, dim?: number, options: ReductionOptions = {}): Tensor {
  return firstLargest('argmax', widened(x), dim, options);
}

/**
 * Index of the first smallest value along `dim`, as int32; without `dim` in row-major order of all.
 *
 * Throws ShapeError when there is nothing to choose from.
 */
export function argmin(x: Tensor, dim?: number, options: ReductionOptions = {}): Tensor {
  return firstLargest('argmin', reversed(widened(x)), dim, options);
}

function firstLargest(
  operation: string,
  x: Tensor,
  dim: number | undefined,
  { keepDims }: ReductionOptions,
): Tensor {
  const along = dim === undefined ? 0 : normalizeDim(dim, x.rank, operation);
  requireElements(x, dim === undefined ? x.shape.map((_, d) => d) : [along], operation);
  if (dim !== undefined)
    return drop(apply(argmaxPrimitive, [x], { dim: along }), [along], keepDims);
  const index = apply(argmaxPrimitive, [reshape(x, [x.size])], { dim: 0 });
  return reshape(index, keepDims ? x.shape.map(() => 1) : []);
}

/** How many elements over `dims`, by default all, are other than 0, as int32; NaN is one. */
export const countNonzero = (x: Tensor, dims?: Dims, options: ReductionOptions = {}): Tensor =>
  sum(cast(x, 'bool'), dims, options);

/** Whether any element over `dims`, by default all, is other than 0; of nothing it is false. */
export const any = (x: Tensor, dims?: Dims, options: ReductionOptions = {}): Tensor =>
  cast(countNonzero(x, dims, options), 'bool');

/** Whether all elements over `dims`, by default all, are other than 0; of nothing it is true. */
export const all = (x: Tensor, dims?: Dims, options: ReductionOptions = {}): Tensor =>
  not(any(not(cast(x, 'bool')), dims, options));

/**
 * log(sum(exp(x))) over `dims`, by default all, stable for large values and right for infinite ones.
 *
 * Throws ShapeError when there is nothing to reduce.
 *
 *     const evidence = logSumExp(logits, 1);
 */
export function logSumExp(x: Tensor, dims?: Dims, { keepDims }: ReductionOptions = {}): Tensor {
  const over = dimsOf(x, dims, 'logSumExp');
  requireFloat('logSumExp', x);
  requireElements(x, over, 'logSumExp');
  const top = detach(max(x, over, { keepDims: true }));
  // Infinity less infinity is NaN.
  const shift = where(isinf(top), 0, top);
  const total = log(sum(exp(sub(x, shift)), over, { keepDims: true }));
  return drop(add(total, shift), over, keepDims);
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
