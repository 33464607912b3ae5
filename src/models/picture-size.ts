/** Refuses pictures that are too small or too large for a network, before one of its layers does. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';

export interface PictureSizes {
  /** The fewest rows and columns. */
  readonly smallest: number;
  /** The most, where there is such. */
  readonly largest?: number;
}

/** Throws ShapeError, which says what the network can take, for pictures [N, C, H, W] of another size. */
export function requireSize(x: Tensor, { smallest, largest }: PictureSizes): void {
  const [, , height, width] = x.shape;
  const fits = (extent: number) => extent >= smallest && extent <= (largest ?? extent);
  if (x.rank !== 4 || (fits(height) && fits(width))) return;
  const square = (extent: number) => `${extent} x ${extent}`;
  const sizes =
    largest === undefined
      ? `${square(smallest)} or more`
      : `${square(smallest)} to ${square(largest)}`;
  throw new ShapeError(`expected pictures of ${sizes}, got ${formatShape(x.shape)}; resize them`);
}
