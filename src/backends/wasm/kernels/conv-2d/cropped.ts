/** Inputs whose padding is negative: elements are left out. */

import type { PaddedView } from '../../../plan.js';

/** The same input, of fewer elements and without negative padding along `dims`. */
export function cropped(input: PaddedView, dims: readonly number[]): PaddedView {
  const low = [...input.low];
  const extents = [...input.extents];
  let { offset } = input.view;
  for (const dim of dims) {
    const left = Math.max(0, -low[dim]);
    offset += left * input.view.strides[dim];
    extents[dim] = Math.max(0, extents[dim] - left);
    low[dim] += left;
    extents[dim] = Math.min(extents[dim], Math.max(0, input.shape[dim] - low[dim]));
  }
  return { ...input, view: { ...input.view, offset }, low, extents };
}
