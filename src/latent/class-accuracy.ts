/** classAccuracy: whether a conditional autoencoder draws what it is told to, as a classifier reads it. */

import type { ImageDataset } from '../data/index.js';
import { ValueError } from '../graph/errors.js';
import type { Module } from '../nn/index.js';
import { checkCount } from '../nn/options.js';
import { type Evaluation, evaluateClassifier, type NetworkInputOptions } from '../train/index.js';
import { drawCodes, standardGaussian } from './generation/gaussian.js';
import type { LatentRun } from './open-latent-run.js';

export interface ClassAccuracyOptions extends NetworkInputOptions {
  /** Names the pictures: [N, C, H, W] -> logits [N, classes], for the classes of the run in their order. */
  readonly classifier: Module;
  /** Pictures that are drawn of each class. Default: 1000. */
  readonly perClass?: number;
  /** The same seed draws the same codes. Default: 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onBatch?: (progress: { done: number; count: number }) => void;
}

/**
 * Draws pictures of each class from codes of the standard normal distribution and has them named: `accuracy` is
 * the share of them that are read as what they were meant to be, `confusion` has a row for each class.
 *
 * Throws ValueError for a network that is told of no classes, and for a classifier of other classes.
 *
 *     const { accuracy } = await classAccuracy(run, { classifier, statistics, perClass: 1000 });
 */
export async function classAccuracy(
  run: LatentRun,
  options: ClassAccuracyOptions,
): Promise<Evaluation> {
  const { classifier, statistics, inputShape, perClass = 1000, seed, signal, onBatch } = options;
  const { numClasses, latent, shape, folder } = run;
  checkCount('classAccuracy', 'perClass', perClass);
  if (numClasses === null) {
    throw new ValueError(
      `classAccuracy: the network in ${folder} is told of no classes; train one with --conditional`,
    );
  }
  const length = numClasses * perClass;
  const labels = Int32Array.from({ length }, (_, i) => Math.floor(i / perClass));
  const pictures = run.decode(drawCodes(standardGaussian(latent), length, { seed }), labels);
  const data: ImageDataset = {
    ...{ name: `pictures of ${folder}`, shape, length },
    classes: run.config.data.classes,
    images: Uint8Array.from(pictures, (value) => Math.round(255 * value)),
    labels: Uint8Array.from(labels),
  };
  return evaluateClassifier(classifier, { data, statistics, inputShape, signal, onBatch });
}
