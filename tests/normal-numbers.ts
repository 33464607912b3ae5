/** Normal numbers for tests, the same for the same seed. */

import type { Tensor } from '../src/graph/tensor.js';
import { tensor } from '../src/ops/index.js';
import { Philox } from '../src/random/philox.js';

/** `length` numbers of a standard normal distribution. */
export function normalNumbers(length: number, seed: number): Float32Array {
  const random = new Philox(seed);
  return Float32Array.from({ length }, () => random.normal());
}

/** A tensor of them. */
export const normalTensor = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    normalNumbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    [...shape],
  );
