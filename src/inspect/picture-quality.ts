/** How alike pictures are to their originals, as numbers: mean squared error, PSNR and SSIM. */

import { compile } from '../compiler/index.js';
import { ShapeError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { ssim } from '../nn/index.js';
import { tensor } from '../ops/index.js';

/** Pictures of one size. */
export interface MeasuredPictures {
  /** [N, C, H, W], 0..1. */
  readonly pictures: Float32Array;
  /** Likewise. */
  readonly originals: Float32Array;
  /** Of one picture. */
  readonly shape: readonly [channels: number, height: number, width: number];
}

export interface PictureQuality {
  /** The mean squared difference of pixels of 0 to 1. */
  readonly mse: number;
  /** The peak signal-to-noise ratio of all pictures together, in decibels: -10 log10(mse). Infinity when they are equal. */
  readonly psnr: number;
  /** The mean structural similarity of the pictures, 1 when they are equal. */
  readonly ssim: number;
}

/** Values that are measured at once. */
const BATCH_VALUES = 2 ** 20;
/** The usual side of SSIM's window (Wang et al. 2004). */
const WINDOW = 11;

/**
 * The error, PSNR and SSIM of pictures; where they are smaller than SSIM's window of 11 x 11, that is as large as they
 * allow.
 *
 * Throws ShapeError when there are no pictures, or numbers that make no pictures of the shape.
 *
 *     const { psnr, ssim } = pictureQuality({ pictures, originals, shape: [1, 28, 28] });
 */
export function pictureQuality({ pictures, originals, shape }: MeasuredPictures): PictureQuality {
  const [channels, height, width] = shape;
  const size = channels * height * width;
  const count = pictures.length / size;
  if (!(Number.isInteger(count) && count > 0) || originals.length !== pictures.length) {
    throw new ShapeError(
      `pictureQuality: got ${pictures.length} numbers and originals of ${originals.length}; expected as ` +
        `many of both, N x ${shape.join(' x ')}`,
    );
  }
  const side = Math.min(WINDOW, height, width);
  const kernelSize = side - ((side + 1) % 2);
  const similarity = similarityOf(kernelSize);
  const batch = Math.max(1, Math.floor(BATCH_VALUES / size));
  let similar = 0;
  for (let first = 0; first < count; first += batch) {
    const last = Math.min(count, first + batch);
    const some = (values: Float32Array) =>
      tensor(values.slice(first * size, last * size), [last - first, channels, height, width]);
    similar += similarity(some(pictures), some(originals)).item();
  }
  return { ...pictureError(pictures, originals), ssim: similar / count };
}

/** The error and PSNR alone of as many numbers of 0 to 1; no numbers have none. */
export function pictureError(
  pictures: Float32Array,
  originals: Float32Array,
): Pick<PictureQuality, 'mse' | 'psnr'> {
  const squares = pictures.reduce((sum, value, i) => sum + (value - originals[i]) ** 2, 0);
  const mse = squares / pictures.length;
  return { mse, psnr: mse === 0 ? Number.POSITIVE_INFINITY : -10 * Math.log10(mse) };
}

type Similarity = (pictures: Tensor, originals: Tensor) => Tensor;

/** By the side of the window; each keeps its programs. */
const similarities = new Map<number, Similarity>();

function similarityOf(kernelSize: number): Similarity {
  const known = similarities.get(kernelSize);
  if (known) return known;
  const made = compile((x: Tensor, y: Tensor) => ssim(x, y, { kernelSize, reduction: 'sum' }));
  similarities.set(kernelSize, made);
  return made;
}
