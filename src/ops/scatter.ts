/** Writing into a tensor by index: along one dimension, or at coordinates. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, normalizeDim, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { fromRowsAlong, rowsAlong } from './along-dim.js';
import { concatenate } from './concatenate.js';
import { coordinateRows } from './coordinates.js';
import { fill } from './creation.js';
import { add, and, cast, div, iota, less, mul, where } from './elementwise.js';
import { type GatherOptions, requireWithin } from './gather.js';
import { checkIndices, requireIndex, requireIndexVector } from './indices.js';
import { pad } from './pad.js';
import { gatherRows, scatterRows } from './rows.js';
import { expand, permute, reshape, slice } from './view.js';

export interface ScatterOptions extends GatherOptions {
  /** What is written; at least as large as `index`, and read where that is. */
  source: Tensor;
}

export interface ScatterValueOptions extends GatherOptions {
  /** What is written; a number goes to every place. */
  source: Tensor | number;
}

/**
 * x with out[i, index[i, j, k], k] = source[i, j, k], here for `dim` 1; of several the last is taken.
 *
 * Throws ShapeError when shapes or dtypes do not fit, ValueError for known indices out of range.
 *
 *     const y = scatter(x, { dim: 1, index, source: 1 });
 */
export function scatter(x: Tensor, { dim, index, source }: ScatterValueOptions): Tensor {
  const values = typeof source === 'number' ? fill(source, index.shape, x.dtype) : source;
  return scatterAlong('scatter', { x, dim, index, source: values }, replaceInRows);
}

/**
 * x with out[i, index[i, j, k], k] += source[i, j, k], here for `dim` 1; float32 or int32.
 *
 * Throws ShapeError when shapes or dtypes do not fit, ValueError for known indices out of range.
 *
 *     const counts = scatterAdd(zeros([10]), { dim: 0, index: labels, source: ones([64]) });
 */
export const scatterAdd = (x: Tensor, { dim, index, source }: ScatterOptions): Tensor =>
  scatterAlong('scatterAdd', { x, dim, index, source }, joinRows('scatterAdd', 'sum', true));

/** How values that go to one place are joined. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

export interface ScatterReduceOptions extends ScatterOptions {
  reduce: ScatterReduction;
  /** Whether the value in x takes part. Default: true. */
  includeSelf?: boolean;
}

/**
 * As `scatterAdd`, with another way to join; equal extremes share the gradient.
 *
 * Throws ShapeError when shapes or dtypes do not fit, ValueError for known indices out of range and an
 * unknown `reduce`.
 *
 *     const peaks = scatterReduce(x, { dim: 0, index, source, reduce: 'amax', includeSelf: false });
 */
export function scatterReduce(
  x: Tensor,
  { dim, index, source, reduce, includeSelf = true }: ScatterReduceOptions,
): Tensor {
  const join = joinRows('scatterReduce', reduce, includeSelf);
  return scatterAlong('scatterReduce', { x, dim, index, source }, join);
}

export interface IndexAddOptions extends ScatterOptions {
  /** Scales the source. Default: 1. */
  alpha?: number;
}

/**
 * x with alpha times the slices of `source` along `dim` added at the int32 indices [K].
 *
 * Throws ShapeError when shapes or dtypes do not fit, ValueError for known indices out of range.
 *
 *     const y = indexAdd(table, { dim: 0, index, source: rows });
 */
export function indexAdd(x: Tensor, { dim, index, source, alpha = 1 }: IndexAddOptions): Tensor {
  const along = normalizeDim(dim, x.rank, 'indexAdd');
  requireIndexVector('indexAdd', index);
  const shape = x.shape.map((extent, d) => (d === along ? index.size : extent));
  requireSource('indexAdd', x, { source, shape });
  const column = shape.map((extent, d) => (d === along ? extent : 1));
  checkIndices('indexAdd', index, x.shape[along]);
  const everywhere = expand(reshape(index, column), shape);
  const scaled = alpha === 1 ? source : mul(source, alpha);
  return scatterAlong(
    'indexAdd',
    { x, dim, index: everywhere, source: scaled },
    joinRows('indexAdd', 'sum', true),
  );
}

export interface ScatterNdOptions {
  /** int32 [..., K]: the last dimension holds coordinates in the first K dimensions of x. */
  index: Tensor;
  /** [..., rest...], where rest are the dimensions of x behind the first K. */
  source: Tensor;
  /** How values are joined with what is there. Default: they replace it, the last one of several. */
  reduce?: ScatterReduction;
}

/**
 * x [D1, ..., DK, rest...] with the slices of `source` written at coordinates.
 *
 * Throws ShapeError when shapes or dtypes do not fit, ValueError for known coordinates out of range.
 *
 *     const y = scatterNd(picture, { index: tensor([0, 1, 2, 2], [2, 2], 'int32'), source });
 */
export function scatterNd(x: Tensor, { index, source, reduce }: ScatterNdOptions): Tensor {
  const layout = coordinateRows('scatterNd', { x, index, batchDims: 0 });
  const { places, rest, restSize, toRows } = layout;
  requireSource('scatterNd', x, { source, shape: [...places, ...rest] });
  const join = reduce === undefined ? replaceInRows : joinRows('scatterNd', reduce, true);
  const rows = join({ x: toRows(x), index: layout.index, source: toRows(source) });
  const apart = reshape(rows, [1, restSize, rows.shape[1]]);
  return reshape(permute(apart, [0, 2, 1]), x.shape);
}

/** x [R, S] and what goes into it: int32 index and source, both [R, K]. */
interface Rows {
  readonly x: Tensor;
  readonly index: Tensor;
  readonly source: Tensor;
}

type WriteRows = (rows: Rows) => Tensor;

/** Writes into the part of x that `index` reaches; the rest stays. */
function scatterAlong(
  operation: string,
  { x, dim, index, source }: ScatterOptions & { x: Tensor },
  write: WriteRows,
): Tensor {
  const along = normalizeDim(dim, x.rank, operation);
  requireIndex(operation, index);
  requireWithin(operation, { index, x, along });
  checkIndices(operation, index, x.shape[along]);
  requireSource(operation, x, { source, shape: index.shape });
  const reached = index.shape.map((extent, d) => (d === along ? x.shape[d] : extent));
  const rows = write({
    x: rowsAlong(slice(x, { end: reached }), along),
    index: rowsAlong(index, along),
    source: rowsAlong(slice(source, { end: index.shape }), along),
  });
  const written = fromRowsAlong(rows, reached, along);
  if (sameShape(reached, x.shape)) return written;
  const high = x.shape.map((extent, d) => extent - reached[d]);
  const spread = pad(written, { low: x.shape.map(() => 0), high });
  const inside = reached.map((extent, d) => less(iota(x.shape, d), extent));
  return where(inside.reduce(and), spread, x);
}

function requireSource(
  operation: string,
  x: Tensor,
  { source, shape }: { source: Tensor; shape: readonly number[] },
): void {
  const larger = operation !== 'indexAdd' && operation !== 'scatterNd';
  const fits =
    source.rank === shape.length &&
    source.shape.every((extent, d) => (larger ? extent >= shape[d] : extent === shape[d]));
  if (fits && source.dtype === x.dtype) return;
  throw new ShapeError(
    `${operation}: the source is ${source.dtype} ${formatShape(source.shape)}; expected ${x.dtype} ` +
      `${larger ? 'of at least ' : ''}${formatShape(shape)}`,
  );
}

/** The last source of each place, found as the largest position that goes there. */
function replaceInRows({ x, index, source }: Rows): Tensor {
  const [, size] = x.shape;
  const last = scatterRows(iota(index.shape, 1), index, { size, operation: 'max' });
  return where(less(last, 0), x, gatherRows(source, last));
}

const joins = { sum: 'add', mean: 'add', prod: 'mul', amax: 'max', amin: 'min' } as const;

/** Joins the source, and with `includeSelf` x, by `reduce`. */
function joinRows(operation: string, reduce: ScatterReduction, includeSelf: boolean): WriteRows {
  if (!Object.hasOwn(joins, reduce)) {
    throw new ValueError(
      `${operation}: reduce is "${reduce}"; expected one of ${Object.keys(joins).join(', ')}`,
    );
  }
  return ({ x, index, source }) => {
    if (x.dtype === 'bool' || x.dtype === 'uint8' || (reduce === 'mean' && x.dtype === 'int32')) {
      throw new ShapeError(
        `${operation}: expected float32${reduce === 'mean' ? '' : ' or int32'}, got ${x.dtype}; ` +
          `convert with cast()`,
      );
    }
    const [, size] = x.shape;
    if (includeSelf && (reduce === 'amax' || reduce === 'amin')) {
      // Scattered together with the source, so that x is one of those that share a gradient.
      const values = concatenate([x, source], 1);
      const places = concatenate([iota(x.shape, 1), index], 1);
      return scatterRows(values, places, { size, operation: joins[reduce] });
    }
    const joined = scatterRows(source, index, { size, operation: joins[reduce] });
    if (includeSelf && reduce !== 'mean') return (reduce === 'prod' ? mul : add)(x, joined);
    const count = scatterRows(fill(1, index.shape, 'int32'), index, { size });
    if (includeSelf) return div(add(x, joined), cast(add(count, 1), 'float32'));
    const isReached = less(0, count);
    if (reduce !== 'mean') return where(isReached, joined, x);
    // Where nothing arrives, a division by 0 would make the gradient NaN.
    return where(isReached, div(joined, cast(where(isReached, count, 1), 'float32')), x);
  };
}
