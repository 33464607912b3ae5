/** The batches of a data set as autoencoders take them: pixels 0..1, and the classes where they are told of them. */

import type { ImageDataset } from '../../data/index.js';
import { DataError } from '../../data/index.js';
import { ValueError } from '../../graph/errors.js';
import { formatShape, sameShape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { cast, mul } from '../../ops/index.js';
import type { TrainableAutoencoder } from './trainable.js';

/** Pictures [N, C, H, W] of bytes -> 0..1. */
export const unitPixels = (images: Tensor): Tensor => mul(cast(images, 'float32'), 1 / 255);

/** The labels for `model`; undefined where it is told of none. */
export const labelsFor = ({ numClasses }: TrainableAutoencoder, labels: Tensor) =>
  numClasses === null ? undefined : labels;

/** Throws ValueError unless `model` takes the pictures of `dataset`, and DataError for labels without a class. */
export function checkPictures(model: TrainableAutoencoder, dataset: ImageDataset): void {
  const { inputShape, numClasses } = model;
  const { name, shape, labels } = dataset;
  if (!sameShape(inputShape, shape)) {
    throw new ValueError(
      `the model takes pictures ${formatShape(inputShape)}, but ${name} has ${formatShape(shape)}; ` +
        `make it with inputShape: ${formatShape(shape)}`,
    );
  }
  if (numClasses === null) return;
  const at = labels.findIndex((label) => label >= numClasses);
  if (at < 0) return;
  throw new DataError(
    `${name}: picture ${at} has label ${labels[at]}, but the model is told of ${numClasses} classes; ` +
      `expected labels from 0 to ${numClasses - 1}, so make it with more classes`,
  );
}
