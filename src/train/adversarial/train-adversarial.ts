/** trainAdversarial: a generator and a discriminator that learn against each other. */

import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import { Module, NoiseSource } from '../../nn/index.js';
import { checkCount, checkNumber, checkOptionNames } from '../../nn/options.js';
import { Trainer, type TrainerOptions, type Training } from '../trainer.js';
import type { Player, Players } from './game.js';
import { type HealthWarning, HealthWatch } from './health.js';
import { InstanceNoise } from './instance-noise.js';
import { lossOf } from './losses.js';
import { type AdversarialOptions, known, trainerNames } from './options.js';
import { GameWentWrong, RollBack } from './roll-back.js';
import { type Round, roundsOf } from './rounds.js';
import { SampleTimes } from './sample-times.js';
import { adversarialSteps } from './steps.js';

/**
 * Plays the game of Goodfellow et al. 2014: the discriminator learns to tell real samples from those that the
 * generator makes of normal noise, which learns that it cannot.
 *
 * A step is a round: `discriminatorSteps` batches for the discriminator and, behind the last one, a step of the
 * generator; each is one compiled program. Told are `discriminatorLoss`, `generatorLoss`, the `value` V(D, G) of
 * the game, and mean answers, as probabilities where they are logits: `realScore`, `fakeScore` before and
 * `fakeScoreAfter` behind the discriminator's step; with `mismatch` also the three terms of its loss, `realRight`,
 * `realWrong` and `fakeAny`. The noise comes from a counter that checkpoints hold, so that a training that goes on
 * from one ends with the weights of one that was never stopped, bit for bit. Gradient penalties want a
 * discriminator without batch normalisation.
 *
 * Throws ValueError for options that do not fit and ShapeError when fakes have another shape than real samples.
 *
 *     await trainAdversarial({
 *       generator, discriminator, generatorOptimizer, discriminatorOptimizer, loader, epochs: 20,
 *       real: ({ images, shape }) => sub(mul(cast(tensor(images, shape), 'float32'), 2 / 255), 1),
 *       noise: [100, 1, 1],
 *       onSamples: ({ samples, epoch }) => show(samples.data(), epoch),
 *     });
 */
export async function trainAdversarial<Batch extends { readonly size: number }>(
  options: AdversarialOptions<Batch>,
): Promise<Training> {
  checkOptions(options);
  const { loader, discriminatorSteps = 1, condition, real, resume = false } = options;
  const { onStep, onEpoch, beforeStep, checkpoints } = options;
  const noise = new NoiseSource(options.noise, { seed: options.seed });
  const players = playersOf(options, noise);
  const { generator, discriminator, generatorOptimizer, discriminatorOptimizer, average } = players;
  const optimizers = [generatorOptimizer, discriminatorOptimizer];
  const { rollBack: wanted = false } = options;
  const rollBack = new RollBack(wanted === true || !wanted ? {} : wanted, { optimizers, noise });
  const steps = adversarialSteps(players);
  const samples = new SampleTimes(options, steps);
  const watch = new HealthWatch(players.loss.score !== undefined);
  let healthySteps = 0;
  const warn = async (warning: HealthWarning | null) => {
    if (!warning) return;
    await options.onWarning?.(warning);
    if (wanted) throw new GameWentWrong(warning.message);
  };
  const model = new Pair(generator, discriminator);
  const parts = { model, generatorOptimizer, discriminatorOptimizer, noise };
  const rest = Object.fromEntries(trainerNames.map((name) => [name, options[name]]));
  let shown: Tensor | undefined;
  const trainer = new Trainer<Round<Batch>>({
    ...(rest as Partial<TrainerOptions<Round<Batch>>>),
    loader: roundsOf(loader, discriminatorSteps),
    parts: { ...parts, ...(average && { average }), ...(wanted && { rollBack }) },
    beforeStep: (place) => {
      rollBack.before(() => beforeStep?.(place));
      players.instanceNoise?.before(place.step);
    },
    step: ({ batches }) =>
      steps.play(
        batches.map((batch) => {
          shown = real(batch);
          return [shown, condition?.(batch)];
        }),
      ),
    notFinite: ({ step }, metric) => notFinite(step, metric),
    onStep: async (report) => {
      await warn(watch.afterRound(report.step + 1, report.metrics));
      if (samples.areDue(report.step + 1)) {
        await warn(
          await samples.show(report.step + 1, { epoch: report.epoch, watch, real: shown! }),
        );
      }
      await onStep?.(report);
    },
    onEpoch: async (report) => {
      if (samples.areDue(null)) {
        await warn(await samples.show(report.steps, { epoch: report.epoch, watch, real: shown! }));
      }
      await onEpoch?.(report);
    },
    onCheckpoint: async (saved) => {
      if (watch.healthy) healthySteps = saved.step;
      await options.onCheckpoint?.(saved);
    },
  });
  try {
    if (resume) healthySteps = await trainer.resume();
    await options.onBegin?.(healthySteps);
    for (;;) {
      model.train();
      try {
        return await trainer.run();
      } catch (error) {
        const isOver = !(error instanceof GameWentWrong) || !wanted || !checkpoints;
        if (isOver || rollBack.cuts >= rollBack.attempts) throw error;
        const whereTo = { healthySteps, resume: () => trainer.resume() };
        if (!(await rollBack.goBack(checkpoints, whereTo))) throw error;
        watch.forget();
        const message = `went back to round ${trainer.steps}: ${error.message}`;
        await options.onWarning?.({ kind: 'rolled-back', steps: trainer.steps, message });
      }
    }
  } finally {
    steps.dispose();
  }
}

/** Both networks as the one that checkpoints call the model. */
class Pair extends Module<[Tensor, Tensor?]> {
  readonly generator: Player;
  readonly discriminator: Player;

  constructor(generator: Player, discriminator: Player) {
    super();
    this.generator = generator;
    this.discriminator = discriminator;
  }

  forward(noise: Tensor, condition?: Tensor): Tensor {
    return this.generator.call(noise, condition);
  }
}

function playersOf<Batch extends { readonly size: number }>(
  options: AdversarialOptions<Batch>,
  noise: NoiseSource,
): Players {
  const { generator, discriminator, generatorOptimizer, discriminatorOptimizer } = options;
  const { realLabel = 1, labelSmoothing = 0, r1 = 0, mismatch = null, instanceNoise } = options;
  const schedule = typeof instanceNoise === 'number' ? () => instanceNoise : instanceNoise;
  return {
    ...{ generator, discriminator, generatorOptimizer, discriminatorOptimizer },
    ...{ loss: lossOf(options.loss ?? 'non-saturating'), noise, average: options.average },
    ...{ realLabel, smoothing: labelSmoothing, r1, mismatch },
    instanceNoise: schedule ? new InstanceNoise(schedule, noise.generator) : null,
  };
}

function checkOptions<Batch extends { readonly size: number }>(
  options: AdversarialOptions<Batch>,
): void {
  const owner = 'trainAdversarial';
  checkOptionNames(owner, options, known);
  const { discriminatorSteps = 1, sampleCount = 64, sampleEvery = 1 } = options;
  const { labelSmoothing = 0, r1 = 0, realLabel = 1, mismatch, condition } = options;
  for (const [name, count] of Object.entries({ discriminatorSteps, sampleCount, sampleEvery })) {
    checkCount(owner, name, count);
  }
  checkNumber(owner, { r1 });
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new ValueError(`${owner}: labelSmoothing is ${labelSmoothing}; use 0.1, or 0 for none`);
  }
  if (realLabel !== 0 && realLabel !== 1) {
    throw new ValueError(`${owner}: realLabel is ${realLabel}; real samples are 1 or 0`);
  }
  if (mismatch && !condition) {
    throw new ValueError(`${owner}: mismatch makes wrong conditions of right ones; pass condition`);
  }
  if (options.onSamples && condition && !options.sampleCondition) {
    throw new ValueError(`${owner}: samples have conditions too; pass sampleCondition`);
  }
  if (options.rollBack && !options.checkpoints) {
    throw new ValueError(`${owner}: rollBack goes back to checkpoints; pass a CheckpointFolder`);
  }
}

const notFinite = (step: number, metric: string): Error =>
  new GameWentWrong(
    `adversarial training stopped at round ${step + 1}: ${metric} is no finite number; lower the ` +
      'learning rates, or take a loss that is gentler on the loser, such as hinge',
  );
