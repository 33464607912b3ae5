/** ONNX's classification losses: NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss. */

import { ShapeError } from '../../../graph/errors.js';
import { formatShape, sameShape, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { fill } from '../../../ops/creation.js';
import { div, equal, mul, neg, where } from '../../../ops/elementwise.js';
import { logSoftmax, mean, sum } from '../../../ops/reduction.js';
import { gatherRows } from '../../../ops/rows.js';
import { permute, reshape } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** The weighted loss of log probabilities [N, C, ...] under the node's labels [N, ...], reduced. */
function likelihoodLoss(node: OperatorNode, logProbabilities: Tensor): Tensor {
  const [batch, classes, ...positions] = logProbabilities.shape;
  const labels = node.tensor(1);
  const weights = node.optional(2)?.tensor;
  const shape = [batch, ...positions];
  if (logProbabilities.rank < 2 || !sameShape(labels.shape, shape)) {
    throw new ShapeError(
      `labels are ${formatShape(labels.shape)}; expected ${formatShape(shape)} for scores ` +
        `${formatShape(logProbabilities.shape)}, which are [N, C, ...]`,
    );
  }
  if (weights && !sameShape(weights.shape, [classes])) {
    throw new ShapeError(
      `weights are ${formatShape(weights.shape)}; expected ${formatShape([classes])}, one a class`,
    );
  }
  const reduction = node.attributes.choice('reduction', ['none', 'sum', 'mean'], 'mean');
  const ignored = ignoredLabels(node, labels);
  const rows = reshape(logProbabilities, [batch, classes, sizeOf(positions)]);
  const byPosition = reshape(permute(rows, [0, 2, 1]), [labels.size, classes]);
  const chosen = reshape(gatherRows(byPosition, reshape(labels, [labels.size, 1])), shape);
  const picked = weights ? weightsOf(weights, labels) : undefined;
  const every = picked ? mul(neg(chosen), picked) : neg(chosen);
  const counted = ignored ? where(ignored, 0, picked ?? fill(1, shape)) : picked;
  const loss = ignored ? where(ignored, 0, every) : every;
  if (reduction === 'none') return loss;
  if (reduction === 'sum') return sum(loss);
  return counted ? div(sum(loss), sum(counted)) : mean(loss);
}

/** Which labels the attribute ignore_index leaves out; undefined where it can leave out none. */
function ignoredLabels({ attributes }: OperatorNode, labels: Tensor): Tensor | undefined {
  if (!attributes.has('ignore_index')) return undefined;
  const ignored = attributes.int('ignore_index');
  // Labels are int32 here, which other numbers cannot equal.
  return (ignored | 0) === ignored ? equal(labels, ignored) : undefined;
}

/** Each label's weight; a label that is no class has weight 0, which only ignored ones may be. */
function weightsOf(weights: Tensor, labels: Tensor): Tensor {
  const row = reshape(weights, [1, weights.size]);
  return reshape(gatherRows(row, reshape(labels, [1, labels.size])), labels.shape);
}

function negativeLogLikelihood(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  return Value.computed(likelihoodLoss(node, x), type);
}

function softmaxCrossEntropy(node: OperatorNode): readonly Value[] {
  const { tensor: x, type } = node.input(0);
  const logProbabilities = logSoftmax(x, 1);
  return [
    Value.computed(likelihoodLoss(node, logProbabilities), type),
    Value.computed(logProbabilities, type),
  ];
}

export const lossOperators: OperatorTable = {
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};
