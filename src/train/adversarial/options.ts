/** What `trainAdversarial` can be told. */

import type { Shape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Schedule } from '../../optim/index.js';
import type { BatchSource, EpochReport, StepReport, TrainerOptions } from '../trainer.js';
import type { Mismatch, Players } from './game.js';
import type { HealthWarning } from './health.js';
import type { AdversarialLoss, AdversarialLossName } from './losses.js';
import type { RollBackOptions } from './roll-back.js';

/** What is left to the `Trainer`. */
export const trainerNames = [
  ...['epochs', 'steps', 'evaluate', 'evaluateEvery', 'monitor', 'checkpoints'],
  ...['checkpointEvery', 'signal', 'beforeCheckpoint', 'onCheckpoint'],
] as const;

type TrainerShare = Pick<TrainerOptions<{ readonly size: number }>, (typeof trainerNames)[number]>;

/** What the generator makes of the same noise each time. */
export interface Samples {
  /** Rounds taken so far. */
  readonly steps: number;
  readonly epoch: number;
  /** [count, ...] */
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
  /** What each sample of a batch is, [N, ...], such as its label: both networks are told. Default: nothing. */
  readonly condition?: (batch: Batch) => Tensor;
  /**
   * Teaches the discriminator to refuse real samples under a wrong condition, which this makes of the right
   * ones: `wrongLabels(10)`. Default: it is not taught.
   */
  readonly mismatch?: Mismatch;
  /** The answer that real samples should get: 1, fakes 0, as in the formula; or 0, fakes 1. Default: 1. */
  readonly realLabel?: 0 | 1;
  /** How much less than certain the discriminator should be of real samples (Salimans et al. 2016). Default: 0. */
  readonly labelSmoothing?: number;
  /** Standard deviation of noise on all that the discriminator sees, or a schedule of it. Default: none. */
  readonly instanceNoise?: number | Schedule;
  /** Weight of half the squared slopes of answers to real samples (Mescheder et al. 2018). Default: 0. */
  readonly r1?: number;
  /** Batches that the discriminator learns from in a round, before the generator learns. Default: 1. */
  readonly discriminatorSteps?: number;
  /** Averages the generator's weights; samples are made with the average. */
  readonly average?: Players['average'];
  /** Sets what a schedule decides before each round. */
  readonly beforeStep?: TrainerOptions<Batch>['beforeStep'];
  /** Go on from the newest whole checkpoint. Default: false. */
  readonly resume?: boolean;
  /** Hears, before the first round, of the rounds that were taken before a resume. */
  readonly onBegin?: (steps: number) => unknown;
  /** Go back to the last healthy checkpoint when the game goes wrong. Default: false, the game goes on. */
  readonly rollBack?: boolean | RollBackOptions;
  readonly onStep?: (report: StepReport) => unknown;
  readonly onEpoch?: (report: EpochReport) => unknown;
  /** Hears of a discriminator that always wins, of samples that are all alike, and of going back. */
  readonly onWarning?: (warning: HealthWarning) => unknown;
  /** Hears what the generator makes of the same noise, before `onStep` and `onEpoch` of that round. */
  readonly onSamples?: (samples: Samples) => unknown;
  /** How many samples. Default: 64. */
  readonly sampleCount?: number;
  /** Rounds from one time to the next. Default: those of an epoch. */
  readonly sampleEvery?: number;
  /** The conditions of the samples, [sampleCount, ...]. Needed where there are conditions. */
  readonly sampleCondition?: Tensor;
}

export const known = [
  ...['generator', 'discriminator', 'generatorOptimizer', 'discriminatorOptimizer', 'loader'],
  ...['real', 'noise', 'seed', 'loss', 'condition', 'mismatch', 'realLabel', 'labelSmoothing'],
  ...['instanceNoise', 'r1', 'discriminatorSteps', 'average', 'beforeStep', 'resume', 'rollBack'],
  ...['onBegin', 'onStep', 'onEpoch', 'onWarning', 'onSamples', 'sampleCount', 'sampleEvery'],
  ...['sampleCondition', ...trainerNames],
];
