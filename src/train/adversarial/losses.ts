/** What the two players of an adversarial training want: losses of the discriminator's answers. */

import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import { bceWithLogits } from '../../nn/index.js';
import { add, fill, mean, mul, neg, relu, sigmoid, square, sub } from '../../ops/index.js';
import { nearestName } from '../../text/nearest-name.js';

/**
 * What both players pay, as functions of answers that are high for what looks real. The discriminator pays for
 * its answers to what it should take for real and to what it should not; the generator for those to its fakes.
 */
export interface AdversarialLoss {
  /** `smoothing` is how much less than certain the discriminator should be. */
  readonly real: (answers: Tensor, smoothing: number) => Tensor;
  readonly fake: (answers: Tensor) => Tensor;
  readonly generator: (answers: Tensor) => Tensor;
  /** Turns answers into those of a discriminator that is low for what looks real, and back. Default: `neg`. */
  readonly opposite?: (answers: Tensor) => Tensor;
  /** What is told as a score of an answer. Default: the answer itself. */
  readonly score?: (answer: Tensor) => Tensor;
  /** Weight of (|gradient of the answer| - 1)^2 between real samples and fakes. Default: 0. */
  readonly gradientPenalty?: number;
  /** The greatest size of the discriminator's parameters, to which they are cut. Default: none. */
  readonly clip?: number;
}

/** Answers are logits of "this is real". */
const crossEntropy = (answers: Tensor, target: number): Tensor =>
  bceWithLogits(answers, fill(target, answers.shape));

const logits = {
  real: (answers, smoothing) => crossEntropy(answers, 1 - smoothing),
  fake: (answers) => crossEntropy(answers, 0),
  score: sigmoid,
} satisfies Partial<AdversarialLoss>;

const distance = (answers: Tensor, wanted: number): Tensor =>
  mul(mean(square(sub(answers, wanted))), 0.5);

/** The critic's answers estimate how far samples are apart (Arjovsky et al. 2017). */
const critic = {
  real: (answers) => neg(mean(answers)),
  fake: (answers) => mean(answers),
  generator: (answers) => neg(mean(answers)),
} satisfies AdversarialLoss;

/** By name, with the papers that brought them. */
export const adversarialLosses = {
  /** Goodfellow et al. 2014, section 3: the generator maximises log D(fake). */
  'non-saturating': { ...logits, generator: (answers) => crossEntropy(answers, 1) },
  /** The game itself: the generator minimises log(1 - D(fake)), which is flat where it loses. */
  minimax: { ...logits, generator: (answers) => neg(crossEntropy(answers, 0)) },
  /** Lim and Ye 2017; Miyato et al. 2018. */
  hinge: {
    real: (answers) => mean(relu(sub(1, answers))),
    fake: (answers) => mean(relu(add(1, answers))),
    generator: (answers) => neg(mean(answers)),
  },
  /** Mao et al. 2017, with a = 0 and b = c = 1. */
  'least-squares': {
    real: (answers, smoothing) => distance(answers, 1 - smoothing),
    fake: (answers) => distance(answers, 0),
    generator: (answers) => distance(answers, 1),
    opposite: (answers) => sub(1, answers),
  },
  /** Arjovsky et al. 2017: the critic's slopes are bounded by cutting its weights. */
  wasserstein: { ...critic, clip: 0.01 },
  /** Gulrajani et al. 2017: the critic's slopes are held at 1 by a penalty. */
  'wasserstein-gp': { ...critic, gradientPenalty: 10 },
} as const satisfies Readonly<Record<string, AdversarialLoss>>;

export type AdversarialLossName = keyof typeof adversarialLosses;

/** The loss of that name; throws ValueError where there is none. */
export function lossOf(loss: AdversarialLossName | AdversarialLoss): AdversarialLoss {
  if (typeof loss !== 'string') return loss;
  if (Object.hasOwn(adversarialLosses, loss)) return adversarialLosses[loss];
  const names = Object.keys(adversarialLosses);
  const near = nearestName(loss, names);
  throw new ValueError(
    `trainAdversarial: there is no loss "${loss}"; ` +
      (near ? `did you mean "${near}"?` : `it can be ${names.join(', ')}`),
  );
}
