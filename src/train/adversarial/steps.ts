/** The compiled steps of an adversarial training: the discriminator's turn alone, and both players' turns. */

import { compile } from '../../compiler/index.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Metrics } from '../epoch-means.js';
import { discriminatorTurn, generatorTurn, type Players } from './game.js';

/** Real samples [N, ...], and the condition of each where there is one. */
export type RealBatch = readonly [real: Tensor, condition?: Tensor];

export interface AdversarialSteps {
  /** The discriminator learns from each batch of real samples, the generator behind the last one. */
  play(batches: readonly RealBatch[]): Metrics;
  /** What the generator makes of noise, in evaluation mode and with averaged weights where there are some. */
  sample(noise: Tensor, condition?: Tensor): Tensor;
  dispose(): void;
}

/** Compiles the steps of `players` when they are first taken. */
export function adversarialSteps(players: Players): AdversarialSteps {
  const { generator, average } = players;
  const learn = (real: Tensor, condition: readonly Tensor[]) =>
    discriminatorTurn(players, real, [condition[0]]);
  const discriminatorStep = compile(
    (real: Tensor, ...condition: Tensor[]) => learn(real, condition).told,
  );
  const bothStep = compile((real: Tensor, ...condition: Tensor[]) => {
    const { fakes, told } = learn(real, condition);
    return { ...told, ...generatorTurn(players, fakes, [condition[0]]) };
  });
  const generate = compile((z: Tensor, ...condition: Tensor[]) => ({
    samples: generator.call(z, ...([condition[0]] as const)),
  }));
  return {
    play: (batches) => {
      const results = batches.map(([real, condition], i) => {
        const step = i < batches.length - 1 ? discriminatorStep : bothStep;
        return condition ? step(real, condition) : step(real);
      });
      const told = results.map((result) =>
        Object.entries(result).map(([name, value]) => [name, value.item()] as const),
      );
      return meansOf(told);
    },
    sample: (z, condition) => {
      average?.apply();
      generator.eval();
      try {
        return (condition ? generate(z, condition) : generate(z)).samples;
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

/** By name, over the steps that tell it. */
function meansOf(told: readonly (readonly (readonly [string, number])[])[]): Metrics {
  const values = new Map<string, number[]>();
  for (const [name, value] of told.flat()) values.set(name, [...(values.get(name) ?? []), value]);
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((total, number) => total + number, 0) / numbers.length;
  return Object.fromEntries([...values].map(([name, numbers]) => [name, mean(numbers)]));
}
