/** Reference kernels of the primitives that put tensors into one: every element where it goes. */

import type { JoinName } from '../../graph/vocabulary.js';
import { forEachIndex, positionIn, type ReferenceKernel } from './kernel.js';

export const joinKernels: { readonly [Name in JoinName]: ReferenceKernel<Name> } = {
  concatenate: ({ inputs, attributes: { dim }, output }) => {
    const position = positionIn(output.shape);
    let start = 0;
    for (const part of inputs) {
      forEachIndex(part.shape, (index, from) => {
        output.data[position(index.with(dim, start + index[dim]))] = part.data[from];
      });
      start += part.shape[dim];
    }
  },
};
