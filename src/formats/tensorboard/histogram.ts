/** Histograms as TensorBoard holds them: how many values lie in each of some ranges. */

import { ValueError } from '../../graph/errors.js';

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** The upper ends of the ranges, rising. */
  readonly limits: readonly number[];
  /** As many as there are limits. */
  readonly counts: readonly number[];
}

const RANGES = 30;

/** Counts the values in ranges of one width. Throws ValueError when there are none, or infinite ones. */
export function histogramOf(values: ArrayLike<number>): Histogram {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [sum, sumOfSquares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    min = Math.min(min, values[i]);
    max = Math.max(max, values[i]);
    sum += values[i];
    sumOfSquares += values[i] ** 2;
  }
  if (!Number.isFinite(max - min)) {
    throw new ValueError(
      `a histogram of ${values.length} values from ${min} to ${max}; pass one or more finite numbers`,
    );
  }
  const ranges = min === max ? 1 : RANGES;
  const counts = new Array<number>(ranges).fill(0);
  for (let i = 0; i < values.length; i++) {
    const share = min === max ? 0 : (values[i] - min) / (max - min);
    counts[Math.min(ranges - 1, Math.floor(share * ranges))]++;
  }
  const limits = counts.map((_, i) =>
    i === ranges - 1 ? max : min + ((i + 1) / ranges) * (max - min),
  );
  return { min, max, count: values.length, sum, sumOfSquares, limits, counts };
}
