/** Matrix products, batched and broadcast. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { broadcastShapes, formatShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { requireFloat } from './operands.js';
import { expand, reshape } from './view.js';

export const matmulPrimitive: Primitive<'matmul'> = {
  name: 'matmul',
  kind: 'structured',
  shape: ([a, b]) => ({ shape: [a.shape[0], a.shape[1], b.shape[2]], dtype: 'float32' }),
};

/**
 * a [..., M, K] times b [..., K, N] -> [..., M, N]; leading dimensions broadcast.
 *
 * A vector [K] is a row on the left and a column on the right, a dimension that the result lacks.
 * Throws ShapeError when shapes do not fit or a dtype is not float32.
 *
 *     const y = matmul(x, weight); // [64, 784] times [784, 10]
 *     const length = sqrt(matmul(v, v)); // []
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const isFitting =
    a.rank > 0 && b.rank > 0 && a.shape[a.rank - 1] === b.shape[Math.max(b.rank - 2, 0)];
  if (!isFitting) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit; ` +
        `expected [..., M, K] and [..., K, N] with the same K, or vectors [K]`,
    );
  }
  requireFloat('matmul', a);
  requireFloat('matmul', b);
  if (a.rank > 1 && b.rank > 1) return matrixProduct(a, b);
  const row = a.rank === 1 ? reshape(a, [1, a.size]) : a;
  const column = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
  // One of the two is a vector, so that only the other has leading dimensions.
  const rows = a.rank === 1 ? b.shape.slice(0, -2) : a.shape.slice(0, -1);
  return reshape(matrixProduct(row, column), [...rows, ...(b.rank === 1 ? [] : b.shape.slice(-1))]);
}

function matrixProduct(a: Tensor, b: Tensor): Tensor {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[b.rank - 1];
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul');
  const size = sizeOf(batch);
  // One matrix for all: the batch joins the rows, so that it is one larger product.
  if (sizeOf(b.shape.slice(0, -2)) === 1 && size !== 1) {
    const rows = reshape(expand(a, [...batch, m, k]), [1, size * m, k]);
    return reshape(apply(matmulPrimitive, [rows, reshape(b, [1, k, n])], {}), [...batch, m, n]);
  }
  const left = reshape(expand(a, [...batch, m, k]), [size, m, k]);
  const right = reshape(expand(b, [...batch, k, n]), [size, k, n]);
  return reshape(apply(matmulPrimitive, [left, right], {}), [...batch, m, n]);
}
