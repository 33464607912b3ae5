/** Sums, products and extremes of everything up to each place, in log2(extent) passes over the whole. */

import { normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { isnan } from './comparison.js';
import { add, and, cast, greater, iota, less, mul, not, or, where } from './elementwise.js';
import { gather } from './gather.js';
import { pad } from './pad.js';
import type { ValuesWithIndices } from './top-k.js';
import { slice } from './view.js';

export interface CumulativeOptions {
  /** From the last place to the first. Default: false. */
  reverse?: boolean;
  /** Without the place itself. Default: false. */
  exclusive?: boolean;
}

/**
 * The sum along `dim` of all up to each place; that of bool and uint8 is int32.
 *
 * Throws ShapeError when x has no such dimension.
 *
 *     const distribution = cumsum(probabilities, -1);
 */
export const cumsum = (x: Tensor, dim: number, options: CumulativeOptions = {}): Tensor =>
  // Adding -0 changes no number, not even -0.
  cumulative('cumsum', { x, dim, neutral: -0, join: add }, options);

/**
 * The product along `dim` of all up to each place; that of bool and uint8 is int32.
 *
 * Throws ShapeError when x has no such dimension.
 *
 *     const transmitted = cumprod(sub(1, opacity), 1, { exclusive: true });
 */
export const cumprod = (x: Tensor, dim: number, options: CumulativeOptions = {}): Tensor =>
  cumulative('cumprod', { x, dim, neutral: 1, join: mul }, options);

/**
 * The largest value along `dim` up to each place, and where the last such stands; NaN from the first on.
 *
 * Throws ShapeError when x has no such dimension.
 *
 *     const { values } = cummax(x, 0);
 */
export const cummax = (x: Tensor, dim: number): ValuesWithIndices =>
  extremesUpTo('cummax', { x, dim, isBeyond: greater });

/**
 * The smallest value along `dim` up to each place, and where the last such stands; NaN from the first on.
 *
 * Throws ShapeError when x has no such dimension.
 *
 *     const { values } = cummin(x, 0);
 */
export const cummin = (x: Tensor, dim: number): ValuesWithIndices =>
  extremesUpTo('cummin', { x, dim, isBeyond: less });

const widened = (x: Tensor): Tensor =>
  x.dtype === 'bool' || x.dtype === 'uint8' ? cast(x, 'int32') : x;

interface Accumulated {
  readonly x: Tensor;
  readonly dim: number;
  /** What `join` does not change a value by. */
  readonly neutral: number;
  readonly join: (a: Tensor, b: Tensor) => Tensor;
}

/** After the pass with distance d each place has joined the 2 d places up to it (Hillis and Steele 1986). */
function cumulative(
  operation: string,
  { x, dim, neutral, join }: Accumulated,
  { reverse = false, exclusive = false }: CumulativeOptions,
): Tensor {
  const along = normalizeDim(dim, x.rank, operation);
  const extent = x.shape[along];
  let total = widened(x);
  for (let distance = 1; distance < extent; distance *= 2) {
    total = join(total, shifted(total, { along, distance, value: neutral, reverse }));
  }
  if (!exclusive || extent === 0) return total;
  return shifted(total, { along, distance: 1, value: neutral + 0, reverse });
}

interface Shift {
  readonly along: number;
  readonly distance: number;
  /** What comes in where nothing was. */
  readonly value: number;
  readonly reverse: boolean;
}

/** out[i] = x[i - distance], or x[i + distance] in reverse. */
function shifted(x: Tensor, { along, distance, value, reverse }: Shift): Tensor {
  const at = (amount: number) => x.shape.map((_, d) => (d === along ? amount : 0));
  const [start, cut] = reverse ? [distance, 0] : [0, distance];
  const kept = slice(x, { start: at(start), end: x.shape.map((e, d) => e - at(cut)[d]) });
  return pad(kept, { low: at(reverse ? 0 : distance), high: at(reverse ? distance : 0), value });
}

interface Extreme {
  readonly x: Tensor;
  readonly dim: number;
  readonly isBeyond: (a: Tensor, b: Tensor) => Tensor;
}

/** Finds the places by doubling and reads the values there, so that gradients go where they stand. */
function extremesUpTo(operation: string, { x, dim, isBeyond }: Extreme): ValuesWithIndices {
  const along = normalizeDim(dim, x.rank, operation);
  const keys = widened(x);
  let indices = iota(x.shape, along);
  for (let distance = 1; distance < x.shape[along]; distance *= 2) {
    const earlier = shifted(indices, { along, distance, value: 0, reverse: false });
    const [before, here] = [earlier, indices].map((index) => gather(keys, { dim: along, index }));
    // What is shifted in names place 0, which the places that get it have compared already.
    const remains = or(isBeyond(before, here), and(isnan(before), not(isnan(here))));
    indices = where(remains, earlier, indices);
  }
  return { values: gather(x, { dim: along, index: indices }), indices };
}
