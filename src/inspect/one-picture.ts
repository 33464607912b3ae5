/** One picture and the classes that a network is asked about, checked before anything is computed. */

import { compile } from '../compiler/compile.js';
import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Module } from '../nn/module.js';
import { tensor } from '../ops/creation.js';
import { inEvaluation } from './layer-outputs.js';

/** Throws ShapeError unless `input` is one picture of floats [1, C, H, W]. */
export function requireOnePicture(what: string, input: Tensor): void {
  if (input.rank === 4 && input.shape[0] === 1 && input.dtype === 'float32' && input.size > 0) {
    return;
  }
  throw new ShapeError(
    `${what}: expected one picture, float32 [1, C, H, W], got ${input.dtype} ` +
      `${formatShape(input.shape)}; give pictures one by one, as the network takes them`,
  );
}

/** Throws ShapeError unless the network answers one picture with [1, classes]. */
export function requireLogits(what: string, logits: Tensor): void {
  if (logits.rank === 2 && logits.shape[0] === 1) return;
  throw new ShapeError(
    `${what}: expected a classifier, whose output is [1, classes], got ${formatShape(logits.shape)}`,
  );
}

/**
 * The output of `model` for one picture [1, C, H, W], computed in evaluation mode; throws ShapeError when
 * it is no classifier's.
 */
export function logitsFor(what: string, model: Module, input: Tensor): ArrayLike<number> {
  requireOnePicture(what, input);
  const run = compile((picture: Tensor) => {
    const logits = model.call(picture);
    requireLogits(what, logits);
    return logits;
  });
  try {
    return inEvaluation(model, () => run(input)).data();
  } finally {
    run.dispose();
  }
}

/** The classes asked for, or the most likely one; throws ValueError for one that there is not. */
export function chosenClasses(
  what: string,
  classes: readonly number[] | undefined,
  logits: ArrayLike<number>,
): readonly number[] {
  if (classes === undefined) {
    const values = Array.from(logits);
    return [values.indexOf(Math.max(...values))];
  }
  for (const index of classes) {
    if (Number.isSafeInteger(index) && index >= 0 && index < logits.length) continue;
    throw new ValueError(
      `${what}: there is no class ${index}; expected whole numbers from 0 to ${logits.length - 1}`,
    );
  }
  if (classes.length === 0) {
    throw new ValueError(`${what}: classes is empty; name at least one, or leave it out`);
  }
  return classes;
}

/** [1, count], 1 at `index` and 0 elsewhere: as a gradient of the logits, it picks one of them. */
export function oneHotRow(index: number, count: number): Tensor {
  const row = new Float32Array(count);
  row[index] = 1;
  return tensor(row, [1, count]);
}
