/** What each dimension of a code stands for: pictures while one of them is varied. */

import { type ContactSheet, imagesOf, inRows } from '../contact-sheet.js';
import type { Decoder } from '../decoder.js';
import { labelsFor } from './class-labels.js';
import type { LatentSpace } from './latent-space.js';
import { evenNumbers, traversal } from './vary-code.js';

export interface TraversalOptions {
  /** Default: the ten that codes differ most in. */
  readonly dims?: readonly number[];
  /** The least and the largest value; of a plain autoencoder in deviations from the mean. Default: -3 to 3. */
  readonly range?: readonly [number, number];
  /** Default: 9. */
  readonly steps?: number;
  /** The code whose components are varied. Default: the middle of all codes. */
  readonly code?: ArrayLike<number>;
  /** The class that a conditional network is told of. Default: the first. */
  readonly label?: number;
}

/** Rows of a sheet unless the dimensions are chosen. */
const usualRows = 10;

/**
 * A row for each dimension, a column for each value.
 *
 *     const sheet = traversalSheet(run, latentSpace(run, codes), { dims: [0, 3], steps: 7 });
 */
export function traversalSheet(
  run: Decoder,
  space: LatentSpace,
  options: TraversalOptions = {},
): ContactSheet & { readonly dims: readonly number[]; readonly values: readonly number[] } {
  const { mean } = space.gaussian;
  const { dims = space.dims.slice(0, usualRows), steps = 9, code = mean, label } = options;
  const { range = [-3, 3] } = options;
  const values = evenNumbers(...range, steps);
  const codes = traversal(code, {
    dims,
    values: (dim) => values.map((value) => mean[dim] + value * space.unit(dim)),
  });
  const pictures = run.decode(codes, labelsFor(run, dims.length * steps, label));
  return {
    ...{ dims, values, rows: inRows(imagesOf(pictures, run.shape), steps) },
    rowLabels: dims.map((dim) => `z${dim}`),
    columnLabels: values.map(signed),
  };
}

/** `-1.5`, `0`, `+3`: at most two digits behind the point, with a minus sign of its own. */
export function signed(value: number): string {
  const text = String(Math.abs(Math.round(100 * value) / 100));
  return value === 0 || text === '0' ? '0' : `${value < 0 ? '−' : '+'}${text}`;
}
