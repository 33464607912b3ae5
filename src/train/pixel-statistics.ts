/** Mean and spread of a data set's pixels, and the normalisation that every network here sees. */

import type { ImageDataset } from '../data/index.js';
import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { add, cast, mul, tensor } from '../ops/index.js';

/** One number per channel, for pixels scaled to 0..1. */
export interface PixelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Mean and standard deviation of each channel over all pictures; a constant channel gets std 1.
 *
 *     const { mean, std } = pixelStatistics(train); // MNIST: [0.1307], [0.3081]
 */
export function pixelStatistics({ images, shape, length }: ImageDataset): PixelStatistics {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const mean: number[] = [];
  const std: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    // Counting the 256 values keeps the sums exact, so that the result is the same everywhere.
    const counts = new Float64Array(256);
    for (let i = 0; i < length; i++) {
      const first = (i * channels + channel) * pixels;
      for (let p = first; p < first + pixels; p++) counts[images[p]]++;
    }
    const sum = counts.reduce((total, count, value) => total + count * value, 0);
    const squares = counts.reduce((total, count, value) => total + count * value * value, 0);
    const average = sum / (length * pixels);
    const deviation = Math.sqrt(squares / (length * pixels) - average * average);
    mean.push(average / 255);
    std.push(deviation > 0 ? deviation / 255 : 1);
  }
  return { mean, std };
}

/**
 * Pictures [N, C, H, W] as uint8 -> float32 with mean 0 and standard deviation 1 per channel.
 *
 * Throws ShapeError when the statistics are of another number of channels.
 *
 *     const logits = model.call(normalize(images, statistics));
 */
export function normalize(images: Tensor, { mean, std }: PixelStatistics): Tensor {
  const channels = images.shape[1];
  if (images.rank !== 4 || mean.length !== channels || std.length !== channels) {
    throw new ShapeError(
      `normalize: expected pictures [N, ${mean.length}, H, W], got ${formatShape(images.shape)}`,
    );
  }
  const scale = std.map((deviation) => 1 / (255 * deviation));
  const shift = std.map((deviation, channel) => -mean[channel] / deviation);
  const perChannel = (values: number[]) => tensor(values, [1, channels, 1, 1]);
  return add(mul(cast(images, 'float32'), perChannel(scale)), perChannel(shift));
}
