/** What the two players of an adversarial training want: losses of the discriminator's answers. */

import type { Tensor } from '../../graph/tensor.js';
import { bceWithLogits } from '../../nn/index.js';
import { add, fill, mean, mul, neg, relu, sigmoid, square, sub } from '../../ops/index.js';

/** The losses of both players, functions of the discriminator's answers to real samples and to fakes. */
export interface AdversarialLoss {
  readonly discriminator: (real: Tensor, fake: Tensor) => Tensor;
  readonly generator: (fake: Tensor) => Tensor;
  /** What is told as a score of an answer. Default: the answer itself. */
  readonly score?: (answer: Tensor) => Tensor;
  /** Weight of (|gradient of the answer| - 1)^2 between real samples and fakes. Default: 0. */
  readonly gradientPenalty?: number;
}

/** Answers are logits of "this is real". */
const crossEntropy = (answers: Tensor, isReal: 0 | 1): Tensor =>
  bceWithLogits(answers, fill(isReal, answers.shape));

const logits: Pick<AdversarialLoss, 'discriminator' | 'score'> = {
  discriminator: (real, fake) => add(crossEntropy(real, 1), crossEntropy(fake, 0)),
  score: sigmoid,
};

const distance = (answers: Tensor, wanted: number): Tensor =>
  mul(mean(square(sub(answers, wanted))), 0.5);

/** By name, with the papers that brought them. */
export const adversarialLosses = {
  /** Goodfellow et al. 2014, section 3: the generator maximises log D(fake). */
  'non-saturating': { ...logits, generator: (fake) => crossEntropy(fake, 1) },
  /** The game itself: the generator minimises log(1 - D(fake)), which is flat where it loses. */
  minimax: { ...logits, generator: (fake) => neg(crossEntropy(fake, 0)) },
  /** Lim and Ye 2017; Miyato et al. 2018. */
  hinge: {
    discriminator: (real, fake) => add(mean(relu(sub(1, real))), mean(relu(add(1, fake)))),
    generator: (fake) => neg(mean(fake)),
  },
  /** Mao et al. 2017, with a = 0 and b = c = 1. */
  'least-squares': {
    discriminator: (real, fake) => add(distance(real, 1), distance(fake, 0)),
    generator: (fake) => distance(fake, 1),
  },
  /** Arjovsky et al. 2017, held to slopes of 1 by the penalty of Gulrajani et al. 2017. */
  wasserstein: {
    discriminator: (real, fake) => sub(mean(fake), mean(real)),
    generator: (fake) => neg(mean(fake)),
    gradientPenalty: 10,
  },
} as const satisfies Readonly<Record<string, AdversarialLoss>>;

export type AdversarialLossName = keyof typeof adversarialLosses;
