/** How near vectors are to each other: distance and similarity, of pairs and of all with all. */

import { ShapeError } from '../graph/errors.js';
import { broadcastShapes, formatShape, normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { add, mul, sub } from './elementwise.js';
import { checkOrder, norm, normalize } from './norm.js';
import { requireFloat } from './operands.js';
import { type ReductionOptions, sum } from './reduction.js';
import { expand, reshape } from './view.js';

export interface CosineSimilarityOptions {
  /** Along which vectors lie, after broadcasting. Default: 1. */
  dim?: number;
  /** Smaller lengths count as this. Default: 1e-8. */
  eps?: number;
}

/**
 * The cosine of the angle between vectors along `dim` of two tensors, broadcast; that dimension goes.
 *
 * Throws ShapeError when the shapes do not broadcast.
 *
 *     const likeness = cosineSimilarity(a, b, { dim: -1 }); // [N, D], [N, D] -> [N]
 */
export function cosineSimilarity(
  a: Tensor,
  b: Tensor,
  { dim = 1, eps = 1e-8 }: CosineSimilarityOptions = {},
): Tensor {
  requireFloat('cosineSimilarity', a);
  requireFloat('cosineSimilarity', b);
  const shape = broadcastShapes(a.shape, b.shape, 'cosineSimilarity');
  const along = normalizeDim(dim, shape.length, 'cosineSimilarity');
  const direction = (x: Tensor) => normalize(expand(x, shape), { dim: along, eps });
  return sum(mul(direction(a), direction(b)), along);
}

export interface PairwiseDistanceOptions extends ReductionOptions {
  /** The order of the norm. Default: 2. */
  p?: number;
  /** Added to every difference. Default: 1e-6. */
  eps?: number;
}

/**
 * The p-norm of the differences of vectors along the last dimension, broadcast: [N, D], [N, D] -> [N].
 *
 * Throws ShapeError when the shapes do not broadcast.
 *
 *     const far = pairwiseDistance(anchors, negatives);
 */
export function pairwiseDistance(
  a: Tensor,
  b: Tensor,
  { p = 2, eps = 1e-6, keepDims }: PairwiseDistanceOptions = {},
): Tensor {
  requireFloat('pairwiseDistance', a);
  requireFloat('pairwiseDistance', b);
  checkOrder('pairwiseDistance', p);
  broadcastShapes(a.shape, b.shape, 'pairwiseDistance');
  return norm(add(sub(a, b), eps), -1, { p, keepDims });
}

/**
 * The p-norm of the difference of each vector of a with each of b: [..., P, D], [..., R, D] -> [..., P, R].
 *
 * Leading dimensions broadcast; p is 2 unless given. Throws ShapeError when the vectors differ in length.
 *
 *     const distances = cdist(queries, gallery); // [5, 128], [1000, 128] -> [5, 1000]
 */
export function cdist(a: Tensor, b: Tensor, { p = 2 }: { p?: number } = {}): Tensor {
  requireFloat('cdist', a);
  requireFloat('cdist', b);
  checkOrder('cdist', p);
  if (a.rank < 2 || b.rank < 2 || a.shape.at(-1) !== b.shape.at(-1)) {
    throw new ShapeError(
      `cdist: expected vectors of one length, [..., P, D] and [..., R, D], got ` +
        `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'cdist');
  const down = reshape(a, [...a.shape.slice(0, -1), 1, a.shape[a.rank - 1]]);
  const across = reshape(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]);
  return norm(sub(down, across), -1, { p });
}
