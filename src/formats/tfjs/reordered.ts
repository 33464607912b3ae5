/** Weights in another order of their dimensions. */

import { contiguousStrides } from '../../graph/shape.js';
import type { LayerWeight } from './layer.js';

/** The values with dimension `order[i]` as dimension `i`, such as [3, 2, 0, 1] from HWIO to OIHW. */
export function reordered({ shape, data }: LayerWeight, order: readonly number[]): Float32Array {
  const strides = contiguousStrides(shape);
  const out = new Float32Array(data.length);
  const place = order.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from];
    // The next place, as an odometer counts.
    for (let dim = order.length - 1; dim >= 0; dim--) {
      const stride = strides[order[dim]];
      from += stride;
      if (++place[dim] < shape[order[dim]]) break;
      from -= stride * place[dim];
      place[dim] = 0;
    }
  }
  return out;
}
