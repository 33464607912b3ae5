/** Places in several dimensions at once as places in matrix rows, for reading and writing at coordinates. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { contiguousStrides, formatShape, type Shape, sameShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { fill } from './creation.js';
import { add, and, less, mul, where } from './elementwise.js';
import { checkCoordinates, requireIndex } from './indices.js';
import { expand, permute, reshape, slice } from './view.js';

/** x [B..., D1, ..., DK, rest...] and index [B..., places..., K], laid out in rows of one element of `rest` each. */
export interface CoordinateRows {
  readonly batch: Shape;
  readonly places: Shape;
  readonly rest: Shape;
  readonly batchSize: number;
  /** How many places there are in each batch. */
  readonly count: number;
  readonly restSize: number;
  /** int32 [batchSize * restSize, count]; -1 for coordinates outside. */
  readonly index: Tensor;
  /** A tensor [B..., anything..., rest...] as [batchSize * restSize, anything]. */
  readonly toRows: (x: Tensor) => Tensor;
}

interface Addressed {
  readonly x: Tensor;
  readonly index: Tensor;
  readonly batchDims: number;
}

/** Throws ShapeError when shapes do not fit, ValueError for known coordinates out of range. */
export function coordinateRows(
  operation: string,
  { x, index, batchDims }: Addressed,
): CoordinateRows {
  requireIndex(operation, index);
  if (!Number.isInteger(batchDims) || batchDims < 0) {
    throw new ValueError(`${operation}: batchDims is ${batchDims}; expected 0 or more`);
  }
  const batch = x.shape.slice(0, batchDims);
  const depth = index.shape[index.rank - 1];
  const fits =
    index.rank > batchDims &&
    x.rank >= batchDims + depth &&
    sameShape(batch, index.shape.slice(0, batchDims));
  if (!fits) {
    throw new ShapeError(
      `${operation}: indices ${formatShape(index.shape)} do not fit ${formatShape(x.shape)}; expected ` +
        `[..., K] with K at most ${Math.max(x.rank - batchDims, 0)}` +
        (batchDims > 0 ? ` behind the batch ${formatShape(batch)}` : ''),
    );
  }
  const extents = x.shape.slice(batchDims, batchDims + depth);
  const places = index.shape.slice(batchDims, -1);
  const rest = x.shape.slice(batchDims + depth);
  const [batchSize, count, restSize] = [batch, places, rest].map(sizeOf);
  checkCoordinates(operation, index, extents);
  const flat = rowMajor(reshape(index, [batchSize * count, depth]), extents);
  const spread = expand(reshape(flat, [batchSize, 1, count]), [batchSize, restSize, count]);
  return {
    ...{ batch, places, rest, batchSize, count, restSize },
    index: reshape(spread, [batchSize * restSize, count]),
    toRows: (part) => {
      const between = sizeOf(part.shape.slice(batchDims, part.rank - rest.length));
      const apart = reshape(part, [batchSize, between, restSize]);
      return reshape(permute(apart, [0, 2, 1]), [batchSize * restSize, between]);
    },
  };
}

/** Coordinates [N, K] in `extents` as places [N] in row-major order; -1 for those outside. */
function rowMajor(coordinates: Tensor, extents: Shape): Tensor {
  const [count] = coordinates.shape;
  const strides = contiguousStrides(extents);
  let place = fill(0, [count], 'int32');
  let inside = fill(1, [count], 'bool');
  extents.forEach((extent, k) => {
    const column = slice(coordinates, { start: [0, k], end: [count, k + 1] });
    const coordinate = reshape(column, [count]);
    place = add(place, mul(coordinate, strides[k]));
    // Without the check, an index beyond the end of one row would be one in the next.
    inside = and(inside, and(less(-1, coordinate), less(coordinate, extent)));
  });
  return where(inside, place, -1);
}
