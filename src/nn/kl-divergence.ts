/** The Kullback-Leibler divergence of distributions. */

import type { Tensor } from '../graph/tensor.js';
import { equal, exp, log, mul, sub, where } from '../ops/elementwise.js';
import { sum } from '../ops/reduction.js';
import { checkLossOptions, checkPair, type Reduction, reduceLosses } from './loss-reduction.js';

export interface KlDivergenceOptions {
  /** The target holds logarithms of probabilities. Default: false. */
  logTarget?: boolean;
  /** 'batchmean' divides the sum by the first extent: the divergence itself. Default: 'mean', over all elements. */
  reduction?: Reduction | 'batchmean';
}

/**
 * target (log(target) - input) of log-probabilities `input` and probabilities `target` of one shape.
 *
 * Throws ShapeError when shapes or dtypes differ, ValueError for an unknown option.
 *
 *     const loss = klDivergence(logSoftmax(x, 1), softmax(y, 1), { reduction: 'batchmean' });
 */
export function klDivergence(
  input: Tensor,
  target: Tensor,
  options: KlDivergenceOptions = {},
): Tensor {
  const { logTarget = false, reduction = 'mean' } = options;
  const pointwise = reduction === 'batchmean' ? 'sum' : reduction;
  checkLossOptions('klDivergence', { ...options, reduction: pointwise }, ['logTarget']);
  checkPair('klDivergence', input, target);
  const losses = logTarget
    ? mul(exp(target), sub(target, input))
    : sub(timesItsLog(target), mul(target, input));
  if (reduction !== 'batchmean') return reduceLosses(losses, reduction);
  return mul(sum(losses), 1 / (input.shape[0] ?? 1));
}

/** x log(x), 0 for 0. */
function timesItsLog(x: Tensor): Tensor {
  const zero = equal(x, 0);
  return where(zero, 0, mul(x, log(where(zero, 1, x))));
}
