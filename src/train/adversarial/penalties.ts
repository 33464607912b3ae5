/** What holds the slopes of a discriminator: gradient penalties, and the cutting of its weights. */

import { grad } from '../../autodiff/index.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Variable } from '../../graph/variable.js';
import { add, clamp, mean, mul, reshape, sqrt, square, sub, sum } from '../../ops/index.js';

/** What a discriminator says of samples [N, ...], one answer each. */
export type Answer = (samples: Tensor) => Tensor;

/** For each sample [N, ...], the square of its answer's gradient, [N]. */
function squaredSlopes(answers: Tensor, samples: Tensor): Tensor {
  const [slope] = grad(sum(answers), [samples]);
  return sum(square(reshape(slope, [samples.shape[0], -1])), [1]);
}

/**
 * The mean of (|slope of the answer| - 1)^2 between real samples and fakes (Gulrajani et al. 2017), at places that
 * `share` [N, 1, ...] names: 1 is the real sample.
 */
export function slopePenalty(
  answer: Answer,
  { real, fake, share }: { real: Tensor; fake: Tensor; share: Tensor },
): Tensor {
  const between = add(fake, mul(sub(real, fake), share));
  // The root's own slope is infinite at 0.
  const slopes = sqrt(add(squaredSlopes(answer(between), between), 1e-12));
  return mean(square(sub(slopes, 1)));
}

/** Half the mean of the squared slopes of the answers to real samples: R1 (Mescheder et al. 2018). */
export const r1Penalty = (answers: Tensor, real: Tensor): Tensor =>
  mul(mean(squaredSlopes(answers, real)), 0.5);

/** Cuts parameters to -bound..bound, behind an update. */
export function clipWeights(parameters: readonly Variable[], bound: number): void {
  for (const parameter of parameters) {
    parameter.assign(clamp(parameter, { min: -bound, max: bound }));
  }
}
