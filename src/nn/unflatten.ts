/** Unflatten: cuts one dimension into several. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, normalizeDim, type Shape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { reshape } from '../ops/view.js';
import { Module } from './module.js';
import { checkInteger } from './options.js';

/**
 * Cuts dimension `dim` into `unflattenedSize`, one of which may be -1: [N, C * H * W] -> [N, C, H, W].
 *
 * Throws ValueError for sizes that no dimension has, ShapeError when they do not multiply to the extent.
 *
 *     const y = new Unflatten(1, [16, 5, 5]).call(x);
 */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattenedSize: Shape;

  constructor(dim: number, unflattenedSize: Shape) {
    super();
    checkInteger('Unflatten', { dim });
    const open = Array.isArray(unflattenedSize) && unflattenedSize.filter((n) => n === -1).length;
    if (
      open === false ||
      open > 1 ||
      !unflattenedSize.every((n) => Number.isInteger(n) && n >= -1)
    ) {
      throw new ValueError(
        `Unflatten: unflattenedSize is ${JSON.stringify(unflattenedSize)}; expected a list of extents, ` +
          `one of which may be -1, such as [16, 5, 5]`,
      );
    }
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  forward(x: Tensor): Tensor {
    const dim = normalizeDim(this.dim, x.rank, 'unflatten');
    const known = sizeOf(this.unflattenedSize.filter((extent) => extent !== -1));
    const sizes = this.unflattenedSize.map((extent) =>
      extent === -1 ? x.shape[dim] / known : extent,
    );
    if (sizeOf(sizes) !== x.shape[dim] || !sizes.every(Number.isInteger)) {
      throw new ShapeError(
        `${formatShape(this.unflattenedSize)} does not multiply to the ${x.shape[dim]} of ` +
          `dimension ${dim} in ${formatShape(x.shape)}`,
      );
    }
    return reshape(x, [...x.shape.slice(0, dim), ...sizes, ...x.shape.slice(dim + 1)]);
  }

  override describe(): string {
    return `Unflatten ${this.dim} to ${formatShape(this.unflattenedSize)}`;
  }
}
