/** Indices and masks as values: one-hot vectors, filling where a mask says so. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { broadcastShapes, formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { cast, equal, iota, where } from './elementwise.js';
import { checkIndices, requireIndex } from './indices.js';
import { reshape } from './view.js';

/**
 * int32 indices [...] -> int32 [..., numClasses] with 1 at the index and 0 elsewhere.
 *
 * An index outside gives zeros, or a ValueError where its value is known. Throws ShapeError for another
 * dtype, ValueError when `numClasses` is no whole number of at least 1.
 *
 *     const targets = cast(oneHot(labels, 10), 'float32');
 */
export function oneHot(index: Tensor, numClasses: number): Tensor {
  requireIndex('oneHot', index);
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new ValueError(
      `oneHot: numClasses is ${numClasses}; expected a whole number of at least 1`,
    );
  }
  checkIndices('oneHot', index, numClasses);
  const shape = [...index.shape, numClasses];
  return cast(equal(reshape(index, [...index.shape, 1]), iota(shape, index.rank)), 'int32');
}

/**
 * x with `value` where the bool `mask`, which broadcasts to x, holds.
 *
 * Throws ShapeError when the mask is no bool or does not broadcast to x.
 *
 *     const scores = maskedFill(logits, future, Number.NEGATIVE_INFINITY);
 */
export function maskedFill(x: Tensor, mask: Tensor, value: number): Tensor {
  if (
    mask.dtype !== 'bool' ||
    !sameShape(broadcastShapes(x.shape, mask.shape, 'maskedFill'), x.shape)
  ) {
    throw new ShapeError(
      `maskedFill: the mask is ${mask.dtype} ${formatShape(mask.shape)}; expected bool that ` +
        `broadcasts to ${formatShape(x.shape)}`,
    );
  }
  return where(mask, value, x);
}
