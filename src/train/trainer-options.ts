/** What a training is given, what it tells of as it goes, and what it ends with. */

import type { CheckpointFolder } from './checkpoint-folder.js';
import type { EpochSums, Metrics } from './epoch-means.js';
import type { Parts } from './training-state.js';

/** Serves the batches of each epoch, the same ones whenever they are asked for. */
export interface BatchSource<Batch extends { readonly size: number }> {
  /** Batches in an epoch. */
  readonly length: number;
  /** The batches of an epoch from number `first` on, 0 unless it is given. */
  epoch(epoch: number, first?: number): Iterable<Batch> | AsyncIterable<Batch>;
}

/** Where in the training a step is; all count from 0. */
export interface StepPlace {
  readonly step: number;
  readonly epoch: number;
  /** The number of the batch in its epoch. */
  readonly batch: number;
}

export interface StepReport extends StepPlace {
  /** Steps and epochs planned. */
  readonly steps: number;
  readonly epochs: number;
  /** Steps of this epoch: the last one may be cut short. */
  readonly stepsOfEpoch: number;
  /** What the step told. */
  readonly metrics: Metrics;
  /** Means over the epoch so far, weighted by the sizes of the batches. */
  readonly means: Metrics;
  /** Pictures (or what else a batch counts as its size) learned from so far. */
  readonly samples: number;
  /** Since this training began or went on. */
  readonly seconds: number;
  readonly samplesPerSecond: number;
  /** Until the end, if it goes on as it has so far. */
  readonly secondsLeft: number;
}

export interface EpochReport {
  readonly epoch: number;
  /** Steps taken so far. */
  readonly steps: number;
  readonly metrics: Metrics;
  /** What the examination behind the epoch told; null where there was none. */
  readonly evaluation: Metrics | null;
  readonly seconds: number;
  /** While it learned, without the examination; of the steps since the training went on, null where there were none. */
  readonly samplesPerSecond: number | null;
}

/** What tells whether a training gets better. */
export interface Monitor {
  /** Its name among what the examination tells, or, where none is made, the step. */
  readonly metric: string;
  /** Whether less or more is better. Default: 'min'. */
  readonly mode?: 'min' | 'max';
  /** Epochs without improvement after which the training stops. Default: never. */
  readonly patience?: number;
}

export interface TrainerOptions<Batch extends { readonly size: number }> {
  readonly loader: BatchSource<Batch>;
  /** Learns from a batch, and tells numbers about it: means over the batch. */
  readonly step: (batch: Batch, place: StepPlace) => Metrics | Promise<Metrics>;
  /** All that the steps change, by name: networks, optimisers, averages. Checkpoints hold it. */
  readonly parts: Parts;
  /** How long to train: so many epochs, or so many steps. */
  readonly epochs?: number;
  readonly steps?: number;
  /** Sets what a schedule decides before each step: `optimizer.lr = schedule(step)`. */
  readonly beforeStep?: (place: StepPlace) => void;
  /** Examines what is trained. */
  readonly evaluate?: (signal: AbortSignal | undefined) => Promise<Metrics>;
  /** Epochs from one examination to the next; there is one at the end in any case. Default: 1. */
  readonly evaluateEvery?: number;
  readonly monitor?: Monitor;
  /** Where checkpoints go: one behind every epoch, and one when the training is stopped. */
  readonly checkpoints?: CheckpointFolder;
  /** Steps from one checkpoint to the next besides. Default: none within an epoch. */
  readonly checkpointEvery?: number;
  /** Aborting it ends the training behind the step that is running. */
  readonly signal?: AbortSignal;
  /** The error to throw for a step that told a number that is none, or is infinite. */
  readonly notFinite?: (place: StepPlace, metric: string) => Error | Promise<Error>;
  /** These hear of what happened; what they return is awaited. */
  readonly onStep?: (report: StepReport) => unknown;
  readonly onEpoch?: (report: EpochReport) => unknown;
  /** Writes what a training that goes on from the next checkpoint will not tell again, such as a log. */
  readonly beforeCheckpoint?: () => unknown;
  readonly onCheckpoint?: (saved: { path: string; step: number }) => unknown;
}

/** What a training on `Trainer` leaves to whoever asks for it: how often to examine, where checkpoints go, what hears of it all. */
export type SharedTrainerOptions = Pick<
  TrainerOptions<{ readonly size: number }>,
  | 'evaluateEvery'
  | 'checkpoints'
  | 'checkpointEvery'
  | 'signal'
  | 'onStep'
  | 'onEpoch'
  | 'beforeCheckpoint'
  | 'onCheckpoint'
>;

/** The best epoch so far. */
export interface Best {
  readonly epoch: number;
  /** Steps taken by then, which a checkpoint is named after. */
  readonly step: number;
  readonly value: number;
}

export interface Training {
  /** One entry for each epoch that was finished, those before a resume included. */
  readonly history: readonly EpochReport[];
  readonly best: Best | null;
  /** Steps taken, and steps planned. */
  readonly steps: number;
  readonly stepsPlanned: number;
  readonly samples: number;
  /** Since this training began or went on. */
  readonly seconds: number;
  /** NaN where no step was taken. */
  readonly samplesPerSecond: number;
  /** Why it ended: all was done, the signal was aborted, or nothing got better. */
  readonly ended: 'finished' | 'aborted' | 'no improvement';
}

/** How far a training is: what checkpoints carry beside the parts. */
export interface Progress {
  readonly steps: number;
  readonly samples: number;
  readonly means: EpochSums;
  readonly history: readonly EpochReport[];
  readonly best: Best | null;
  readonly epochsWithoutImprovement: number;
}
