/** Pixel shuffle: channels to pixels and back (Shi et al. 2016). */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { permute, reshape } from './view.js';

function checkFactor(x: Tensor, factor: number, operation: string): void {
  if (x.rank !== 4) {
    throw new ShapeError(`${operation}: expected [N, C, H, W], got ${formatShape(x.shape)}`);
  }
  if (Number.isInteger(factor) && factor >= 1) return;
  throw new ValueError(`${operation}: factor ${factor}; expected a whole number of at least 1`);
}

/**
 * x [N, C * r * r, H, W] -> [N, C, H * r, W * r] for the upscale factor r.
 *
 * Throws ShapeError when r * r does not divide the channels.
 *
 *     const y = pixelShuffle(x, 2);
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  checkFactor(x, upscaleFactor, 'pixelShuffle');
  const [batch, channels, height, width] = x.shape;
  const r = upscaleFactor;
  if (channels % (r * r) !== 0) {
    throw new ShapeError(
      `pixelShuffle: ${channels} channels in ${formatShape(x.shape)}; expected a multiple of ${r * r}`,
    );
  }
  const out = channels / (r * r);
  const apart = reshape(x, [batch, out, r, r, height, width]);
  return reshape(permute(apart, [0, 1, 4, 2, 5, 3]), [batch, out, height * r, width * r]);
}

/**
 * x [N, C, H * r, W * r] -> [N, C * r * r, H, W] for the downscale factor r: pixelShuffle turned back.
 *
 * Throws ShapeError when r does not divide height and width.
 *
 *     const y = pixelUnshuffle(x, 2);
 */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  checkFactor(x, downscaleFactor, 'pixelUnshuffle');
  const [batch, channels, height, width] = x.shape;
  const r = downscaleFactor;
  if (height % r !== 0 || width % r !== 0) {
    throw new ShapeError(
      `pixelUnshuffle: height and width of ${formatShape(x.shape)} must be multiples of ${r}`,
    );
  }
  const apart = reshape(x, [batch, channels, height / r, r, width / r, r]);
  const moved = permute(apart, [0, 1, 3, 5, 2, 4]);
  return reshape(moved, [batch, channels * r * r, height / r, width / r]);
}
