/** The compiled steps of an adversarial training: the discriminator's alone, and both players' together. */

import { grad } from '../../autodiff/index.js';
import { compile } from '../../compiler/index.js';
import { ShapeError } from '../../graph/errors.js';
import { formatShape, sameShape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Module } from '../../nn/index.js';
import type { NoiseSource } from '../../nn/noise-source.js';
import {
  add,
  detach,
  type Generator,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  uniform,
} from '../../ops/index.js';
import type { ExponentialMovingAverage, Optimizer } from '../../optim/index.js';
import type { Metrics } from '../epoch-means.js';
import type { AdversarialLoss } from './losses.js';

export interface Players {
  readonly generator: Module<[Tensor]>;
  readonly discriminator: Module<[Tensor]>;
  readonly generatorOptimizer: Optimizer;
  readonly discriminatorOptimizer: Optimizer;
  readonly loss: AdversarialLoss;
  readonly noise: NoiseSource;
  /** Of the generator's parameters, updated behind each of its steps. */
  readonly average: ExponentialMovingAverage | undefined;
}

export interface AdversarialSteps {
  /** The discriminator learns from each batch of real samples, the generator behind the last one. */
  play(batches: readonly Tensor[]): Metrics;
  /** What the generator makes of noise, in evaluation mode and with averaged weights where there are some. */
  sample(noise: Tensor): Tensor;
  dispose(): void;
}

/** Compiles the steps of `players` when they are first taken. */
export function adversarialSteps(players: Players): AdversarialSteps {
  const { generator, generatorOptimizer, discriminator, loss, noise, average } = players;
  const learn = (real: Tensor) => {
    const fakes = generator.call(noise.draw(real.shape[0]));
    requireAlike(real, fakes);
    return { fakes, told: judge(players, real, detach(fakes)) };
  };
  const discriminatorStep = compile((real: Tensor) => learn(real).told);
  const bothStep = compile((real: Tensor) => {
    const { fakes, told } = learn(real);
    // Behind the update: the generator is judged by what the discriminator has just learned.
    const generatorLoss = loss.generator(discriminator.call(fakes));
    generatorOptimizer.step(grad(generatorLoss, generatorOptimizer.parameters));
    average?.update();
    return { ...told, generatorLoss };
  });
  const generate = compile((z: Tensor) => ({ samples: generator.call(z) }));
  return {
    play: (batches) => {
      const results = batches.map((real, i) =>
        i < batches.length - 1 ? discriminatorStep(real) : bothStep(real),
      );
      const told = results.map((result) =>
        Object.entries(result).map(([name, value]) => [name, value.item()] as const),
      );
      return meansOf(told);
    },
    sample: (z) => {
      average?.apply();
      generator.eval();
      try {
        return generate(z).samples;
      } finally {
        generator.train();
        average?.restore();
      }
    },
    dispose: () => {
      for (const program of [discriminatorStep, bothStep, generate]) program.dispose();
    },
  };
}

/** One step of the discriminator. */
function judge(
  { discriminator, discriminatorOptimizer, loss, noise }: Players,
  real: Tensor,
  fake: Tensor,
) {
  const [realAnswers, fakeAnswers] = [discriminator.call(real), discriminator.call(fake)];
  const { gradientPenalty = 0, score = (answer: Tensor) => answer } = loss;
  const game = loss.discriminator(realAnswers, fakeAnswers);
  const penalty = () =>
    mul(slopePenalty(discriminator, noise.generator, real, fake), gradientPenalty);
  const whole = gradientPenalty > 0 ? add(game, penalty()) : game;
  discriminatorOptimizer.step(grad(whole, discriminatorOptimizer.parameters));
  return {
    discriminatorLoss: whole,
    realScore: mean(score(realAnswers)),
    fakeScore: mean(score(fakeAnswers)),
  };
}

/** The mean of (|slope of the answer| - 1)^2 at random places between real samples and fakes. */
function slopePenalty(
  discriminator: Module<[Tensor]>,
  random: Generator,
  real: Tensor,
  fake: Tensor,
): Tensor {
  const [count, ...extents] = real.shape;
  const share = uniform([count, ...extents.map(() => 1)], random);
  const between = add(fake, mul(sub(real, fake), share));
  const [slope] = grad(sum(discriminator.call(between)), [between]);
  const squares = sum(square(reshape(slope, [count, -1])), [1]);
  // The root's own slope is infinite at 0.
  return mean(square(sub(sqrt(add(squares, 1e-12)), 1)));
}

function requireAlike(real: Tensor, fakes: Tensor): void {
  if (sameShape(real.shape, fakes.shape)) return;
  throw new ShapeError(
    `trainAdversarial: the generator makes ${formatShape(fakes.shape)} where real samples are ` +
      `${formatShape(real.shape)}; expected one shape, so fit the generator or the data`,
  );
}

/** By name, over the steps that tell it. */
function meansOf(told: readonly (readonly (readonly [string, number])[])[]): Metrics {
  const values = new Map<string, number[]>();
  for (const [name, value] of told.flat()) values.set(name, [...(values.get(name) ?? []), value]);
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((total, number) => total + number, 0) / numbers.length;
  return Object.fromEntries([...values].map(([name, numbers]) => [name, mean(numbers)]));
}
