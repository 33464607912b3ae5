/** The order of elements by value. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape, normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { fromRowsAlong, rowsAlong } from './along-dim.js';

const argsortPrimitive: Primitive<'argsort'> = {
  name: 'argsort',
  kind: 'structured',
  shape: ([x]) => ({ shape: x.shape, dtype: 'int32' }),
};

export interface ArgsortOptions {
  /** Defaults to the last. */
  dim?: number;
  descending?: boolean;
}

/**
 * The int32 indices that put x in order along `dim`: stable, -0 equal to 0, NaN above all numbers.
 *
 * Throws ShapeError for a tensor that is neither float32 nor int32, or has no dimensions.
 *
 *     const order = argsort(scores, { dim: 1, descending: true });
 */
export function argsort(x: Tensor, { dim = -1, descending = false }: ArgsortOptions = {}): Tensor {
  if (x.dtype !== 'float32' && x.dtype !== 'int32') {
    throw new ShapeError(
      `argsort: expected float32 or int32, got ${x.dtype} ${formatShape(x.shape)}; convert with cast()`,
    );
  }
  const along = normalizeDim(dim, x.rank, 'argsort');
  const order = apply(argsortPrimitive, [rowsAlong(x, along)], { descending });
  return fromRowsAlong(order, x.shape, along);
}
