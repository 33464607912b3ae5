/** Medians and percentiles of measured times. */

/** The median and the tenth and ninetieth percentile of times in milliseconds. */
export interface TimeSummary {
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
}

/** Summary of `times` in milliseconds; throws a RangeError when there are none. */
export function summarize(times: readonly number[]): TimeSummary {
  const ordered = [...times].sort((a, b) => a - b);
  return {
    medianMs: percentile(ordered, 0.5),
    p10Ms: percentile(ordered, 0.1),
    p90Ms: percentile(ordered, 0.9),
  };
}

/** The median of values in any order; throws a RangeError when there are none. */
export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** The value below which `share` (0 to 1) of the ascending values lie, by linear interpolation. */
export function percentile(ordered: readonly number[], share: number): number {
  if (ordered.length === 0) {
    throw new RangeError('no times were measured; measure at least one step');
  }
  const position = (ordered.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.min(below + 1, ordered.length - 1);
  return ordered[below] + (ordered[above] - ordered[below]) * (position - below);
}
