/** Measures of how good predictions are; they have no gradient. */

import type { Tensor } from '../graph/tensor.js';
import { cast, equal } from '../ops/elementwise.js';
import { argmax, mean } from '../ops/reduction.js';
import { checkLogitsAndLabels } from './cross-entropy.js';

/**
 * The share, 0 to 1, of rows of logits [N, C] whose largest entry is at the int32 or uint8 label [N].
 *
 * Throws ShapeError when shapes or dtypes do not fit.
 *
 *     const share = accuracy(model.call(x), labels);
 */
export function accuracy(logits: Tensor, labels: Tensor): Tensor {
  checkLogitsAndLabels('accuracy', logits, labels);
  return mean(cast(equal(argmax(logits, 1), cast(labels, 'int32')), 'float32'));
}
