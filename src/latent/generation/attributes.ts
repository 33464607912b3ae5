/** Pictures with a property added or removed by strength. */

import { type ContactSheet, imagesOf, inRows } from '../contact-sheet.js';
import type { LatentRun } from '../open-latent-run.js';
import { signed } from './traversals.js';
import { evenNumbers, withAttribute } from './vary-code.js';

/** The folder in a run where sheets of properties are kept, for the run's page. */
export const keptSheets = 'attributes';

export interface AttributeSheetOptions {
  /** The direction of the property, [latent]. */
  readonly vector: Float32Array;
  /** The least and the largest strength. Default: -2 to 2. */
  readonly range?: readonly [number, number];
  /** Default: 9. */
  readonly steps?: number;
  /** The pictures' classes, of a conditional network. */
  readonly labels?: Int32Array;
  readonly names?: readonly string[];
}

/**
 * A row for each of the pictures [N, C, H, W]: as it is, and decoded with the property at each strength; 0 is the
 * picture as the network has it.
 */
export function attributeSheet(
  run: LatentRun,
  pictures: Float32Array,
  { vector, range = [-2, 2], steps = 9, labels, names }: AttributeSheetOptions,
): ContactSheet & { readonly strengths: readonly number[] } {
  const { latent, shape } = run;
  const strengths = evenNumbers(...range, steps);
  const originals = imagesOf(pictures, shape);
  const codes = run.encode(pictures, labels);
  const changed = new Float32Array(originals.length * steps * latent);
  const classes = labels && new Int32Array(originals.length * steps);
  originals.forEach((_, i) => {
    const code = codes.subarray(i * latent, (i + 1) * latent);
    changed.set(withAttribute(code, vector, strengths), i * steps * latent);
    classes?.fill(labels![i], i * steps, (i + 1) * steps);
  });
  const decoded = inRows(imagesOf(run.decode(changed, classes), shape), steps);
  return {
    strengths,
    rows: decoded.map((row, i) => [originals[i], ...row]),
    columnLabels: ['picture', ...strengths.map(signed)],
    rowLabels: names,
    framed: (_, column) => column === 0,
  };
}
