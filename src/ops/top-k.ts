/** Values in order: sorting along a dimension, and the largest or smallest few. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { cast } from './elementwise.js';
import { gather } from './gather.js';
import { argsort } from './sorting.js';
import { slice } from './view.js';

/** Values, and the int32 indices along the dimension at which they stand in x. */
export interface ValuesWithIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

export interface SortOptions {
  /** Default: the last. */
  dim?: number;
  descending?: boolean;
}

/**
 * x in order along `dim`: equal values stay in their order, NaN counts as the largest.
 *
 * Throws ShapeError when x has no such dimension.
 *
 *     const { values, indices } = sort(scores, { descending: true });
 */
export function sort(
  x: Tensor,
  { dim = -1, descending = false }: SortOptions = {},
): ValuesWithIndices {
  const along = normalizeDim(dim, x.rank, 'sort');
  return inOrder(x, { along, descending, count: x.shape[along] });
}

export interface TopKOptions {
  /** Default: the last. */
  dim?: number;
  /** The largest, not the smallest. Default: true. */
  largest?: boolean;
  /** In order. They are so in any case; the option is there as PyTorch's. Default: true. */
  sorted?: boolean;
}

/**
 * The `k` largest values along `dim`, the largest first; of equal ones those that come first.
 *
 * Throws ShapeError when there are fewer than `k`, ValueError when `k` is no whole number of 0 or more.
 *
 *     const { indices } = topK(logits, 5);
 */
export function topK(
  x: Tensor,
  k: number,
  { dim = -1, largest = true }: TopKOptions = {},
): ValuesWithIndices {
  const along = normalizeDim(dim, x.rank, 'topK');
  if (!Number.isInteger(k) || k < 0) {
    throw new ValueError(`topK: k is ${k}; expected a whole number of 0 or more`);
  }
  if (k > x.shape[along]) {
    throw new ShapeError(
      `topK: k is ${k}, but dimension ${along} of ${formatShape(x.shape)} has ${x.shape[along]}; ` +
        `take at most as many`,
    );
  }
  return inOrder(x, { along, descending: largest, count: k });
}

function inOrder(
  x: Tensor,
  { along, descending, count }: { along: number; descending: boolean; count: number },
): ValuesWithIndices {
  const keys = x.dtype === 'bool' || x.dtype === 'uint8' ? cast(x, 'int32') : x;
  const order = argsort(keys, { dim: along, descending });
  const end = x.shape.map((extent, dim) => (dim === along ? count : extent));
  const indices = slice(order, { end });
  return { values: gather(x, { dim: along, index: indices }), indices };
}
