/** Names pictures with a trained classifier. */

import { compile } from '../compiler/index.js';
import type { Tensor } from '../graph/tensor.js';
import type { Module } from '../nn/index.js';
import { softmax } from '../ops/index.js';
import { type NetworkInputOptions, networkInput } from './fit-pictures.js';

/**
 * The probability of each class for uint8 pictures [N, C, H, W], one array per picture.
 *
 *     const [probabilities] = classify(model, { images: tensor(pixels, [1, 1, 28, 28]), statistics });
 */
export function classify(
  model: Module,
  { images, ...options }: { images: Tensor } & NetworkInputOptions,
): number[][] {
  const wasTraining = model.training;
  const run = compile((pictures: Tensor) =>
    softmax(model.call(networkInput(pictures, options)), 1),
  );
  model.eval();
  try {
    const probabilities = run(images);
    const [count, classes] = probabilities.shape;
    const values = Array.from(probabilities.data());
    return Array.from({ length: count }, (_, i) => values.slice(i * classes, (i + 1) * classes));
  } finally {
    model.train(wasTraining);
    run.dispose();
  }
}
