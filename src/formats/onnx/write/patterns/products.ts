/** Matrix products with what is added and what is turned round, as ONNX's Gemm and MatMul. */

import { type Shape, sameShape, sizeOf } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import { int } from '../graph-builder.js';
import {
  made,
  operandsOf,
  operator,
  type Pattern,
  shaped,
  unexpanded,
  unshaped,
} from '../match.js';

/** a [M, K] times b [K, N], either of them maybe the transpose of what is there. */
interface Product {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly transA: boolean;
  readonly transB: boolean;
}

/** The product [M, N] that `tensor` is. */
function flatProduct(tensor: Tensor): Product | null {
  const found = tensor.rank === 2 ? made(unshaped(tensor), 'matmul') : null;
  if (found?.inputs[0].shape[0] !== 1) return null;
  const [left, right] = found.inputs;
  const [, m, k] = left.shape;
  const n = right.shape[2];
  if (!sameShape(tensor.shape, [m, n])) return null;
  const [a, b] = [shaped(left, [m, k]), shaped(right, [k, n])];
  const [turnedA, turnedB] = [turned(a), turned(b)];
  return {
    a: turnedA ?? a,
    b: turnedB ?? b,
    transA: turnedA !== null,
    transB: turnedB !== null,
  };
}

/** The matrix whose transpose this is. */
function turned(tensor: Tensor): Tensor | null {
  const permuted = made(tensor, 'permute');
  return permuted && sameShape(permuted.attributes.order, [1, 0]) ? permuted.inputs[0] : null;
}

/** A fully connected layer of rows [M, K]. */
export const gemm: Pattern = (tensor) => {
  const sum = operandsOf(tensor, 'add');
  for (const [rows, bias] of sum ? [sum, [sum[1], sum[0]]] : []) {
    const product = sameShape(rows.shape, tensor.shape) ? flatProduct(rows) : null;
    const n = tensor.shape[1];
    if (product && bias.size === n && bias.shape.at(-1) === n) {
      return written(product, [shaped(bias, [n])]);
    }
  }
  const product = flatProduct(tensor);
  return product && (product.transA || product.transB) ? written(product, []) : null;
};

const written = ({ a, b, transA, transB }: Product, bias: readonly Tensor[]) =>
  operator('Gemm', [a, b, ...bias], {
    ...(transA && { transA: int(1) }),
    ...(transB && { transB: int(1) }),
  });

export interface BatchedProduct {
  readonly a: Tensor;
  readonly b: Tensor;
}

/** Factors whose leading dimensions broadcast as those of MatMul do. */
export function batchedProduct(tensor: Tensor): BatchedProduct | null {
  const found = made(tensor, 'reshape') && made(unshaped(tensor), 'matmul');
  if (!found || tensor.rank < 2) return null;
  const [left, right] = found.inputs;
  const [size, rows, k] = left.shape;
  const [m, n] = tensor.shape.slice(-2);
  const batch = tensor.shape.slice(0, -2);
  if (right.shape[2] !== n) return null;
  if (right.shape[0] === 1 && rows === sizeOf(batch) * m) {
    return { a: shaped(left, [...batch, m, k]), b: shaped(right, [k, n]) };
  }
  if (rows !== m || size !== sizeOf(batch)) return null;
  const a = factor(left, [...batch, m, k]);
  const b = factor(right, [...batch, k, n]);
  return a && b ? { a, b } : null;
}

/** A factor before it was repeated, where it is that of `shape`. */
function factor(side: Tensor, shape: Shape): Tensor | null {
  const reshaping = made(side, 'reshape');
  const whole = reshaping ? reshaping.inputs[0] : side;
  if (!sameShape(whole.shape, shape)) return shaped(side, shape);
  const inner = unexpanded(whole);
  if (sameShape(inner.shape, shape)) return inner;
  // Repeating adds leading dimensions of 1, which MatMul adds by itself.
  const matrix = inner.shape.slice(-2);
  return sizeOf(inner.shape.slice(0, -2)) === 1 ? shaped(inner, matrix) : inner;
}

export const batchedMatmul: Pattern = (tensor) => {
  const found = batchedProduct(tensor);
  return found && operator('MatMul', [found.a, found.b]);
};
