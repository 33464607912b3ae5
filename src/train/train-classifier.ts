/** Trains a classifier and examines it: a clean stop at any step, and no weights lost to NaN. */

import {
  type Batch,
  DataError,
  type DataLoader,
  type ImageDataset,
  type PictureLoader,
} from '../data/index.js';
import type { Module } from '../nn/index.js';
import type { Optimizer, Schedule } from '../optim/index.js';
import { tensorsOf } from './batches.js';
import { classifierLossOf, classifierStep } from './classifier-step.js';
import { type Evaluation, evaluateClassifier } from './evaluate-classifier.js';
import type { PictureShape } from './fit-pictures.js';
import { type LabelledPictures, labelledPicturesOf } from './labelled-pictures.js';
import { isStateFinite, type NonFinitePlace } from './non-finite.js';
import {
  type PixelStatistics,
  pixelStatistics,
  servedPixelStatistics,
} from './pixel-statistics.js';
import { replay } from './replay.js';
import { Snapshots } from './snapshots.js';
import { type Monitor, type SharedTrainerOptions, Trainer, type Training } from './trainer.js';

export interface TrainClassifierOptions extends SharedTrainerOptions {
  readonly optimizer: Optimizer;
  /** Serves the pictures to learn from; with `dropLast` no second program is compiled for the rest. */
  readonly loader: DataLoader | PictureLoader;
  readonly epochs: number;
  /** The pictures to be examined on behind each epoch. */
  readonly test?: ImageDataset | PictureLoader;
  /** What tells whether it gets better. */
  readonly monitor?: Monitor;
  /** Learning rate by step. Default: what the optimiser has. */
  readonly schedule?: Schedule;
  /** Default: those of the training pictures. */
  readonly statistics?: PixelStatistics;
  /** What the network takes, made of the pictures by `fitPictures`. Default: pictures as they are. */
  readonly inputShape?: PictureShape;
  /** Go on from the newest whole checkpoint. Default: false. */
  readonly resume?: boolean;
  /** Hears, before the first step, of the steps that were taken before a resume. */
  readonly onBegin?: (steps: number) => unknown;
  readonly onEvaluate?: (progress: { done: number; count: number }) => void;
}

export interface TrainingResult extends Training {
  /** Whether the signal ended it early. */
  readonly interrupted: boolean;
  /** The last examination on the test set; null without one, or when interrupted. */
  readonly evaluation: Evaluation | null;
  /** The normalisation that the network was trained with. */
  readonly statistics: PixelStatistics;
}

/**
 * Trains `model` to name pictures and examines it on the test set. Steps and epochs tell the mean cross
 * entropy as `loss` and the share of pictures that were named rightly as `accuracy`.
 *
 * Pictures come from memory or, with a `PictureLoader`, from files; its caller closes it.
 *
 * The same seeds give the same losses to the bit, whatever the number of threads, and so does a training that
 * goes on from a checkpoint. Throws DataError for labels that no class has, and NonFiniteError when the loss
 * or a gradient becomes infinite or NaN; the model then has the last weights that worked.
 *
 *     const loader = new DataLoader(train, { batchSize: 64, shuffle: true, dropLast: true });
 *     const { evaluation } = await trainClassifier(model, { optimizer, loader, test, epochs: 5 });
 */
export async function trainClassifier(
  model: Module,
  options: TrainClassifierOptions,
): Promise<TrainingResult> {
  const { optimizer, loader, epochs, test, schedule, inputShape, resume = false } = options;
  const { onBegin, onEvaluate, onEpoch, ...rest } = options;
  const dataset = labelledPicturesOf(loader);
  checkLabels(dataset);
  if (test) checkLabels('set' in test ? test.set : test);
  const statistics = options.statistics ?? (await statisticsOf(loader));
  const snapshots = new Snapshots(model, optimizer);
  const network = { optimizer, statistics, inputShape, dataset };
  const lossOf = classifierLossOf(model, network);
  const training = { optimizer, lossOf, inputsOf: tensorsOf, loader, schedule, snapshots };
  const brokenAt = (step: number, otherwise: NonFinitePlace): Promise<Error> =>
    replay(model, { ...training, broken: step, otherwise });
  let evaluation: Evaluation | null = null;
  const evaluate = async (signal: AbortSignal | undefined) => {
    const examination = { data: test!, statistics, inputShape, signal, onBatch: onEvaluate };
    evaluation = await evaluateClassifier(model, examination);
    const { loss, accuracy } = evaluation;
    return { loss, accuracy };
  };
  const learn = classifierStep(model, network);
  const { evaluateEvery, monitor, checkpoints, checkpointEvery, signal, onStep } = rest;
  const { beforeCheckpoint, onCheckpoint } = rest;
  const trainer = new Trainer<Batch>({
    ...{ loader, epochs, evaluateEvery, monitor, checkpoints, checkpointEvery, signal, onStep },
    ...{ parts: { model, optimizer }, evaluate: test && evaluate },
    ...{ beforeCheckpoint, onCheckpoint },
    beforeStep: ({ step }) => {
      snapshots.before(step);
      if (schedule) optimizer.lr = schedule(step);
    },
    step: (batch) => {
      const { loss, correct } = learn(...tensorsOf(batch));
      return { loss: loss.item(), accuracy: correct.item() / batch.size };
    },
    notFinite: ({ step }) => brokenAt(step, { kind: 'unrepeatable' }),
    onEpoch: async (report) => {
      // The last update has no next step that would notice what it broke.
      const otherwise = brokenAfter(model, report.evaluation);
      if (otherwise) throw await brokenAt(report.steps - 1, otherwise);
      await onEpoch?.(report);
    },
  });
  try {
    await onBegin?.(resume ? await trainer.resume() : 0);
    model.train();
    const course = await trainer.run();
    // A training that was finished before has not examined again.
    if (test && !evaluation && course.ended !== 'aborted') await evaluate(signal);
    const interrupted = course.ended === 'aborted';
    return { ...course, evaluation: interrupted ? null : evaluation, statistics, interrupted };
  } finally {
    learn.dispose();
  }
}

const statisticsOf = async (loader: DataLoader | PictureLoader): Promise<PixelStatistics> =>
  'set' in loader ? servedPixelStatistics(loader) : pixelStatistics(loader.dataset);

/** What is infinite or NaN after the last update, if anything. */
function brokenAfter(model: Module, evaluation: { loss?: number } | null): NonFinitePlace | null {
  if (!isStateFinite(model)) return { kind: 'update' };
  if (evaluation && !Number.isFinite(evaluation.loss)) return { kind: 'examination' };
  return null;
}

/** Throws DataError when a label has no class: the loss inside the program could not tell. */
function checkLabels({ name, labels, classes }: LabelledPictures): void {
  const at = labels.findIndex((label) => label >= classes.length);
  if (at < 0) return;
  throw new DataError(
    `${name}: picture ${at} has label ${labels[at]}, but there are ${classes.length} classes; ` +
      `expected labels from 0 to ${classes.length - 1}, so mend the labels or name more classes`,
  );
}
