/** Mean and spread of a data set's pixels, and the normalisation that every network here sees. */

import type { ImageDataset, PictureLoader } from '../data/index.js';
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
  const counts = new PixelCounts(shape[0]);
  counts.add(images, length);
  return counts.statistics();
}

/**
 * The same of pictures as a loader serves them: of its first `most` ones, which is close to all of them.
 *
 *     const { mean, std } = await servedPixelStatistics(loader);
 */
export async function servedPixelStatistics(
  loader: PictureLoader,
  { most = 1000 }: { most?: number } = {},
): Promise<PixelStatistics> {
  const counts = new PixelCounts(loader.shape[0]);
  let seen = 0;
  for await (const { images, size } of loader.epoch(0)) {
    const taken = Math.min(size, most - seen);
    counts.add(images.subarray(0, (images.length / size) * taken), taken);
    seen += taken;
    if (seen === most) break;
  }
  return counts.statistics();
}

/** How often each value stands in each channel: exact sums, so that the result is the same everywhere. */
class PixelCounts {
  readonly #counts: readonly Float64Array[];

  constructor(channels: number) {
    this.#counts = Array.from({ length: channels }, () => new Float64Array(256));
  }

  /** `images` is [length, C, H, W]. */
  add(images: Uint8Array, length: number): void {
    const channels = this.#counts.length;
    const pixels = images.length / (length * channels);
    this.#counts.forEach((counts, channel) => {
      for (let i = 0; i < length; i++) {
        const first = (i * channels + channel) * pixels;
        for (let p = first; p < first + pixels; p++) counts[images[p]]++;
      }
    });
  }

  statistics(): PixelStatistics {
    const channels = this.#counts.map((counts) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const sum = counts.reduce((part, count, value) => part + count * value, 0);
      const squares = counts.reduce((part, count, value) => part + count * value * value, 0);
      const average = sum / total;
      const deviation = Math.sqrt(squares / total - average * average);
      return { mean: average / 255, std: deviation > 0 ? deviation / 255 : 1 };
    });
    return { mean: channels.map(({ mean }) => mean), std: channels.map(({ std }) => std) };
  }
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
