/** Examines a classifier on a data set: exact counts, the confusion matrix and its worst mistakes. */

import { compile } from '../compiler/index.js';
import { DataLoader, type ImageDataset } from '../data/index.js';
import { ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { crossEntropy, type Module } from '../nn/index.js';
import { argmax, max, softmax, tensor } from '../ops/index.js';
import { eventLoopTurns } from './event-loop.js';
import { type NetworkInputOptions, networkInput } from './fit-pictures.js';

/** A picture that was named wrongly. */
export interface Mistake {
  /** Its place in the data set. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** What the classifier gave its answer, 0 to 1. */
  readonly probability: number;
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
  readonly data: ImageDataset;
  /** Default: 250. */
  readonly batchSize?: number;
  /** How many mistakes to return. Default: 8. */
  readonly maxMistakes?: number;
  readonly signal?: AbortSignal;
  readonly onBatch?: (progress: { done: number; count: number }) => void;
}

/**
 * Runs `model` in evaluation mode over every picture of `data`, each counted once.
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
  const classes = data.classes.length;
  const confusion = new Uint32Array(classes * classes);
  const mistakes: Mistake[] = [];
  let done = 0;
  let lossSum = 0;
  const examine = compile((images: Tensor, labels: Tensor) => {
    const logits = model.call(networkInput(images, options));
    requireClasses(logits, data);
    const probabilities = max(softmax(logits, 1), 1);
    const loss = crossEntropy(logits, labels, { reduction: 'sum' });
    return { predicted: argmax(logits, 1), probabilities, loss };
  });
  const wasTraining = model.training;
  const breathe = eventLoopTurns();
  model.eval();
  try {
    for (const { images, labels, shape, size } of new DataLoader(data, { batchSize })) {
      signal?.throwIfAborted();
      const result = examine(tensor(images, shape), tensor(labels, [size]));
      const predicted = result.predicted.data();
      const probabilities = result.probabilities.data();
      lossSum += result.loss.item();
      for (let i = 0; i < size; i++) {
        confusion[labels[i] * classes + predicted[i]]++;
        if (predicted[i] === labels[i]) continue;
        const probability = probabilities[i];
        mistakes.push({ index: done + i, label: labels[i], predicted: predicted[i], probability });
      }
      done += size;
      onBatch?.({ done, count: data.length });
      await breathe();
    }
  } finally {
    model.train(wasTraining);
    examine.dispose();
  }
  mistakes.sort((a, b) => b.probability - a.probability || a.index - b.index);
  const correct = done - mistakes.length;
  return {
    loss: lossSum / done,
    accuracy: correct / done,
    correct,
    count: done,
    confusion,
    mistakes: mistakes.slice(0, maxMistakes),
  };
}

/** Throws ValueError unless the logits are [N, classes of the data set]. */
export function requireClasses(logits: Tensor, { name, classes }: ImageDataset): void {
  if (logits.rank === 2 && logits.shape[1] === classes.length) return;
  throw new ValueError(
    `the model answers with ${formatShape(logits.shape)}, but ${name} has ${classes.length} ` +
      `classes; expected [N, ${classes.length}], so build the model with numClasses: ${classes.length}`,
  );
}
