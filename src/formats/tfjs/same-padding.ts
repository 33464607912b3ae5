/** TensorFlow's padding 'same': as many outputs as strides fit into the input, an odd element behind. */

import type { Tensor } from '../../graph/tensor.js';
import type { Pair } from './layer-config.js';

export type Sides = readonly [top: number, bottom: number, left: number, right: number];

export interface Windows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
}

/** The padding of x [N, C, H, W] for these windows. */
export function samePadding({ shape }: Tensor, { kernel, stride, dilation }: Windows): Sides {
  const [top, bottom] = samePair(shape[2], 0);
  const [left, right] = samePair(shape[3], 1);
  return [top, bottom, left, right];

  function samePair(extent: number, axis: 0 | 1): Pair {
    const outputs = Math.ceil(extent / stride[axis]);
    const reach = (outputs - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
    const total = Math.max(reach - extent, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  }
}
