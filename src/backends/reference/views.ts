/** Reference kernels of the views: every one copies, because nothing here needs to be fast. */

import type { ViewName } from '../../graph/vocabulary.js';
import { forEachIndex, type KernelContext, positionIn, type ReferenceKernel } from './kernel.js';

export const viewKernels: { readonly [Name in ViewName]: ReferenceKernel<Name> } = {
  reshape: copy,
  detach: copy,
  checkpoint: copy,
  recompute: copy,
  permute: ({ inputs: [x], attributes: { order }, output }) => {
    const position = positionIn(x.shape);
    const source = new Array<number>(order.length);
    forEachIndex(output.shape, (index, place) => {
      for (let dim = 0; dim < order.length; dim++) source[order[dim]] = index[dim];
      output.data[place] = x.data[position(source)];
    });
  },
  expand: ({ inputs: [x], output }) => {
    const position = positionIn(x.shape);
    forEachIndex(output.shape, (index, place) => {
      const source = index.map((i, dim) => (x.shape[dim] === 1 ? 0 : i));
      output.data[place] = x.data[position(source)];
    });
  },
  slice: ({ inputs: [x], attributes: { start, step }, output }) => {
    const position = positionIn(x.shape);
    forEachIndex(output.shape, (index, place) => {
      const source = index.map((i, dim) => start[dim] + i * step[dim]);
      output.data[place] = x.data[position(source)];
    });
  },
};

function copy({
  inputs: [x],
  output,
}: KernelContext<'reshape' | 'detach' | 'checkpoint' | 'recompute'>): void {
  for (let i = 0; i < output.data.length; i++) output.data[i] = x.data[i];
}
