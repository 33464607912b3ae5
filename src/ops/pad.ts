/** Padding around and between elements, and cropping by negative padding. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { slice } from './view.js';

const padPrimitive: Primitive<'pad'> = {
  name: 'pad',
  kind: 'structured',
  shape: ([x], { low, high, interior }) => ({
    shape: x.shape.map(
      (extent, dim) => low[dim] + high[dim] + extent + Math.max(extent - 1, 0) * interior[dim],
    ),
    dtype: x.dtype,
  }),
};

export interface PadOptions {
  /** Elements added before each dimension; negative crops. */
  low: readonly number[];
  /** Elements added behind each dimension; negative crops. */
  high: readonly number[];
  /** Elements added between neighbours. */
  interior?: readonly number[];
  value?: number;
}

/** Adds `value` (0) before, behind and between the elements of each dimension. */
export function pad(x: Tensor, { low, high, interior, value = 0 }: PadOptions): Tensor {
  const between = interior ?? x.shape.map(() => 0);
  if ([low, high, between].some((amounts) => amounts.length !== x.rank)) {
    throw new ShapeError(
      `pad: expected ${x.rank} amounts per side for ${formatShape(x.shape)}, ` +
        `got low ${formatShape(low)}, high ${formatShape(high)}`,
    );
  }
  const before = low.map((amount) => Math.max(amount, 0));
  const behind = high.map((amount) => Math.max(amount, 0));
  const nothing = [before, behind, between].every((amounts) => amounts.every((a) => a === 0));
  const padded = nothing
    ? x
    : apply(padPrimitive, [x], { low: before, high: behind, interior: between, value });
  if (low.every((a) => a >= 0) && high.every((a) => a >= 0)) return padded;
  const start = low.map((amount) => Math.max(-amount, 0));
  const end = padded.shape.map((extent, dim) => extent - Math.max(-high[dim], 0));
  if (start.some((from, dim) => from > end[dim])) {
    throw new ShapeError(
      `pad: cropping ${formatShape(low)} and ${formatShape(high)} leaves nothing of ${formatShape(x.shape)}`,
    );
  }
  return slice(padded, { start, end });
}
