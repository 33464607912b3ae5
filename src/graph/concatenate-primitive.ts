/** The primitive that joins tensors, which operations apply, and the compiler where it finds a join. */

import type { Primitive } from './primitive.js';

export const concatenatePrimitive: Primitive<'concatenate'> = {
  name: 'concatenate',
  kind: 'join',
  shape: (parts, { dim }) => {
    const total = parts.reduce((sum, { shape }) => sum + shape[dim], 0);
    return { shape: parts[0].shape.with(dim, total), dtype: parts[0].dtype };
  },
};
