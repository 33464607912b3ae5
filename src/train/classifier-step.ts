/** One training step of a classifier as one program: the fast one, and one that guards the weights. */

import { grad } from '../autodiff/index.js';
import { type Compiled, compile } from '../compiler/index.js';
import type { ImageDataset } from '../data/index.js';
import type { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import type { Module } from '../nn/index.js';
import { and, argmax, cast, detach, equal, sum, where } from '../ops/index.js';
import type { Optimizer } from '../optim/index.js';
import { classifierLoss } from './classifier-loss.js';
import { requireClasses } from './evaluate-classifier.js';
import { type NetworkInputOptions, networkInput } from './fit-pictures.js';
import { allFinite } from './non-finite.js';

export interface ClassifierStepOptions extends NetworkInputOptions {
  readonly optimizer: Optimizer;
  /** Whose classes the model must answer with. */
  readonly dataset: ImageDataset;
}

type Inputs = [images: Tensor, labels: Tensor];

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
): Compiled<Inputs, StepResult> {
  const { optimizer, dataset } = options;
  return compile((images: Tensor, labels: Tensor): StepResult => {
    const pictures = networkInput(images, options);
    const { logits, loss } = classifierLoss(model, { images: pictures, labels });
    requireClasses(logits, dataset);
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss, correct: sum(cast(equal(argmax(logits, 1), labels), 'int32')) };
  });
}

export interface GuardedStep {
  /** The same step, but it changes nothing when the loss or a gradient is infinite or NaN. */
  readonly run: Compiled<Inputs, { finite: Tensor }>;
  /** Gives the model the weights with which the last finite step was computed. */
  restoreLastGood(): void;
}

/**
 * The step that is used to look into a broken run.
 *
 * Its updates wait for every gradient, so that they cannot be fused into the products that make the
 * gradients; that is why training does not use it.
 */
export function guardedStep(model: Module, options: ClassifierStepOptions): GuardedStep {
  const { optimizer } = options;
  const generators = model.namedGenerators().map(([, generator]) => generator.state);
  const changedByForward: readonly Variable[] = [...model.buffers(), ...generators];
  const state: readonly Variable[] = [...changedByForward, ...model.parameters()];
  const lastGood = state.map((variable) => {
    return new Variable(variable.data(), variable.shape, variable.dtype);
  });
  const run = compile((images: Tensor, labels: Tensor) => {
    // NOTE: read before forward() runs, because it may assign buffers.
    const before = state.map(detach);
    const pictures = networkInput(images, options);
    const { loss } = classifierLoss(model, { images: pictures, labels });
    const gradients = grad(loss, optimizer.parameters);
    const finite = gradients.map(allFinite).reduce(and, allFinite(loss));
    // An update may itself be what breaks the next step; only weights that gave a finite loss and
    // gradient are proven good, and those are the ones this step started from.
    lastGood.forEach((kept, i) => {
      kept.assign(where(finite, before[i], kept));
    });
    // Whoever looks into the broken step must find the same random masks.
    changedByForward.forEach((variable, i) => {
      variable.assign(where(finite, variable, before[i]));
    });
    optimizer.step(gradients, { when: finite });
    return { finite };
  });
  const restoreLastGood = () => {
    state.forEach((variable, i) => {
      variable.set(lastGood[i].data());
    });
  };
  return { run, restoreLastGood };
}
