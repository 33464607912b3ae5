/** One training step of a classifier as one program, which remembers the last weights that worked. */

import { grad } from '../autodiff/index.js';
import { type Compiled, compile } from '../compiler/index.js';
import type { ImageDataset } from '../data/index.js';
import type { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import { crossEntropy, type Module } from '../nn/index.js';
import { and, argmax, cast, detach, equal, sum, where } from '../ops/index.js';
import type { Optimizer } from '../optim/index.js';
import { requireClasses } from './evaluate-classifier.js';
import { allFinite } from './non-finite.js';
import { normalize, type PixelStatistics } from './pixel-statistics.js';

/** What one step tells: scalars. */
export interface StepResult extends Record<string, Tensor> {
  /** Mean cross entropy of the batch, before the update. */
  readonly loss: Tensor;
  /** Pictures of the batch that were named rightly, before the update. */
  readonly correct: Tensor;
  /** False when the loss or a gradient is infinite or NaN; nothing was updated then. */
  readonly finite: Tensor;
}

export interface ClassifierStep {
  /** Learns from uint8 pictures [N, C, H, W] and int32 labels [N]. */
  readonly run: Compiled<[images: Tensor, labels: Tensor], StepResult>;
  /** Gives the model the weights with which the last finite step was computed. */
  restoreLastGood(): void;
}

export interface ClassifierStepOptions {
  readonly optimizer: Optimizer;
  readonly statistics: PixelStatistics;
  /** Whose classes the model must answer with. */
  readonly dataset: ImageDataset;
}

/** The step of `model` and `optimizer`, compiled at its first call. */
export function classifierStep(
  model: Module,
  { optimizer, statistics, dataset }: ClassifierStepOptions,
): ClassifierStep {
  const state: readonly Variable[] = [...model.parameters(), ...model.buffers()];
  const lastGood = state.map((variable) => {
    return new Variable(variable.data(), variable.shape, variable.dtype);
  });
  const run = compile((images: Tensor, labels: Tensor): StepResult => {
    // NOTE: read before forward() runs, because it may assign buffers.
    const before = state.map(detach);
    const logits = model.call(normalize(images, statistics));
    requireClasses(logits, dataset);
    const loss = crossEntropy(logits, labels);
    const gradients = grad(loss, optimizer.parameters);
    const finite = gradients.map(allFinite).reduce(and, allFinite(loss));
    // An update may itself be what breaks the next step; only weights that gave a finite loss and
    // gradient are proven good, and those are the ones this step started from.
    lastGood.forEach((kept, i) => {
      kept.assign(where(finite, before[i], kept));
    });
    optimizer.step(gradients, { when: finite });
    const correct = sum(cast(equal(argmax(logits, 1), labels), 'int32'));
    return { loss, correct, finite };
  });
  const restoreLastGood = () => {
    state.forEach((variable, i) => {
      variable.set(lastGood[i].data());
    });
  };
  return { run, restoreLastGood };
}
