/** Keras keeps the channels of pictures last; here they come second, as everywhere in this library. */

import type { Tensor } from '../../graph/tensor.js';
import { permute } from '../../ops/view.js';

/** How tensors of four dimensions lie in the file's model and here. Others lie the same. */
export class AxisOrder {
  /** Whether the model's pictures are [N, H, W, C]. */
  readonly channelsLast: boolean;

  constructor(channelsLast: boolean) {
    this.channelsLast = channelsLast;
  }

  /** Where Keras's axis (perhaps counted from the end) of a tensor of this rank lies here. */
  axis(axis: number, rank: number): number {
    const whole = axis < 0 ? axis + rank : axis;
    return this.channelsLast && rank === 4 ? ([0, 2, 3, 1][whole] ?? whole) : whole;
  }

  /** The tensor in Keras's order. */
  toKeras(x: Tensor): Tensor {
    return this.channelsLast && x.rank === 4 ? permute(x, [0, 2, 3, 1]) : x;
  }

  /** A tensor in Keras's order, as it lies here. */
  fromKeras(x: Tensor): Tensor {
    return this.channelsLast && x.rank === 4 ? permute(x, [0, 3, 1, 2]) : x;
  }

  /** The order of a shape of four extents here, from Keras's. */
  shape<Extent>(shape: readonly Extent[]): readonly Extent[] {
    if (!this.channelsLast || shape.length !== 4) return shape;
    return [shape[0], shape[3], shape[1], shape[2]];
  }
}
