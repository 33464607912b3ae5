/** Reference kernels of the reductions: each input element meets the output it belongs to, in order. */

import type { ReductionName } from '../../graph/vocabulary.js';
import { forEachIndex, positionIn, type ReferenceKernel, type Value } from './kernel.js';

export const reductionKernels: { readonly [Name in ReductionName]: ReferenceKernel<Name> } = {
  // An Int32Array wraps by itself: a sum of two int32 is exact in a double.
  sum: ({ inputs: [x], output }) => {
    forEachReduced(x, output, (value, place) => {
      output.data[place] += value;
    });
  },
  max: ({ inputs: [x], output }) => {
    const seen = new Uint8Array(output.data.length);
    forEachReduced(x, output, (value, place) => {
      if (!seen[place] || wins(value, output.data[place])) output.data[place] = value;
      seen[place] = 1;
    });
  },
  argmax: ({ inputs: [x], attributes: { dim }, output }) => {
    const best = new Float64Array(output.data.length);
    const seen = new Uint8Array(output.data.length);
    forEachReduced(x, output, (value, place, index) => {
      if (seen[place] && !wins(value, best[place])) return;
      seen[place] = 1;
      best[place] = value;
      output.data[place] = index[dim];
    });
  },
};

/** Whether `value` takes the place of an earlier `best`: it is larger, or the first NaN. */
export function wins(value: number, best: number): boolean {
  return value > best || (Number.isNaN(value) && !Number.isNaN(best));
}

/** Visits the elements of x in row-major order with the position in `output` that they reduce to. */
function forEachReduced(
  x: Value,
  output: Value,
  visit: (value: number, place: number, index: readonly number[]) => void,
): void {
  const position = positionIn(output.shape);
  forEachIndex(x.shape, (index, from) => {
    const place = position(index.map((i, dim) => (output.shape[dim] === 1 ? 0 : i)));
    visit(x.data[from], place, index);
  });
}
