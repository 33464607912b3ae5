/**
 * The game of two players, a round at a time: (1) the generator makes fakes, (2) the discriminator learns to tell
 * real samples from them, (3) it is left as it is, (4) the generator learns to have its fakes taken for real, and
 * so on (5).
 */

import { grad } from '../../autodiff/index.js';
import { ShapeError } from '../../graph/errors.js';
import { formatShape, sameShape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Module, NoiseSource } from '../../nn/index.js';
import { add, detach, mean, mul, neg } from '../../ops/index.js';
import type { ExponentialMovingAverage, Optimizer } from '../../optim/index.js';
import type { InstanceNoise } from './instance-noise.js';
import type { AdversarialLoss } from './losses.js';
import { clipWeights, r1Penalty, slopePenalty } from './penalties.js';

/** Another condition for each sample than its own, [N, ...] -> [N, ...]. */
export type Mismatch = (condition: Tensor, noise: NoiseSource) => Tensor;

/** A network that is told the condition, where there is one, behind its input. */
export type Player = Module<[Tensor, Tensor?]>;

export interface Players {
  /** Noise -> fakes. */
  readonly generator: Player;
  /** Samples -> an answer each. */
  readonly discriminator: Player;
  readonly generatorOptimizer: Optimizer;
  readonly discriminatorOptimizer: Optimizer;
  readonly loss: AdversarialLoss;
  readonly noise: NoiseSource;
  /** What the discriminator should answer to real samples: 1 as in the paper's formula, or 0. */
  readonly realLabel: 0 | 1;
  readonly smoothing: number;
  /** Weight of the discriminator's squared slopes at real samples; 0 for none. */
  readonly r1: number;
  /** What both players' samples are blurred with before the discriminator sees them, if with anything. */
  readonly instanceNoise: InstanceNoise | null;
  /** Makes pairs of a real sample and a wrong condition, for the discriminator to refuse; null for none. */
  readonly mismatch: Mismatch | null;
  /** Of the generator's parameters, updated behind each of its steps. */
  readonly average: ExponentialMovingAverage | undefined;
}

/** The condition of each sample [N, ...], if there is one. */
export type Condition = readonly [Tensor?];

/** Numbers [] about a step. */
export type Told = Readonly<Record<string, Tensor>>;

/** A sample for each real one, with its condition. */
function makeFakes({ generator, noise }: Players, real: Tensor, condition: Condition): Tensor {
  const fakes = generator.call(noise.draw(real.shape[0]), ...condition);
  requireAlike(real, fakes);
  return fakes;
}

/** The discriminator's answers to `samples`, turned so that they are high for what looks real. */
function judge(players: Players, samples: Tensor, condition: Condition): Tensor {
  const { discriminator, instanceNoise, realLabel, loss } = players;
  const shown = instanceNoise ? instanceNoise.blur(samples) : samples;
  const answers = discriminator.call(shown, ...condition);
  return realLabel === 1 ? answers : (loss.opposite ?? neg)(answers);
}

/** Steps (1) and (2): the discriminator learns. Returns the fakes, for the generator to be judged by. */
export function discriminatorTurn(players: Players, real: Tensor, condition: Condition) {
  const { discriminatorOptimizer, loss, mismatch, noise, r1, smoothing } = players;
  const { gradientPenalty = 0, clip } = loss;
  const fakes = makeFakes(players, real, condition);
  const fake = detach(fakes);
  const answer = (samples: Tensor) => judge(players, samples, condition);
  const answers = { real: answer(real), fake: answer(fake) };
  const terms: Record<string, Tensor> = {
    realRight: loss.real(answers.real, smoothing),
    fakeAny: loss.fake(answers.fake),
  };
  let game = add(terms.realRight, terms.fakeAny);
  if (mismatch && condition[0]) {
    // Reed et al. 2016: real samples under a wrong condition are as little to be believed as fakes.
    terms.realWrong = loss.fake(judge(players, real, [mismatch(condition[0], noise)]));
    game = add(terms.realRight, mul(add(terms.realWrong, terms.fakeAny), 0.5));
  }
  let whole = game;
  if (gradientPenalty > 0) {
    const each = real.shape.map((extent, i) => (i === 0 ? extent : 1));
    const share = noise.uniform(each);
    const penalty = slopePenalty(answer, { real, fake, share });
    whole = add(whole, mul(penalty, gradientPenalty));
  }
  if (r1 > 0) whole = add(whole, mul(r1Penalty(answers.real, real), r1));
  const { parameters } = discriminatorOptimizer;
  discriminatorOptimizer.step(grad(whole, parameters));
  if (clip !== undefined) clipWeights(parameters, clip);
  const told: Told = {
    discriminatorLoss: whole,
    // The value function V(D, G), which the discriminator raises and the generator lowers.
    value: neg(add(terms.realRight, terms.fakeAny)),
    realScore: scoreOf(players, answers.real),
    fakeScore: scoreOf(players, answers.fake),
    ...(terms.realWrong && terms),
  };
  return { fakes, told };
}

/** Steps (3) and (4): the generator learns, judged by what the discriminator has just learned and will not change. */
export function generatorTurn(players: Players, fakes: Tensor, condition: Condition): Told {
  const { generatorOptimizer, loss, average } = players;
  const answers = judge(players, fakes, condition);
  const generatorLoss = loss.generator(answers);
  generatorOptimizer.step(grad(generatorLoss, generatorOptimizer.parameters));
  average?.update();
  return { generatorLoss, fakeScoreAfter: scoreOf(players, answers) };
}

/** The mean answer as the discriminator gives it, as a probability where it is a logit. */
function scoreOf({ loss, realLabel }: Players, believed: Tensor): Tensor {
  const { score = (answer: Tensor) => answer, opposite = neg } = loss;
  return mean(score(realLabel === 1 ? believed : opposite(believed)));
}

function requireAlike(real: Tensor, fakes: Tensor): void {
  if (sameShape(real.shape, fakes.shape)) return;
  throw new ShapeError(
    `trainAdversarial: the generator makes ${formatShape(fakes.shape)} where real samples are ` +
      `${formatShape(real.shape)}; expected one shape, so fit the generator or the data`,
  );
}
