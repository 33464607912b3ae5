/** Adding, dropping, joining and moving dimensions. */

import { ShapeError } from '../graph/errors.js';
import { formatShape, normalizeDim, type Shape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { type Dims, dimsOf } from './reduction.js';
import { expand, permute, reshape } from './view.js';

/**
 * x without those of `dims`, by default all, that have extent 1; others stay.
 *
 * Throws ShapeError when x has no such dimension.
 *
 *     const labels = squeeze(column, 1);
 */
export function squeeze(x: Tensor, dims?: Dims): Tensor {
  const named = dimsOf(x, dims, 'squeeze');
  return reshape(
    x,
    x.shape.filter((extent, dim) => extent !== 1 || !named.includes(dim)),
  );
}

/**
 * x with a dimension of extent 1 at `dim`, which may stand behind the last.
 *
 * Throws ShapeError for a dimension further out.
 *
 *     const batch = unsqueeze(picture, 0);
 */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const place = normalizeDim(dim, x.rank + 1, 'unsqueeze');
  return reshape(x, [...x.shape.slice(0, place), 1, ...x.shape.slice(place)]);
}

/**
 * Moves dimensions from `source` to `destination`; the others keep their order.
 *
 * Throws ShapeError for dimensions that do not exist, are named twice or differ in number.
 *
 *     const channelsLast = movedim(pictures, 1, -1);
 */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const [from, to] = [source, destination].map((dims) =>
    (typeof dims === 'number' ? [dims] : dims).map((dim) => normalizeDim(dim, x.rank, 'movedim')),
  );
  const isOnceEach = [from, to].every((dims) => new Set(dims).size === dims.length);
  if (from.length !== to.length || !isOnceEach) {
    throw new ShapeError(
      `movedim: from [${source}] to [${destination}]; expected as many dimensions here as there, ` +
        `each once`,
    );
  }
  const others = x.shape.flatMap((_, dim) => (from.includes(dim) ? [] : [dim]));
  const order = x.shape.map((_, place) => {
    const moved = to.indexOf(place);
    return moved === -1 ? others.shift()! : from[moved];
  });
  return permute(x, order);
}

export interface FlattenOptions {
  /** The first dimension that is joined. Default: 0. */
  startDim?: number;
  /** The last dimension that is joined. Default: -1. */
  endDim?: number;
}

/**
 * x with dimensions `startDim` to `endDim` joined to one; a number becomes a vector of one.
 *
 * Throws ShapeError when x has no such dimensions or the last comes before the first.
 *
 *     const features = flatten(maps, { startDim: 1 }); // [N, C, H, W] -> [N, C * H * W]
 */
export function flatten(x: Tensor, { startDim = 0, endDim = -1 }: FlattenOptions = {}): Tensor {
  const rank = Math.max(x.rank, 1);
  const first = normalizeDim(startDim, rank, 'flatten');
  const last = normalizeDim(endDim, rank, 'flatten');
  if (first > last) {
    throw new ShapeError(
      `flatten: startDim ${startDim} comes behind endDim ${endDim} in ${formatShape(x.shape)}; ` +
        `swap them`,
    );
  }
  const joined = sizeOf(x.shape.slice(first, last + 1));
  return reshape(x, [...x.shape.slice(0, first), joined, ...x.shape.slice(last + 1)]);
}

/**
 * As `expand`, under the name that NumPy and PyTorch know.
 *
 *     const rows = broadcastTo(bias, [64, 10]);
 */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor => expand(x, shape);
