/** Cross entropy of logits and class labels. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import { Tensor } from '../graph/tensor.js';
import { and, cast, equal, exp, greater, iota, less, log, sub, where } from '../ops/elementwise.js';
import { max, mean, sum } from '../ops/reduction.js';
import { detach, reshape } from '../ops/view.js';
import { checkOptionNames } from './options.js';

export interface CrossEntropyOptions {
  /** One number for the batch, or with 'none' one per row. Default: 'mean'. */
  reduction?: 'mean' | 'sum' | 'none';
}

const reductions = {
  mean: (losses: Tensor): Tensor => mean(losses),
  sum: (losses: Tensor): Tensor => sum(losses),
  none: (losses: Tensor): Tensor => losses,
};

/**
 * -log(softmax(logits)[label]) of logits [N, C] and int32 or uint8 labels [N], stable for large logits.
 *
 * A label outside 0..C-1 makes its row's loss NaN; `checkLabels` finds it beforehand. Throws
 * ShapeError when shapes or dtypes do not fit, ValueError for an unknown option.
 *
 *     const loss = crossEntropy(model.call(x), labels);
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const { reduction = 'mean' } = options;
  checkOptionNames('crossEntropy', options, ['reduction']);
  checkOptionNames('crossEntropy reduction', { [reduction]: true }, Object.keys(reductions));
  checkLogitsAndLabels('crossEntropy', logits, labels);
  const [rows, classes] = logits.shape;
  const label = reshape(cast(labels, 'int32'), [rows, 1]);
  // The maximum cancels out of the loss, so its gradient is nothing.
  const shifted = sub(logits, detach(max(logits, 1, { keepDims: true })));
  const logSum = log(sum(exp(shifted), 1, { keepDims: true }));
  // Compared, not gathered: its gradient is then elementwise and fuses with the softmax's.
  const isLabel = equal(iota([rows, classes], 1), label);
  const picked = sum(where(isLabel, shifted, 0), 1, { keepDims: true });
  const inRange = and(greater(label, -1), less(label, classes));
  const losses = where(inRange, sub(logSum, picked), Number.NaN);
  return reductions[reduction](reshape(losses, [rows]));
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
