/** Examines a classifier on a data set: exact counts, the confusion matrix and its worst mistakes. */

import { compile } from '../compiler/index.js';
import { DataLoader, type ImageDataset, type PictureLoader } from '../data/index.js';
import { ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { crossEntropy, type Module } from '../nn/index.js';
import { argmax, max, softmax, tensor } from '../ops/index.js';
import { eventLoopTurns } from './event-loop.js';
import { type NetworkInputOptions, networkInput } from './fit-pictures.js';
import { type LabelledPictures, labelledPicturesOf } from './labelled-pictures.js';

/** A picture that was named wrongly. */
export interface Mistake {
  /** Its place in the data set. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** What the classifier gave its answer, 0 to 1. */
  readonly probability: number;
  /** The picture, [C, H, W]. */
  readonly planes: Uint8Array;
}

export interface Evaluation {
  /** Mean cross entropy. */
  readonly loss: number;
  /** Share of the pictures that were named rightly, 0 to 1. */
  readonly accuracy: number;
  readonly correct: number;
  readonly count: number;
  /** [classes, classes], row-major: entry [t, p] counts pictures of class t taken for class p. */
  readonly confusion: Uint32Array;
  /** The most confident mistakes, the most confident first. */
  readonly mistakes: readonly Mistake[];
}

export interface EvaluateOptions extends NetworkInputOptions {
  /** In memory, or as a loader serves it that does not shuffle. */
  readonly data: ImageDataset | PictureLoader;
  /** Of pictures in memory. Default: 250. */
  readonly batchSize?: number;
  /** How many mistakes to return. Default: 8. */
  readonly maxMistakes?: number;
  readonly signal?: AbortSignal;
  readonly onBatch?: (progress: { done: number; count: number }) => void;
}

/**
 * Runs `model` in evaluation mode over every picture of `data`, each counted once; files that cannot be read
 * count nothing.
 *
 * Throws the signal's reason when aborted.
 *
 *     const { accuracy } = await evaluateClassifier(model, { data: test, statistics });
 */
export async function evaluateClassifier(
  model: Module,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { data, batchSize = 250, maxMistakes = 8, signal, onBatch } = options;
  const loader = 'images' in data ? new DataLoader(data, { batchSize }) : data;
  const pictures = labelledPicturesOf(loader);
  const classes = pictures.classes.length;
  const confusion = new Uint32Array(classes * classes);
  const mistakes = new WorstMistakes(maxMistakes);
  const total = pictures.labels.length;
  let [seen, count, correct, lossSum] = [0, 0, 0, 0];
  const examine = compile((images: Tensor, labels: Tensor) => {
    const logits = model.call(networkInput(images, options));
    requireClasses(logits, pictures);
    const probabilities = max(softmax(logits, 1), 1);
    const losses = crossEntropy(logits, labels, { reduction: 'none' });
    return { predicted: argmax(logits, 1), probabilities, losses };
  });
  const wasTraining = model.training;
  const breathe = eventLoopTurns();
  model.eval();
  try {
    for await (const { images, labels, shape, size, ...batch } of loader.epoch(0)) {
      signal?.throwIfAborted();
      const result = examine(tensor(images, shape), tensor(labels, [size]));
      const predicted = result.predicted.data();
      const probabilities = result.probabilities.data();
      const losses = result.losses.data();
      const pixels = images.length / size;
      for (let i = 0; i < size; i++, seen++) {
        // Another one stands in for a picture that cannot be read.
        if ('indices' in batch && batch.indices[i] !== seen) continue;
        count++;
        lossSum += losses[i];
        confusion[labels[i] * classes + predicted[i]]++;
        if (predicted[i] === labels[i]) correct++;
        else {
          mistakes.add({
            ...{ index: seen, label: labels[i], predicted: predicted[i] },
            ...{
              probability: probabilities[i],
              planes: images.subarray(i * pixels).subarray(0, pixels),
            },
          });
        }
      }
      onBatch?.({ done: seen, count: total });
      await breathe();
    }
  } finally {
    model.train(wasTraining);
    examine.dispose();
  }
  const accuracy = correct / count;
  return { loss: lossSum / count, accuracy, correct, count, confusion, mistakes: mistakes.list };
}

/** The most confident mistakes so far, the most confident first. */
class WorstMistakes {
  readonly list: Mistake[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Copies the picture of one that is kept. */
  add(mistake: Mistake): void {
    const after = this.list.findIndex(({ probability }) => probability < mistake.probability);
    const place = after < 0 ? this.list.length : after;
    if (place >= this.#most) return;
    this.list.splice(place, 0, { ...mistake, planes: mistake.planes.slice() });
    if (this.list.length > this.#most) this.list.pop();
  }
}

/** Throws ValueError unless the logits are [N, classes of the data set]. */
export function requireClasses(logits: Tensor, { name, classes }: LabelledPictures): void {
  if (logits.rank === 2 && logits.shape[1] === classes.length) return;
  throw new ValueError(
    `the model answers with ${formatShape(logits.shape)}, but ${name} has ${classes.length} ` +
      `classes; expected [N, ${classes.length}], so build the model with numClasses: ${classes.length}`,
  );
}
