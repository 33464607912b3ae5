/** The training loop: epochs of compiled steps, the schedule, the events, a stop after any step. */

import type { Batch, DataLoader } from '../data/index.js';
import type { Module } from '../nn/index.js';
import { tensor } from '../ops/index.js';
import type { Optimizer, Schedule } from '../optim/index.js';
import type { ClassifierStep } from './classifier-step.js';
import { eventLoopTurns } from './event-loop.js';
import { findNonFinite, NonFiniteError } from './non-finite.js';
import type { PixelStatistics } from './pixel-statistics.js';

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

export interface RunEpochsOptions {
  readonly optimizer: Optimizer;
  readonly loader: DataLoader;
  readonly epochs: number;
  readonly statistics: PixelStatistics;
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

/** Takes the steps of `model`; throws NonFiniteError at the first one that cannot be used. */
export async function runEpochs(
  model: Module,
  classifier: ClassifierStep,
  options: RunEpochsOptions,
): Promise<Course> {
  const { optimizer, loader, epochs, schedule, signal, onStep, onEpoch } = options;
  const breathe = eventLoopTurns();
  const history: EpochSummary[] = [];
  const steps = epochs * loader.length;
  const start = performance.now();
  const secondsSince = (moment: number) => (performance.now() - moment) / 1000;
  let epochLoss = Number.NaN;
  let step = 0;
  let images = 0;

  const learn = (batch: Batch, epoch: number) => {
    if (schedule) optimizer.lr = schedule(step);
    const inputs = [tensor(batch.images, batch.shape), tensor(batch.labels, [batch.size])] as const;
    const { loss, correct, finite } = classifier.run(...inputs);
    if (finite.item() === 0) {
      throw new NonFiniteError({
        step,
        epoch,
        place: findNonFinite(model, { ...options, inputs }),
      });
    }
    return { loss: loss.item(), correct: correct.item() };
  };

  for (let epoch = 0; epoch < epochs && !signal?.aborted; epoch++) {
    const epochStart = performance.now();
    const sum = { loss: 0, correct: 0, images: 0 };
    for (const batch of loader.epoch(epoch)) {
      const { loss, correct } = learn(batch, epoch);
      sum.loss += loss * batch.size;
      sum.correct += correct;
      sum.images += batch.size;
      images += batch.size;
      epochLoss = sum.loss / sum.images;
      const epochAccuracy = sum.correct / sum.images;
      const seconds = secondsSince(start);
      onStep?.({ step, steps, epoch, epochs, loss, epochLoss, epochAccuracy, images, seconds });
      step++;
      await breathe();
      if (signal?.aborted) break;
    }
    if (step < (epoch + 1) * loader.length) break;
    const accuracy = sum.correct / sum.images;
    const summary = { epoch, loss: epochLoss, accuracy, seconds: secondsSince(epochStart) };
    history.push(summary);
    onEpoch?.(summary);
  }
  const seconds = secondsSince(start);
  return { history, steps: step, stepsPlanned: steps, images, seconds, loss: epochLoss };
}
