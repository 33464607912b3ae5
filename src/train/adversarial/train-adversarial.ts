/** trainAdversarial: a generator and a discriminator that learn against each other. */

import { compile } from '../../compiler/index.js';
import { ValueError } from '../../graph/errors.js';
import type { Shape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { NoiseSource } from '../../nn/noise-source.js';
import { checkCount, checkOptionNames } from '../../nn/options.js';
import { nearestName } from '../../text/nearest-name.js';
import type { BatchSource, EpochReport } from '../trainer.js';
import { Trainer, type TrainerOptions, type Training } from '../trainer.js';
import { type AdversarialLoss, type AdversarialLossName, adversarialLosses } from './losses.js';
import { adversarialSteps, type Players } from './players.js';
import { type Round, roundsOf } from './rounds.js';

/** What is left to the `Trainer`. */
const trainerNames = [
  ...['epochs', 'steps', 'beforeStep', 'evaluate', 'evaluateEvery', 'monitor', 'checkpoints'],
  ...['checkpointEvery', 'signal', 'onStep', 'beforeCheckpoint', 'onCheckpoint'],
] as const;

type TrainerShare = Pick<TrainerOptions<{ readonly size: number }>, (typeof trainerNames)[number]>;

export interface Samples {
  /** Rounds taken so far. */
  readonly steps: number;
  readonly epoch: number;
  /** [count, ...]: made of the same noise each time. */
  readonly samples: Tensor;
}

export interface AdversarialOptions<Batch extends { readonly size: number }>
  extends TrainerShare,
    Pick<Players, 'generator' | 'discriminator' | 'generatorOptimizer' | 'discriminatorOptimizer'> {
  readonly loader: BatchSource<Batch>;
  /** The real samples of a batch, [N, ...], as the generator makes them. */
  readonly real: (batch: Batch) => Tensor;
  /** The shape of the noise for one sample, such as [100, 1, 1]. */
  readonly noise: Shape;
  /** Seeds the noise. Default: 0. */
  readonly seed?: number;
  /** Default: 'non-saturating'. */
  readonly loss?: AdversarialLossName | AdversarialLoss;
  /** Batches that the discriminator learns from in a round, before the generator learns. Default: 1. */
  readonly discriminatorSteps?: number;
  /** Averages the generator's weights; samples are made with the average. */
  readonly average?: Players['average'];
  /** Go on from the newest whole checkpoint. Default: false. */
  readonly resume?: boolean;
  readonly onEpoch?: (report: EpochReport) => unknown;
  /** Hears behind every epoch, before `onEpoch`, what the generator makes of the same noise. */
  readonly onSamples?: (samples: Samples) => unknown;
  /** How many samples. Default: 64. */
  readonly sampleCount?: number;
}

const known = [
  ...['generator', 'discriminator', 'generatorOptimizer', 'discriminatorOptimizer', 'loader'],
  ...['real', 'noise', 'seed', 'loss', 'discriminatorSteps', 'average', 'resume', 'onEpoch'],
  ...['onSamples', 'sampleCount', ...trainerNames],
];

/**
 * Plays the game of Goodfellow et al. 2014: the discriminator, whose answers are logits of "this is real", learns
 * to tell real samples from those that the generator makes of normal noise, which learns that it cannot.
 *
 * A step is a round: `discriminatorSteps` batches for the discriminator and, behind the last one, a step of the
 * generator; each is one compiled program. Told are `discriminatorLoss`, `generatorLoss` and the mean answers
 * `realScore` and `fakeScore`, as probabilities where they are logits. The noise comes from a counter that
 * checkpoints hold, so that a training that goes on from one ends with the weights of one that was never
 * stopped, bit for bit. A gradient penalty ('wasserstein' has one) wants a discriminator without batch
 * normalisation.
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
  checkOptionNames('trainAdversarial', options, known);
  const { generator, discriminator, generatorOptimizer, discriminatorOptimizer } = options;
  const { loader, real, seed = 0, discriminatorSteps = 1, average, resume = false } = options;
  const { sampleCount = 64, onSamples, onEpoch } = options;
  checkCount('trainAdversarial', 'discriminatorSteps', discriminatorSteps);
  checkCount('trainAdversarial', 'sampleCount', sampleCount);
  const noise = new NoiseSource(options.noise, { seed });
  // From a stream of its own, so that looking at samples changes nothing in the training.
  const shown = new NoiseSource(options.noise, { seed, stream: 1 });
  const drawn = compile(() => ({ noise: shown.draw(sampleCount) }));
  const pair = { generator, discriminator, generatorOptimizer, discriminatorOptimizer };
  const steps = adversarialSteps({ ...pair, loss: lossOf(options.loss), noise, average });
  const sampleNoise = onSamples && drawn().noise;
  const rest = Object.fromEntries(trainerNames.map((name) => [name, options[name]]));
  const trainer = new Trainer<Round<Batch>>({
    ...(rest as TrainerShare),
    loader: roundsOf(loader, discriminatorSteps),
    parts: { ...pair, noise, ...(average && { average }) },
    step: ({ batches }) => steps.play(batches.map(real)),
    notFinite: ({ step }, metric) =>
      new Error(
        `adversarial training stopped at round ${step + 1}: ${metric} is no finite number; lower the ` +
          'learning rates, or take a loss that is gentler on the loser, such as hinge',
      ),
    onEpoch: async (report) => {
      if (sampleNoise) {
        const { epoch, steps: taken } = report;
        await onSamples?.({ epoch, steps: taken, samples: steps.sample(sampleNoise) });
      }
      await onEpoch?.(report);
    },
  });
  try {
    if (resume) await trainer.resume();
    generator.train();
    discriminator.train();
    return await trainer.run();
  } finally {
    steps.dispose();
    drawn.dispose();
  }
}

function lossOf(loss: AdversarialLossName | AdversarialLoss = 'non-saturating'): AdversarialLoss {
  if (typeof loss !== 'string') return loss;
  if (Object.hasOwn(adversarialLosses, loss)) return adversarialLosses[loss];
  const names = Object.keys(adversarialLosses);
  const near = nearestName(loss, names);
  throw new ValueError(
    `trainAdversarial: there is no loss "${loss}"; ` +
      (near ? `did you mean "${near}"?` : `it can be ${names.join(', ')}`),
  );
}
