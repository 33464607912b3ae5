/** Makes pictures of one shape those that a network takes: another size, grey as three channels or the reverse. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { broadcastTo, interpolate, mul, sum, tensor } from '../ops/index.js';
import { normalize, type PixelStatistics } from './pixel-statistics.js';

/** The shape of one picture. */
export type PictureShape = readonly [channels: number, height: number, width: number];

/** How bright red, green and blue look (ITU-R 601). */
const luminance = [0.299, 0.587, 0.114];

/**
 * Pictures [N, C, H, W] as a network for pictures of `shape` takes them: resized (bilinear), grey ones as three
 * equal channels, coloured ones by their luminance where it takes one. Differentiable, and part of the program
 * that calls it.
 *
 * Throws ShapeError for channels other than one and three.
 *
 *     const logits = model.call(fitPictures(images, [3, 64, 64])); // from [N, 1, 28, 28]
 */
export function fitPictures(images: Tensor, [channels, height, width]: PictureShape): Tensor {
  const [count, given, fromHeight, fromWidth] = images.shape;
  const known = (number: number) => number === 1 || number === 3;
  if (images.rank !== 4 || (given !== channels && !(known(given) && known(channels)))) {
    throw new ShapeError(
      `fitPictures: expected pictures [N, C, H, W] of 1 or 3 channels for a network that takes ${channels}, ` +
        `got ${formatShape(images.shape)}`,
    );
  }
  let x = images;
  // Before grey becomes three channels and after three become grey, so that one channel is resized.
  if (given > channels) {
    x = sum(mul(x, tensor(luminance, [1, 3, 1, 1])), 1, { keepDims: true });
  }
  if (fromHeight !== height || fromWidth !== width) {
    x = interpolate(x, { size: [height, width], mode: 'bilinear' });
  }
  return given < channels ? broadcastTo(x, [count, channels, height, width]) : x;
}

export interface NetworkInputOptions {
  readonly statistics: PixelStatistics;
  /** What the network takes. Default: pictures as they are. */
  readonly inputShape?: PictureShape;
}

/** Pictures of a data set, uint8 [N, C, H, W] -> what the network takes: normalised and fitted. */
export function networkInput(
  images: Tensor,
  { statistics, inputShape }: NetworkInputOptions,
): Tensor {
  const pictures = normalize(images, statistics);
  return inputShape ? fitPictures(pictures, inputShape) : pictures;
}
