/** Pictures that nobody drew: codes from the prior, decoded. */

import { type ContactSheet, imagesOf, inRows } from '../contact-sheet.js';
import type { Decoder } from '../decoder.js';
import { labelsFor, labelsInRows } from './class-labels.js';
import { type DrawOptions, drawCodes } from './gaussian.js';
import type { LatentSpace } from './latent-space.js';

export interface SampleOptions extends DrawOptions {
  /** Default: 64. */
  readonly count?: number;
  /** The class that a conditional network is told of. Default: a row for each class. */
  readonly label?: number;
}

export interface Samples {
  readonly codes: Float32Array;
  readonly labels: Int32Array | undefined;
  /** [N, C, H, W], 0..1. */
  readonly pictures: Float32Array;
  readonly columns: number;
}

/**
 * Draws codes and makes pictures of them.
 *
 *     const { pictures } = samplePictures(run, latentSpace(run, null), { count: 64, seed: 1 });
 */
export function samplePictures(
  run: Decoder,
  { gaussian }: LatentSpace,
  { count = 64, label, ...draw }: SampleOptions = {},
): Samples {
  const inClasses = run.numClasses !== null && label === undefined;
  const columns = inClasses
    ? Math.max(1, Math.ceil(count / (run.numClasses ?? 1)))
    : Math.ceil(Math.sqrt(count));
  const codes = drawCodes(gaussian, count, draw);
  const labels = inClasses ? labelsInRows(run, count, columns) : labelsFor(run, count, label);
  return { codes, labels, pictures: run.decode(codes, labels), columns };
}

/** The pictures in rows, with the class of each row where it has one. */
export function samplesSheet(run: Decoder, { pictures, labels, columns }: Samples): ContactSheet {
  const rows = inRows(imagesOf(pictures, run.shape), columns);
  const { classes } = run.config.data;
  const rowLabels = labels
    ? rows.map((_, row) => classes[labels[row * columns]] ?? String(labels[row * columns]))
    : undefined;
  return { rows, rowLabels };
}
