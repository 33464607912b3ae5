/** Matrix products, batched and broadcast. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { broadcastShapes, formatShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { expand, reshape } from './view.js';

export const matmulPrimitive: Primitive<'matmul'> = {
  name: 'matmul',
  kind: 'structured',
  shape: ([a, b]) => ({ shape: [a.shape[0], a.shape[1], b.shape[2]], dtype: 'float32' }),
};

/** a [..., M, K] times b [..., K, N] -> [..., M, N]; leading dimensions broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.rank < 2 || b.rank < 2 || a.shape[a.rank - 1] !== b.shape[b.rank - 2]) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit; ` +
        `expected [..., M, K] and [..., K, N] with the same K`,
    );
  }
  for (const x of [a, b]) {
    if (x.dtype !== 'float32') throw new ShapeError(`matmul: expected float32, got ${x.dtype}`);
  }
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
