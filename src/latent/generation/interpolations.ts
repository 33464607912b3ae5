/** Pictures on the way from one picture to another, through their codes. */

import type { ImagePixels } from '../../formats/index.js';
import { imagesOf } from '../contact-sheet.js';
import type { LatentRun } from '../open-latent-run.js';
import { labelsFor } from './class-labels.js';
import { type InterpolationOptions, interpolateCodes } from './interpolate-codes.js';

export interface PictureInterpolation extends InterpolationOptions {
  /** The class that a conditional network is told of. Default: the first. */
  readonly label?: number;
}

/**
 * `steps` decoded pictures from one to another picture [C, H, W], 0..1, both ends as they are decoded.
 *
 *     const frames = interpolatePictures(run, [one, other], { steps: 10, spherical: true });
 */
export function interpolatePictures(
  run: LatentRun,
  [from, to]: readonly [Float32Array, Float32Array],
  { label, ...options }: PictureInterpolation = {},
): ImagePixels[] {
  const [a, b] = [from, to].map((picture) => run.encode(picture, labelsFor(run, 1, label)));
  const codes = interpolateCodes(a, b, options);
  return imagesOf(run.decode(codes, labelsFor(run, codes.length / run.latent, label)), run.shape);
}
