/** Parts along one dimension: Python's slices, single places, and turning round in a ring. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { concatenate } from './concatenate.js';
import { flip, reshape, slice } from './view.js';

export interface SliceDimOptions {
  /** Default: 0. */
  dim?: number;
  /** The first place; negative ones count from the end. Default: the first in the direction of `step`. */
  start?: number;
  /** The first place not taken. Default: behind the last in the direction of `step`. */
  end?: number;
  /** Negative: backwards. Default: 1. */
  step?: number;
}

/**
 * Python's x[start:end:step] along `dim`: places beyond the ends are cut to them.
 *
 * Throws ShapeError when x has no such dimension, ValueError for a step of 0 and parts of numbers.
 *
 *     const reversed = sliceDim(x, { dim: 1, step: -1 });
 *     const inner = sliceDim(x, { dim: -1, start: 1, end: -1 });
 */
export function sliceDim(
  x: Tensor,
  { dim = 0, start, end, step = 1 }: SliceDimOptions = {},
): Tensor {
  const along = normalizeDim(dim, x.rank, 'sliceDim');
  if (!Number.isInteger(step) || step === 0) {
    throw new ValueError(
      `sliceDim: step is ${step}; expected 1 or more, or -1 or less to walk backwards`,
    );
  }
  for (const [name, place] of Object.entries({ start, end })) {
    // Infinities are beyond the ends, as any large number is.
    if (place === undefined || Number.isInteger(place) || Math.abs(place) === Infinity) continue;
    throw new ValueError(`sliceDim: ${name} is ${place}; expected a whole number`);
  }
  const extent = x.shape[along];
  const [least, most] = step > 0 ? [0, extent] : [-1, extent - 1];
  const placeOf = (place: number) =>
    Math.min(Math.max(place < 0 ? place + extent : place, least), most);
  const first = start === undefined ? (step > 0 ? least : most) : placeOf(start);
  const last = end === undefined ? (step > 0 ? most : least) : placeOf(end);
  const stride = Math.min(Math.abs(step), Math.max(extent, 1));
  const count = Math.max(Math.ceil((step > 0 ? last - first : first - last) / stride), 0);
  if (count === 0) return partOf(x, { along, from: 0, to: 0 });
  const reach = (count - 1) * stride;
  const lowest = step > 0 ? first : first - reach;
  const part = partOf(x, { along, from: lowest, to: lowest + reach + 1, step: stride });
  return step > 0 ? part : flip(part, [along]);
}

interface Part {
  readonly along: number;
  readonly from: number;
  /** The first place not taken. */
  readonly to: number;
  readonly step?: number;
}

const partOf = (x: Tensor, { along, from, to, step = 1 }: Part): Tensor =>
  slice(x, {
    start: x.shape.map((_, d) => (d === along ? from : 0)),
    end: x.shape.map((extent, d) => (d === along ? to : extent)),
    step: x.shape.map((_, d) => (d === along ? step : 1)),
  });

export interface NarrowOptions {
  dim: number;
  /** A negative one counts from the end. */
  start: number;
  length: number;
}

/**
 * `length` places along `dim` from `start` on.
 *
 * Throws ShapeError when x has not so many.
 *
 *     const first = narrow(x, { dim: 1, start: 0, length: 3 });
 */
export function narrow(x: Tensor, { dim, start, length }: NarrowOptions): Tensor {
  const along = normalizeDim(dim, x.rank, 'narrow');
  const extent = x.shape[along];
  const from = start < 0 ? start + extent : start;
  const isWhole = Number.isInteger(from) && Number.isInteger(length);
  if (!isWhole || from < 0 || length < 0 || from + length > extent) {
    throw new ShapeError(
      `narrow: ${length} from ${start} on do not fit dimension ${along} of ${formatShape(x.shape)}; ` +
        `expected a start and a length that stay within ${extent}`,
    );
  }
  return partOf(x, { along, from, to: from + length });
}

/**
 * The slice of x at one place along `dim`, which goes.
 *
 * Throws ShapeError when there is no such place.
 *
 *     const red = select(picture, { dim: 0, index: 0 });
 */
export function select(x: Tensor, { dim, index }: { dim: number; index: number }): Tensor {
  const along = normalizeDim(dim, x.rank, 'select');
  const extent = x.shape[along];
  const place = index < 0 ? index + extent : index;
  if (!Number.isInteger(index) || place < 0 || place >= extent) {
    throw new ShapeError(
      `select: there is no place ${index} in dimension ${along} of ${formatShape(x.shape)}` +
        (extent > 0 ? `; use ${-extent} to ${extent - 1}` : ', which is empty'),
    );
  }
  return at(x, along, place);
}

/**
 * The slices of x at each place along `dim` (0), which goes.
 *
 * Throws ShapeError when x has no such dimension.
 *
 *     const [red, green, blue] = unbind(picture);
 */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  const along = normalizeDim(dim, x.rank, 'unbind');
  return Array.from({ length: x.shape[along] }, (_, place) => at(x, along, place));
}

const at = (x: Tensor, along: number, place: number): Tensor =>
  reshape(
    partOf(x, { along, from: place, to: place + 1 }),
    x.shape.filter((_, d) => d !== along),
  );

/**
 * x moved `shifts` places along `dims`; what leaves at one end comes in at the other.
 *
 * Without `dims` x is flattened first and gets its shape back. Throws ShapeError when x has no such
 * dimension, ValueError when there are not as many shifts as dimensions.
 *
 *     const right = roll(picture, 1, -1);
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims?: number | readonly number[],
): Tensor {
  const amounts = typeof shifts === 'number' ? [shifts] : shifts;
  if (!amounts.every(Number.isInteger)) {
    throw new ValueError(`roll: shifts [${amounts}] must be whole numbers`);
  }
  if (dims === undefined && amounts.length === 1) {
    return reshape(rolled(reshape(x, [x.size]), amounts[0], 0), x.shape);
  }
  const list = dims === undefined ? [] : typeof dims === 'number' ? [dims] : dims;
  if (list.length !== amounts.length) {
    throw new ValueError(
      `roll: ${amounts.length} shifts for ${list.length} dimensions; give one for each`,
    );
  }
  return list.reduce(
    (part, dim, i) => rolled(part, amounts[i], normalizeDim(dim, x.rank, 'roll')),
    x,
  );
}

function rolled(x: Tensor, shift: number, along: number): Tensor {
  const extent = x.shape[along];
  const cut = extent === 0 ? 0 : ((-shift % extent) + extent) % extent;
  if (cut === 0) return x;
  return concatenate(
    [partOf(x, { along, from: cut, to: extent }), partOf(x, { along, from: 0, to: cut })],
    along,
  );
}
