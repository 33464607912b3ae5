/** Losses that ask for a margin: hinge, multi-class margin, cosine embedding and triplets. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { pairwiseDistance } from '../ops/distance.js';
import {
  add,
  and,
  cast,
  div,
  equal,
  greater,
  iota,
  less,
  minimum,
  mul,
  or,
  sqrt,
  sub,
  where,
} from '../ops/elementwise.js';
import { sum } from '../ops/reduction.js';
import { reshape } from '../ops/view.js';
import { checkLogitsAndLabels } from './cross-entropy.js';
import {
  checkLossOptions,
  checkPair,
  clampAtZero,
  type LossOptions,
  reduceLosses,
} from './loss-reduction.js';
import { checkNumber } from './options.js';

export interface MarginOptions extends LossOptions {
  margin?: number;
}

function checkMargin(loss: string, margin: number): void {
  if (Number.isFinite(margin)) return;
  throw new ValueError(`${loss}: margin is ${margin}; expected a finite number`);
}

/**
 * input where target is 1, max(0, margin - input) where it is -1 (margin 1 unless given); one shape for both.
 *
 * Throws ShapeError when shapes differ, ValueError for an unknown option.
 *
 *     const loss = hingeEmbedding(distances, similar);
 */
export function hingeEmbedding(input: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 1, reduction } = options;
  checkLossOptions('hingeEmbedding', options, ['margin']);
  checkMargin('hingeEmbedding', margin);
  const sides = cast(target, 'float32');
  checkPair('hingeEmbedding', input, sides);
  const apart = where(equal(sides, 1), 0, clampAtZero(sub(margin, input)));
  const together = where(equal(sides, -1), 0, input);
  return reduceLosses(add(apart, together), reduction);
}

export interface MultiMarginOptions extends MarginOptions {
  /** The power of each term, 1 or 2. Default: 1. */
  p?: 1 | 2;
  /** One factor per class, float32 [C]. */
  weight?: Tensor;
}

/**
 * The multi-class hinge of scores [N, C] and int32 or uint8 labels y [N]: the sum over the other classes j
 * of max(0, margin - x[y] + x[j])^p, divided by C.
 *
 * A label outside 0..C-1 makes its row's loss NaN. Throws ShapeError when shapes or dtypes do not fit,
 * ValueError for an unknown option.
 *
 *     const loss = multiMargin(model.call(x), labels);
 */
export function multiMargin(
  input: Tensor,
  labels: Tensor,
  options: MultiMarginOptions = {},
): Tensor {
  const { margin = 1, p = 1, weight, reduction } = options;
  checkLossOptions('multiMargin', options, ['margin', 'p', 'weight']);
  checkMargin('multiMargin', margin);
  if (p !== 1 && p !== 2) throw new ValueError(`multiMargin: p is ${p}; expected 1 or 2`);
  checkLogitsAndLabels('multiMargin', input, labels);
  const [rows, classes] = input.shape;
  if (weight && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(
      `multiMargin: expected weight [${classes}], one per class, got ${formatShape(weight.shape)}`,
    );
  }
  const label = reshape(cast(labels, 'int32'), [rows, 1]);
  const isLabel = equal(iota([rows, classes], 1), label);
  const pickAtLabel = (x: Tensor) => sum(where(isLabel, x, 0), 1, { keepDims: true });
  const excess = add(sub(margin, pickAtLabel(input)), input);
  const counted = where(or(isLabel, less(excess, 0)), 0, excess);
  const positive = where(greater(counted, 0), counted, 0);
  const powered = p === 1 ? positive : mul(positive, positive);
  const terms = weight ? mul(powered, pickAtLabel(weight)) : powered;
  const losses = mul(sum(terms, 1, { keepDims: true }), 1 / classes);
  const inRange = and(greater(label, -1), less(label, classes));
  return reduceLosses(reshape(where(inRange, losses, Number.NaN), [rows]), reduction);
}

export interface CosineEmbeddingOptions extends MarginOptions {
  /** 1 for pairs to bring together, -1 for pairs to part: [N] for inputs [N, D], [] for [D]. */
  target: Tensor;
}

/**
 * 1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1 (margin 0 unless given).
 *
 * Throws ShapeError when shapes or dtypes do not fit, ValueError for an unknown option.
 *
 *     const loss = cosineEmbedding(a, b, { target: similar, margin: 0.5 });
 */
export function cosineEmbedding(
  input1: Tensor,
  input2: Tensor,
  options: CosineEmbeddingOptions,
): Tensor {
  const { target, margin = 0, reduction } = options;
  checkLossOptions('cosineEmbedding', options, ['target', 'margin']);
  checkMargin('cosineEmbedding', margin);
  checkPair('cosineEmbedding', input1, input2);
  const { rank, shape } = input1;
  if ((rank !== 1 && rank !== 2) || !sameShape(target.shape, shape.slice(0, -1))) {
    throw new ShapeError(
      `cosineEmbedding: expected inputs [N, D] and target [N], or [D] and [], got ` +
        `${formatShape(shape)} and ${formatShape(target.shape)}`,
    );
  }
  const sides = cast(target, 'float32');
  const product = (a: Tensor, b: Tensor) => sum(mul(a, b), -1);
  // PyTorch's constant, which keeps vectors of zeros from dividing by 0.
  const size = (x: Tensor) => add(product(x, x), 1e-12);
  const cosine = div(product(input1, input2), sqrt(mul(size(input1), size(input2))));
  const together = where(equal(sides, 1), sub(1, cosine), 0);
  const apart = where(equal(sides, -1), clampAtZero(sub(cosine, margin)), 0);
  return reduceLosses(add(together, apart), reduction);
}

export interface TripletMarginOptions extends MarginOptions {
  /** What should be far from the anchor; of its shape. */
  negative: Tensor;
  /** The norm that measures distance; above 0. Default: 2. */
  p?: number;
  /** Added to every difference. Default: 1e-6. */
  eps?: number;
  /** Measure the negative from the positive where that is nearer (Balntas et al. 2016). Default: false. */
  swap?: boolean;
}

/**
 * max(0, |anchor - positive| - |anchor - negative| + margin) of vectors along the last dimension (margin 1 unless given).
 *
 * Throws ShapeError when shapes or dtypes differ, ValueError for an option unknown or out of range.
 *
 *     const loss = tripletMargin(anchor, positive, { negative, margin: 0.2 });
 */
export function tripletMargin(
  anchor: Tensor,
  positive: Tensor,
  options: TripletMarginOptions,
): Tensor {
  const { negative, margin = 1, p = 2, eps = 1e-6, swap = false, reduction } = options;
  checkLossOptions('tripletMargin', options, ['negative', 'margin', 'p', 'eps', 'swap']);
  checkMargin('tripletMargin', margin);
  checkNumber('tripletMargin', { eps });
  checkNumber('tripletMargin', { p }, { least: Number.MIN_VALUE });
  checkPair('tripletMargin', anchor, positive);
  checkPair('tripletMargin', anchor, negative);
  const distance = (a: Tensor, b: Tensor) => pairwiseDistance(a, b, { p, eps });
  const far = distance(anchor, negative);
  const nearer = swap ? minimum(far, distance(positive, negative)) : far;
  return reduceLosses(clampAtZero(sub(add(distance(anchor, positive), margin), nearer)), reduction);
}
