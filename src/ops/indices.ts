/** Tensors of indices: what they must be, and how negative ones count from the end. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, type Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { add, less, where } from './elementwise.js';

/** Throws ShapeError unless `index` is int32. */
export function requireIndex(operation: string, index: Tensor): void {
  if (index.dtype === 'int32') return;
  throw new ShapeError(
    `${operation}: expected int32 indices, got ${index.dtype} ${formatShape(index.shape)}; ` +
      `convert with cast()`,
  );
}

/** Throws ShapeError unless `index` is int32 [K]. */
export function requireIndexVector(operation: string, index: Tensor): void {
  requireIndex(operation, index);
  if (index.rank === 1) return;
  throw new ShapeError(
    `${operation}: expected a vector of indices, got ${formatShape(index.shape)}; ` +
      `flatten it with reshape()`,
  );
}

/**
 * Throws ValueError for an index outside 0..extent-1 where the values are on the host already.
 *
 * NOTE: inside compile() most are not; there, what is read outside is 0 and what is written is dropped.
 */
export function checkIndices(operation: string, index: Tensor, extent: number): void {
  checkEachIndex(operation, index, () => extent);
}

/** As `checkIndices`, for an index [..., K] whose last dimension names a place in each of K `extents`. */
export function checkCoordinates(operation: string, index: Tensor, extents: Shape): void {
  checkEachIndex(operation, index, (place) => extents[place % extents.length]);
}

function checkEachIndex(
  operation: string,
  { source, shape }: Tensor,
  extentAt: (place: number) => number,
): void {
  if (source.kind !== 'data') return;
  source.data.forEach((value, place) => {
    const extent = extentAt(place);
    if (value >= 0 && value < extent) return;
    const range = extent > 0 ? `0 to ${extent - 1}` : 'none, as there are no elements';
    const remedy = value < 0 ? '; wrapIndex() lets negative ones count from the end' : '';
    throw new ValueError(
      `${operation}: the index at ${formatShape(placeIn(shape, place))} is ${value}; ` +
        `expected ${range}${remedy}`,
    );
  });
}

/** The coordinates of the element that stands at `place` in row-major order. */
function placeIn(shape: Shape, place: number): number[] {
  const coordinates = shape.map(() => 0);
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    coordinates[dim] = place % shape[dim];
    place = Math.floor(place / shape[dim]);
  }
  return coordinates;
}

/**
 * int32 indices of which negative ones count from the end: -1 is `extent - 1`.
 *
 * Throws ShapeError for another dtype.
 *
 *     const last = indexSelect(x, { dim: 1, index: wrapIndex(index, x.shape[1]) });
 */
export function wrapIndex(index: Tensor, extent: number): Tensor {
  requireIndex('wrapIndex', index);
  return where(less(index, 0), add(index, extent), index);
}
