/** Elements of a tensor by index: along one dimension, or at coordinates. */

import { ShapeError } from '../graph/errors.js';
import { broadcastShapes, formatShape, normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { fromRowsAlong, rowsAlong } from './along-dim.js';
import { coordinateRows } from './coordinates.js';
import { checkIndices, requireIndex, requireIndexVector } from './indices.js';
import { gatherRows } from './rows.js';
import { expand, permute, reshape, slice } from './view.js';

export interface GatherOptions {
  /** The dimension that the indices count along; a negative one counts from the end. */
  dim: number;
  /** int32, from 0 on; those outside give 0, or an error where their values are known. */
  index: Tensor;
}

/**
 * out[i, j, k] = x[i, index[i, j, k], k], here for `dim` 1: the shape is that of `index`.
 *
 * Throws ShapeError when `index` has another rank or is larger than x in another dimension, ValueError
 * for known indices out of range.
 *
 *     const chosen = gather(logits, { dim: 1, index: labels }); // [N, C] at [N, 1]
 */
export function gather(x: Tensor, { dim, index }: GatherOptions): Tensor {
  const along = normalizeDim(dim, x.rank, 'gather');
  requireIndex('gather', index);
  requireWithin('gather', { index, x, along });
  checkIndices('gather', index, x.shape[along]);
  return gatherAlong(x, index, along);
}

function gatherAlong(x: Tensor, index: Tensor, along: number): Tensor {
  const end = index.shape.map((extent, d) => (d === along ? x.shape[d] : extent));
  const rows = gatherRows(rowsAlong(slice(x, { end }), along), rowsAlong(index, along));
  return fromRowsAlong(rows, index.shape, along);
}

/** Throws ShapeError unless `index` has the rank of x and, but for `along`, at most its extents. */
export function requireWithin(
  operation: string,
  { index, x, along }: { index: Tensor; x: Tensor; along: number },
): void {
  const fits =
    index.rank === x.rank &&
    index.shape.every((extent, dim) => dim === along || extent <= x.shape[dim]);
  if (fits) return;
  throw new ShapeError(
    `${operation}: indices ${formatShape(index.shape)} do not fit ${formatShape(x.shape)}; expected ` +
      `${x.rank} dimensions and, but for dimension ${along}, extents no larger than those`,
  );
}

export interface TakeAlongDimOptions {
  index: Tensor;
  /** Default: both are flattened first. */
  dim?: number;
}

/**
 * As `gather`, but the other dimensions of x and `index` broadcast.
 *
 * Throws ShapeError when ranks differ or dimensions do not broadcast, ValueError for known indices out
 * of range.
 *
 *     const sorted = takeAlongDim(x, { dim: 1, index: argsort(x, { dim: 1 }) });
 */
export function takeAlongDim(x: Tensor, { index, dim }: TakeAlongDimOptions): Tensor {
  requireIndex('takeAlongDim', index);
  if (dim === undefined) {
    const flat = { dim: 0, index: reshape(index, [index.size]) };
    return takeAlongDim(reshape(x, [x.size]), flat);
  }
  const along = normalizeDim(dim, x.rank, 'takeAlongDim');
  if (index.rank !== x.rank) {
    throw new ShapeError(
      `takeAlongDim: indices ${formatShape(index.shape)} and ${formatShape(x.shape)} differ in rank; ` +
        `add dimensions of extent 1`,
    );
  }
  checkIndices('takeAlongDim', index, x.shape[along]);
  const one = (extent: number, d: number) => (d === along ? 1 : extent);
  const others = broadcastShapes(x.shape.map(one), index.shape.map(one), 'takeAlongDim');
  const spread = (part: Tensor) =>
    expand(
      part,
      others.map((extent, d) => (d === along ? part.shape[d] : extent)),
    );
  return gatherAlong(spread(x), spread(index), along);
}

/**
 * The slices of x along `dim` at the int32 indices [K], in their order: `dim` becomes K long.
 *
 * Throws ShapeError unless `index` is a vector, ValueError for known indices out of range.
 *
 *     const rows = indexSelect(table, { dim: 0, index: tensor([3, 0, 3], [3], 'int32') });
 */
export function indexSelect(x: Tensor, { dim, index }: GatherOptions): Tensor {
  const along = normalizeDim(dim, x.rank, 'indexSelect');
  requireIndexVector('indexSelect', index);
  checkIndices('indexSelect', index, x.shape[along]);
  const rows = rowsAlong(x, along);
  const everywhere = expand(reshape(index, [1, index.size]), [rows.shape[0], index.size]);
  const shape = x.shape.map((extent, d) => (d === along ? index.size : extent));
  return fromRowsAlong(gatherRows(rows, everywhere), shape, along);
}

export interface GatherNdOptions {
  /** int32 [B..., ..., K]: the last dimension holds coordinates in K dimensions of x. */
  index: Tensor;
  /** Leading dimensions that x and `index` share. Default: 0. */
  batchDims?: number;
}

/**
 * The slices of x at coordinates: x [B..., D1, ..., DK, rest...] -> [B..., ..., rest...].
 *
 * Throws ShapeError when K is more than x has dimensions or batch dimensions differ, ValueError for
 * known coordinates out of range.
 *
 *     const pixels = gatherNd(picture, { index: tensor([0, 1, 2, 2], [2, 2], 'int32') });
 */
export function gatherNd(x: Tensor, { index, batchDims = 0 }: GatherNdOptions): Tensor {
  const layout = coordinateRows('gatherNd', { x, index, batchDims });
  const { batch, places, rest, count, restSize } = layout;
  const rows = gatherRows(layout.toRows(x), layout.index);
  const apart = reshape(rows, [layout.batchSize, restSize, count]);
  return reshape(permute(apart, [0, 2, 1]), [...batch, ...places, ...rest]);
}
