/** One training step of a classifier as one program. */

import { grad } from '../autodiff/index.js';
import { type Compiled, compile } from '../compiler/index.js';
import type { Tensor } from '../graph/tensor.js';
import type { Module } from '../nn/index.js';
import { argmax, cast, equal, sum } from '../ops/index.js';
import type { Optimizer } from '../optim/index.js';
import { classifierLoss } from './classifier-loss.js';
import { requireClasses } from './evaluate-classifier.js';
import { type NetworkInputOptions, networkInput } from './fit-pictures.js';
import type { LabelledPictures } from './labelled-pictures.js';

export interface ClassifierStepOptions extends NetworkInputOptions {
  readonly optimizer: Optimizer;
  /** Whose classes the model must answer with. */
  readonly dataset: LabelledPictures;
}

/** What one step tells about its batch, before the update: scalars. */
export interface StepResult extends Record<string, Tensor> {
  /** Mean cross entropy. */
  readonly loss: Tensor;
  /** Pictures that were named rightly. */
  readonly correct: Tensor;
}

/** Learns from uint8 pictures [N, C, H, W] and int32 labels [N]. */
export function classifierStep(
  model: Module,
  options: ClassifierStepOptions,
): Compiled<[images: Tensor, labels: Tensor], StepResult> {
  const { optimizer, dataset } = options;
  return compile((images: Tensor, labels: Tensor): StepResult => {
    const pictures = networkInput(images, options);
    const { logits, loss } = classifierLoss(model, { images: pictures, labels });
    requireClasses(logits, dataset);
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss, correct: sum(cast(equal(argmax(logits, 1), labels), 'int32')) };
  });
}

/** The loss alone, of uint8 pictures [N, C, H, W] and int32 labels [N]. */
export const classifierLossOf =
  (model: Module, options: NetworkInputOptions) =>
  (images: Tensor, labels: Tensor): Tensor =>
    classifierLoss(model, { images: networkInput(images, options), labels }).loss;
