/** Sums, means, maxima and what is made of them, as ONNX's reductions, global pooling and softmax. */

import { type Shape, sameShape } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import { type AttributesToWrite, int, ints } from '../graph-builder.js';
import {
  made,
  operandsOf,
  operator,
  type Pattern,
  type PatternOptions,
  type Step,
  same,
  scaled,
} from '../match.js';

export interface Reduction {
  readonly x: Tensor;
  readonly dims: readonly number[];
  readonly keepDims: boolean;
}

/** `name` over dimensions that stay, or that a change of shape leaves out. */
function reductionOf(tensor: Tensor, name: 'sum' | 'max'): Reduction | null {
  const kept = made(tensor, name);
  if (kept) return { x: kept.inputs[0], dims: kept.attributes.dims, keepDims: true };
  const reshaped = made(tensor, 'reshape');
  const inner = reshaped && made(reshaped.inputs[0], name);
  if (!inner) return null;
  const [x] = inner.inputs;
  const { dims } = inner.attributes;
  const left = x.shape.filter((_, dim) => !dims.includes(dim));
  return sameShape(tensor.shape, left) ? { x, dims, keepDims: false } : null;
}

/** The mean that `tensor` is: a sum divided by how many there are. */
export function meanOf(tensor: Tensor): Reduction | null {
  const product = scaled(tensor);
  const sum = reductionOf(product.x, 'sum');
  if (!sum) return null;
  const count = sum.dims.reduce((total, dim) => total * sum.x.shape[dim], 1);
  return Math.abs(product.by * count - 1) < 1e-6 ? sum : null;
}

const axesFromInput = { ReduceSum: 13, ReduceMean: 18, ReduceMax: 18 };

/** A reduction, whose axes are an attribute in old operator sets and an input in new ones. */
export function reduce(
  name: keyof typeof axesFromInput,
  { x, dims, keepDims }: Reduction,
  { opset }: PatternOptions,
): Step {
  const keep: AttributesToWrite = { keepdims: int(keepDims ? 1 : 0) };
  if (opset < axesFromInput[name]) return operator(name, [x], { axes: ints(dims), ...keep });
  return {
    inputs: [x],
    emit: (graph, [input]) => graph.node(name, [input, graph.ints(dims)], keep),
  };
}

export const mean: Pattern = (tensor, options) => {
  const found = meanOf(tensor);
  if (!found) return null;
  const { x, dims, keepDims } = found;
  const spatial = x.shape.map((_, dim) => dim).slice(2);
  const isGlobal = keepDims && x.rank >= 3 && sameShape(dims, spatial);
  return isGlobal ? operator('GlobalAveragePool', [x]) : reduce('ReduceMean', found, options);
};

/** A sum or maximum whose dimensions go. */
export const droppedReduction: Pattern = (tensor, options) => {
  const sum = reductionOf(tensor, 'sum');
  if (sum) return reduce('ReduceSum', sum, options);
  const max = reductionOf(tensor, 'max');
  return max && reduce('ReduceMax', max, options);
};

/** The values less their largest along one dimension, whose exponentials do not overflow. */
function lessLargest(tensor: Tensor): { x: Tensor; dims: Shape } | null {
  const difference = operandsOf(tensor, 'sub');
  const largest = difference && made(difference[1], 'max');
  if (!difference || !largest || !same(largest.inputs[0], difference[0])) return null;
  return { x: difference[0], dims: largest.attributes.dims };
}

/** Whether `tensor` is the sum of the exponentials of `shifted` over `dims`. */
function isTotal(tensor: Tensor, exponentials: (x: Tensor) => boolean, dims: Shape): boolean {
  const sum = made(tensor, 'sum');
  return sum !== null && sameShape(sum.attributes.dims, dims) && exponentials(sum.inputs[0]);
}

export const softmax: Pattern = (tensor) => {
  const quotient = operandsOf(tensor, 'div');
  const exponential = quotient && operandsOf(quotient[0], 'exp');
  const shifted = exponential && lessLargest(exponential[0]);
  if (!quotient || shifted?.dims.length !== 1) return null;
  const [numerator, total] = quotient;
  const isSum = isTotal(total, (x) => same(x, numerator), shifted.dims);
  return isSum ? operator('Softmax', [shifted.x], { axis: int(shifted.dims[0]) }) : null;
};

export const logSoftmax: Pattern = (tensor) => {
  const difference = operandsOf(tensor, 'sub');
  const shifted = difference && lessLargest(difference[0]);
  const log = difference && operandsOf(difference[1], 'log');
  if (!shifted || !log || shifted.dims.length !== 1) return null;
  const isExponential = (x: Tensor) => {
    const exponential = operandsOf(x, 'exp');
    return exponential !== null && same(exponential[0], difference[0]);
  };
  const isSum = isTotal(log[0], isExponential, shifted.dims);
  return isSum ? operator('LogSoftmax', [shifted.x], { axis: int(shifted.dims[0]) }) : null;
};
