/** The manifold that a decoder has learned: pictures of codes on an even grid of a plane. */

import { ValueError } from '../../graph/errors.js';
import { type ContactSheet, imagesOf, inRows } from '../contact-sheet.js';
import type { Decoder } from '../decoder.js';
import { fitPca, rowsOf } from '../features/index.js';
import { labelsFor } from './class-labels.js';
import type { LatentSpace } from './latent-space.js';
import { normalQuantiles } from './normal-quantile.js';
import { type Plane, planeCodes, planeOfDimensions } from './vary-code.js';

export interface ManifoldOptions {
  /** Pictures along a side. Default: 20. */
  readonly count?: number;
  /** Default: `manifoldPlane(space)`. */
  readonly plane?: Plane;
  /** The class that a conditional network is told of. Default: the first. */
  readonly label?: number;
}

/**
 * The plane of two dimensions through the middle of all codes. Default: the two that codes differ most in.
 *
 * Throws ValueError unless there are two.
 */
export function manifoldPlane(
  { gaussian, dims, unit }: LatentSpace,
  chosen: readonly number[] = [...dims.slice(0, 2)].sort((a, b) => a - b),
): Plane {
  const [first, second] = chosen;
  if (chosen.length !== 2 || first === second) {
    throw new ValueError(
      `manifoldPlane: the dimensions are ${chosen.join(', ') || 'none'}; expected two different ones of ` +
        `${gaussian.latent}`,
    );
  }
  return planeOfDimensions(gaussian.mean, [first, second], unit);
}

/** The plane of the first two principal components of codes [N, latent], through their mean. */
export async function principalPlane(codes: Float32Array, latent: number): Promise<Plane> {
  const { mean, directions, variances } = await fitPca(rowsOf(codes, latent), { components: 2 });
  const along = (component: number): Float64Array =>
    directions
      .slice(component * latent, (component + 1) * latent)
      .map((part) => part * Math.sqrt(variances[component]));
  return { origin: mean, right: along(0), up: along(1) };
}

/**
 * Pictures whose codes cut the Gaussian on the plane evenly: at its quantiles, so that pictures are as dense as codes
 * (Kingma and Welling 2014, figure 4).
 *
 *     await writeFileAtomically('manifold.png', await contactSheetPng(manifoldSheet(run, space)));
 */
export function manifoldSheet(
  run: Decoder,
  space: LatentSpace,
  { count = 20, plane = manifoldPlane(space), label }: ManifoldOptions = {},
): ContactSheet {
  const codes = planeCodes(plane, normalQuantiles(count));
  const pictures = run.decode(codes, labelsFor(run, count * count, label));
  return { rows: inRows(imagesOf(pictures, run.shape), count), gap: 0 };
}
