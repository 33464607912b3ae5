/** resizedDataset: a data set with its pictures in another size. */

import type { ImageDataset } from './dataset.js';
import { resizePlanes } from './transforms/resize-planes.js';

/**
 * The same pictures in another size (bilinear, antialiased); the data set itself where they have it.
 *
 *     const larger = resizedDataset(test, { height: 32, width: 32 });
 */
export function resizedDataset(
  dataset: ImageDataset,
  { height, width }: { readonly height: number; readonly width: number },
): ImageDataset {
  const { shape, images, length } = dataset;
  const [channels, fromHeight, fromWidth] = shape;
  if (fromHeight === height && fromWidth === width) return dataset;
  const [from, to] = [channels * fromHeight * fromWidth, channels * height * width];
  const resized = new Uint8Array(length * to);
  for (let i = 0; i < length; i++) {
    const picture = images.subarray(i * from, (i + 1) * from);
    resizePlanes(picture, resized.subarray(i * to, (i + 1) * to), { shape, height, width });
  }
  return { ...dataset, images: resized, shape: [channels, height, width] };
}
