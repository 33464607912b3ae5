/** Cross entropy of logits and class labels, or of logits and probabilities. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, sameShape } from '../graph/shape.js';
import { Tensor } from '../graph/tensor.js';
import {
  add,
  and,
  cast,
  div,
  equal,
  exp,
  greater,
  iota,
  less,
  log,
  mul,
  neg,
  not,
  or,
  sub,
  where,
} from '../ops/elementwise.js';
import { logSoftmax, max, sum } from '../ops/reduction.js';
import { detach, reshape } from '../ops/view.js';
import { checkLossOptions, type LossOptions, reduceLosses } from './loss-reduction.js';
import { checkNumber } from './options.js';

export interface CrossEntropyOptions extends LossOptions {
  /** The share, 0 to 1, of each target that is spread over all classes (arXiv:1512.00567). Default: 0. */
  labelSmoothing?: number;
  /** One factor per class, float32 [C]; the mean over labels divides by the sum of the factors used. */
  weight?: Tensor;
  /** A label whose rows give no loss and do not count in the mean. Default: -100. */
  ignoreIndex?: number;
}

/**
 * -log(softmax(logits)[label]) of logits [N, C] and int32 or uint8 labels [N], or per pixel of [N, C, H, W]
 * and [N, H, W]; stable for large logits.
 *
 * With float32 targets shaped as the logits, probabilities, it is the sum over classes of -target log(softmax(logits)).
 * A label outside 0..C-1 that is not `ignoreIndex` makes its row's loss NaN; `checkLabels` finds it beforehand. Throws
 * ShapeError when shapes or dtypes do not fit, ValueError for an option unknown or out of range.
 *
 *     const loss = crossEntropy(model.call(x), labels, { labelSmoothing: 0.1 });
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const { labelSmoothing = 0, weight, ignoreIndex = -100, reduction } = options;
  checkLossOptions('crossEntropy', options, ['labelSmoothing', 'weight', 'ignoreIndex']);
  checkSmoothing(labelSmoothing);
  if (!Number.isSafeInteger(ignoreIndex)) {
    throw new ValueError(
      `crossEntropy: ignoreIndex is ${ignoreIndex}; expected a whole number, the label to ignore`,
    );
  }
  if (labels.dtype === 'float32' && logits.rank >= 2 && labels.rank >= 2) {
    if (options.ignoreIndex !== undefined) {
      throw new ValueError('crossEntropy: ignoreIndex needs labels, and the targets are float32');
    }
    checkWeight(weight, logits);
    return reduceLosses(softTargetLosses(logits, labels, options), reduction);
  }
  if (logits.rank > 2) checkLabelPerPlace(logits, labels);
  else checkLogitsAndLabels('crossEntropy', logits, labels);
  checkWeight(weight, logits);
  const [rows, classes, ...places] = logits.shape;
  const label = reshape(cast(labels, 'int32'), [rows, 1, ...places]);
  // The maximum cancels out of the loss, so its gradient is nothing.
  const largest = detach(max(logits, 1, { keepDims: true }));
  const shifted = sub(logits, largest);
  const logSum = log(sum(exp(shifted), 1, { keepDims: true }));
  // Compared, not gathered: its gradient is then elementwise and fuses with the softmax's.
  const isLabel = equal(iota(logits.shape, 1), label);
  const pickAtLabel = (x: Tensor) => sum(where(isLabel, x, 0), 1, { keepDims: true });
  const factors = weight && perClass(weight, logits);
  const factor = factors && pickAtLabel(factors);
  // In this order no large logits cancel each other after rounding, and `shifted` has one reader.
  const atLabel = add(logSum, sub(largest, pickAtLabel(logits)));
  const hard = factor ? mul(factor, atLabel) : atLabel;
  const spread = () => {
    const each = sub(logSum, shifted);
    return sum(factors ? mul(each, factors) : each, 1, { keepDims: true });
  };
  const smooth =
    labelSmoothing === 0
      ? hard
      : add(mul(hard, 1 - labelSmoothing), mul(spread(), labelSmoothing / classes));
  const inRange = and(greater(label, -1), less(label, classes));
  // Bytes are never negative: there is nothing to ignore, and nothing to count.
  const mayBeIgnored = labels.dtype !== 'uint8' || (ignoreIndex >= 0 && ignoreIndex < 256);
  const ignored = mayBeIgnored ? equal(label, ignoreIndex) : null;
  const counts = ignored && ignoreIndex >= 0 ? and(inRange, not(ignored)) : inRange;
  if ((factor || ignored) && (reduction ?? 'mean') === 'mean') {
    // Compared anew, not with `inRange`: each comparison then joins the sum that reads it.
    const outside = or(less(label, 0), greater(label, classes - 1));
    const share = where(outside, Number.NaN, factor ?? 1);
    return div(sum(where(counts, smooth, 0)), sum(ignored ? where(ignored, 0, share) : share));
  }
  const losses = where(counts, smooth, ignored ? where(ignored, 0, Number.NaN) : Number.NaN);
  return reduceLosses(reshape(losses, [rows, ...places]), reduction);
}

function softTargetLosses(
  logits: Tensor,
  targets: Tensor,
  { labelSmoothing = 0, weight }: CrossEntropyOptions,
): Tensor {
  if (logits.dtype !== 'float32' || !sameShape(logits.shape, targets.shape)) {
    throw new ShapeError(
      `crossEntropy: expected float32 logits and probabilities of one shape [N, C, ...], got ` +
        `${logits.dtype} ${formatShape(logits.shape)} and ${formatShape(targets.shape)}`,
    );
  }
  const smoothed =
    labelSmoothing === 0
      ? targets
      : add(mul(targets, 1 - labelSmoothing), labelSmoothing / logits.shape[1]);
  const terms = mul(logSoftmax(logits, 1), smoothed);
  const losses = neg(sum(weight ? mul(terms, perClass(weight, logits)) : terms, 1));
  return losses;
}

/** [C] as [C, 1, ...], which broadcasts along dimension 1 of logits [N, C, ...]. */
const perClass = (weight: Tensor, { shape }: Tensor): Tensor =>
  shape.length === 2 ? weight : reshape(weight, [shape[1], ...shape.slice(2).map(() => 1)]);

function checkLabelPerPlace({ shape, dtype }: Tensor, labels: Tensor): void {
  const [rows, classes, ...places] = shape;
  const whole = labels.dtype === 'int32' || labels.dtype === 'uint8';
  if (dtype === 'float32' && classes > 0 && whole && sameShape(labels.shape, [rows, ...places])) {
    return;
  }
  throw new ShapeError(
    `crossEntropy: expected float32 logits [N, C, ...] and int32 or uint8 labels [N, ...], got ` +
      `${dtype} ${formatShape(shape)} and ${labels.dtype} ${formatShape(labels.shape)}`,
  );
}

function checkSmoothing(labelSmoothing: number): void {
  checkNumber('crossEntropy', { labelSmoothing });
  if (labelSmoothing <= 1) return;
  throw new ValueError(
    `crossEntropy: labelSmoothing is ${labelSmoothing}; expected a share from 0 to 1`,
  );
}

function checkWeight(weight: Tensor | undefined, logits: Tensor): void {
  const classes = logits.shape[1];
  if (!weight || (weight.dtype === 'float32' && sameShape(weight.shape, [classes]))) return;
  throw new ShapeError(
    `crossEntropy: expected float32 weight [${classes}], one factor per class, got ` +
      `${weight.dtype} ${formatShape(weight.shape)}`,
  );
}

/** Throws ShapeError unless logits are float32 [N, C] and labels int32 or uint8 [N]. */
export function checkLogitsAndLabels(operation: string, logits: Tensor, labels: Tensor): void {
  if (logits.rank !== 2 || logits.dtype !== 'float32' || logits.shape[1] < 1) {
    throw new ShapeError(
      `${operation}: expected float32 logits [N, C], got ${logits.dtype} ${formatShape(logits.shape)}`,
    );
  }
  if (labels.dtype !== 'int32' && labels.dtype !== 'uint8') {
    throw new ShapeError(
      `${operation}: expected int32 or uint8 labels, got ${labels.dtype}; convert with cast()`,
    );
  }
  if (labels.rank !== 1 || labels.shape[0] !== logits.shape[0]) {
    throw new ShapeError(
      `${operation}: expected one label for each of the ${logits.shape[0]} rows of logits ` +
        `${formatShape(logits.shape)}, got labels ${formatShape(labels.shape)}`,
    );
  }
}

/**
 * Throws ValueError with position and value of the first label that is no whole number in 0..classes-1.
 *
 *     checkLabels(batch.labels, 10);
 */
export function checkLabels(labels: Tensor | ArrayLike<number>, classes: number): void {
  const values = labels instanceof Tensor ? labels.data() : labels;
  for (let i = 0; i < values.length; i++) {
    const label = values[i];
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new ValueError(
      `labels: the one at position ${i} is ${label}; expected a whole number from 0 to ` +
        `${classes - 1}, because there are ${classes} classes`,
    );
  }
}
