/** The training loop: epochs of compiled steps, the schedule, the events, a stop after any step. */

import type { DataLoader } from '../data/index.js';
import type { Module } from '../nn/index.js';
import type { Schedule } from '../optim/index.js';
import { batchesOf, tensorsOf } from './batches.js';
import { type ClassifierStepOptions, classifierStep } from './classifier-step.js';
import { eventLoopTurns } from './event-loop.js';
import { replay } from './replay.js';
import type { Snapshots } from './snapshots.js';

/** What is known after a step; steps and epochs count from 0. */
export interface StepEvent {
  readonly step: number;
  /** Steps planned in all epochs together. */
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Mean cross entropy of this step's batch. */
  readonly loss: number;
  /** Over the pictures of this epoch so far, each as it was met. */
  readonly epochLoss: number;
  readonly epochAccuracy: number;
  /** Pictures learned from so far, in all epochs. */
  readonly images: number;
  readonly seconds: number;
}

export interface EpochSummary {
  readonly epoch: number;
  /** Mean over the epoch's pictures, each as it was met while the weights were changing. */
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
}

export interface RunEpochsOptions extends ClassifierStepOptions {
  readonly loader: DataLoader;
  readonly epochs: number;
  readonly snapshots: Snapshots;
  readonly schedule?: Schedule;
  readonly signal?: AbortSignal;
  readonly onStep?: (event: StepEvent) => void;
  readonly onEpoch?: (summary: EpochSummary) => void;
}

export interface Course {
  /** One entry for each epoch that was finished. */
  readonly history: readonly EpochSummary[];
  /** Steps taken, and steps that were planned. */
  readonly steps: number;
  readonly stepsPlanned: number;
  /** Pictures learned from. */
  readonly images: number;
  /** Time of the steps, compiling them included. */
  readonly seconds: number;
  /** Mean loss of the last epoch begun; NaN when no step was taken. */
  readonly loss: number;
}

/** Takes the steps of `model`; throws NonFiniteError when the loss becomes infinite or NaN. */
export async function runEpochs(model: Module, options: RunEpochsOptions): Promise<Course> {
  const { optimizer, loader, epochs, snapshots, schedule, signal, onStep, onEpoch } = options;
  const run = classifierStep(model, options);
  const breathe = eventLoopTurns();
  const history: EpochSummary[] = [];
  const steps = epochs * loader.length;
  const start = performance.now();
  const secondsSince = (moment: number) => (performance.now() - moment) / 1000;
  let epochStart = start;
  let sum = { loss: 0, correct: 0, images: 0 };
  let epochLoss = Number.NaN;
  let images = 0;
  let taken = 0;
  try {
    for (const { batch, step, epoch, isLastOfEpoch } of batchesOf(loader, {
      start: 0,
      end: steps,
    })) {
      if (signal?.aborted) break;
      snapshots.before(step);
      if (schedule) optimizer.lr = schedule(step);
      const result = run(...tensorsOf(batch));
      const loss = result.loss.item();
      if (!Number.isFinite(loss)) {
        throw replay(model, { ...options, broken: step, otherwise: { kind: 'unrepeatable' } });
      }
      taken++;
      images += batch.size;
      sum.loss += loss * batch.size;
      sum.correct += result.correct.item();
      sum.images += batch.size;
      epochLoss = sum.loss / sum.images;
      const epochAccuracy = sum.correct / sum.images;
      const seconds = secondsSince(start);
      onStep?.({ step, steps, epoch, epochs, loss, epochLoss, epochAccuracy, images, seconds });
      if (isLastOfEpoch) {
        const seconds = secondsSince(epochStart);
        const summary = { epoch, loss: epochLoss, accuracy: epochAccuracy, seconds };
        history.push(summary);
        onEpoch?.(summary);
        epochStart = performance.now();
        sum = { loss: 0, correct: 0, images: 0 };
      }
      await breathe();
    }
  } finally {
    run.dispose();
  }
  const seconds = secondsSince(start);
  return { history, steps: taken, stepsPlanned: steps, images, seconds, loss: epochLoss };
}
