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

/** The value below which `share` (0 to 1) of the ascending values lie, by linear interpolation. */
export function percentile(ordered: readonly number[], share: number): number {
  if (ordered.length === 0)
    throw new RangeError('no times were measured; measure at least one step');
  const position = (ordered.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.min(below + 1, ordered.length - 1);
  return ordered[below] + (ordered[above] - ordered[below]) * (position - below);
}

/** How long and how often `measure` runs a step. */
export interface MeasureOptions {
  readonly warmUp: number;
  /** At least this many steps are measured … */
  readonly steps: number;
  /** … and more until this many seconds have passed. */
  readonly seconds?: number;
  /** Stops early, but never before two steps, when the measured steps took this long together. */
  readonly mostSeconds?: number;
}

/** Milliseconds of each measured call of `step`, after `warmUp` calls that are not counted. */
export async function measure(
  step: () => unknown,
  { warmUp, steps, seconds = 0, mostSeconds = Infinity }: MeasureOptions,
): Promise<number[]> {
  for (let i = 0; i < warmUp; i++) await step();
  const times: number[] = [];
  let elapsed = 0;
  while (times.length < steps || elapsed < seconds * 1e3) {
    if (times.length >= 2 && elapsed > mostSeconds * 1e3) break;
    const start = performance.now();
    const pending = step();
    // A step that is not asynchronous must not pay for a turn of the event loop.
    if (pending instanceof Promise) await pending;
    const time = performance.now() - start;
    times.push(time);
    elapsed += time;
  }
  return times;
}
