/** Trains a classifier and examines it: a clean stop at any step, and no weights lost to NaN. */

import { DataError, type DataLoader, type ImageDataset } from '../data/index.js';
import { ValueError } from '../graph/errors.js';
import type { Module } from '../nn/index.js';
import type { Optimizer, Schedule } from '../optim/index.js';
import { type Evaluation, evaluateClassifier } from './evaluate-classifier.js';
import { isStateFinite, type NonFinitePlace } from './non-finite.js';
import { type PixelStatistics, pixelStatistics } from './pixel-statistics.js';
import { replay } from './replay.js';
import { type Course, type EpochSummary, runEpochs, type StepEvent } from './run-epochs.js';
import { Snapshots } from './snapshots.js';

export interface TrainClassifierOptions {
  readonly optimizer: Optimizer;
  /** Serves the pictures to learn from; with `dropLast` no second program is compiled for the rest. */
  readonly loader: DataLoader;
  readonly epochs: number;
  /** The pictures to be examined on at the end. */
  readonly test?: ImageDataset;
  /** Learning rate by step. Default: what the optimiser has. */
  readonly schedule?: Schedule;
  /** Default: those of the training pictures. */
  readonly statistics?: PixelStatistics;
  /** Aborting it ends the training after the step that is running. */
  readonly signal?: AbortSignal;
  readonly onStep?: (event: StepEvent) => void;
  readonly onEpoch?: (summary: EpochSummary) => void;
  readonly onEvaluate?: (progress: { done: number; count: number }) => void;
}

export interface TrainingResult extends Course {
  /** Whether the signal ended it early. */
  readonly interrupted: boolean;
  /** The examination on the test set; null without one, or when interrupted. */
  readonly evaluation: Evaluation | null;
  /** The normalisation that the network was trained with. */
  readonly statistics: PixelStatistics;
}

/**
 * Trains `model` to name pictures and examines it on the test set.
 *
 * The same seeds give the same losses to the bit, whatever the number of threads. Throws DataError
 * for labels that no class has, and NonFiniteError when the loss or a gradient becomes infinite or
 * NaN; the model then has the last weights that worked.
 *
 *     const loader = new DataLoader(train, { batchSize: 64, shuffle: true, dropLast: true });
 *     const { evaluation } = await trainClassifier(model, { optimizer, loader, test, epochs: 5 });
 */
export async function trainClassifier(
  model: Module,
  options: TrainClassifierOptions,
): Promise<TrainingResult> {
  const { optimizer, loader, epochs, test, signal } = options;
  if (!Number.isSafeInteger(epochs) || epochs < 1) {
    throw new ValueError(`epochs is ${epochs}; expected a whole number of one or more`);
  }
  checkLabels(loader.dataset);
  if (test) checkLabels(test);
  const statistics = options.statistics ?? pixelStatistics(loader.dataset);
  const snapshots = new Snapshots(model, optimizer);
  const training = { ...options, statistics, snapshots, dataset: loader.dataset };
  model.train();
  const course = await runEpochs(model, training);
  const evaluation = test ? await examine(model, { ...options, test, statistics }) : null;
  // The last update has no next step that would notice what it broke.
  const otherwise = brokenAfter(model, evaluation);
  if (otherwise && course.steps > 0) {
    throw replay(model, { ...training, broken: course.steps - 1, otherwise });
  }
  const unfinished = course.steps < course.stepsPlanned || (test !== undefined && !evaluation);
  return { ...course, evaluation, statistics, interrupted: unfinished && signal?.aborted === true };
}

/** What is infinite or NaN after the last update, if anything. */
function brokenAfter(model: Module, evaluation: Evaluation | null): NonFinitePlace | null {
  if (!isStateFinite(model)) return { kind: 'update' };
  if (evaluation && !Number.isFinite(evaluation.loss)) return { kind: 'examination' };
  return null;
}

interface ExamineOptions extends TrainClassifierOptions {
  readonly test: ImageDataset;
  readonly statistics: PixelStatistics;
}

/** The evaluation, or null when the signal stops it. */
async function examine(
  model: Module,
  { test, statistics, signal, onEvaluate }: ExamineOptions,
): Promise<Evaluation | null> {
  try {
    const options = { data: test, statistics, signal, onBatch: onEvaluate };
    return await evaluateClassifier(model, options);
  } catch (error) {
    if (signal?.aborted) return null;
    throw error;
  }
}

/** Throws DataError when a label has no class: the loss inside the program could not tell. */
function checkLabels({ name, labels, classes }: ImageDataset): void {
  const at = labels.findIndex((label) => label >= classes.length);
  if (at < 0) return;
  throw new DataError(
    `${name}: picture ${at} has label ${labels[at]}, but there are ${classes.length} classes; ` +
      `expected labels from 0 to ${classes.length - 1}, so mend the labels or name more classes`,
  );
}
