/** Images, weights and labels that are the same in every run and for every engine. */

import { Philox } from '../src/random/philox.js';

/** Values of a standard normal distribution. */
export function seededNormal(length: number, seed: number): Float32Array {
  const random = new Philox(seed);
  return Float32Array.from({ length }, () => random.normal());
}

/** Class labels from 0 to `classes - 1`. */
export function seededLabels(length: number, classes: number, seed: number): Int32Array {
  const random = new Philox(seed);
  return Int32Array.from({ length }, () => random.integer(classes));
}

/** Normal weights of the size that keeps activations alike from layer to layer. */
export function seededWeights(shape: readonly number[], fanIn: number, seed: number): Float32Array {
  const length = shape.reduce((product, extent) => product * extent, 1);
  return seededNormal(length, seed).map((value) => value / Math.sqrt(fanIn));
}
