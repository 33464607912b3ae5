/** What `fovea tune` shows at its end: each convolution, how it was computed and how it is now. */

import type { TunedKernel } from '../backends/tuning.js';
import { formatMilliseconds, formatNumber, formatTable } from '../text/table.js';

/** The part of the last line of `fovea tune --json` that was measured. */
export interface TuneSummary {
  readonly convolutions: readonly {
    readonly layer: string;
    /** Convolutions of the network that are alike. */
    readonly count: number;
    /** As [G, N, O, H, W] and [G, O, C, KH, KW]. */
    readonly output: readonly number[];
    readonly filters: readonly number[];
    readonly stride: readonly number[];
    readonly before: string;
    readonly now: string;
    /** Milliseconds by method. */
    readonly times: Readonly<Record<string, number>>;
  }[];
  /** Milliseconds of all convolutions together. */
  readonly before: number;
  readonly now: number;
}

export function summarizeTuning(tuned: readonly TunedKernel[]): TuneSummary {
  const convolutions = tuned.map(({ scope, count, shape, filterShape, stride, ...rest }) => ({
    layer: scope,
    count,
    output: shape,
    filters: filterShape,
    stride,
    before: rest.before,
    now: rest.now,
    times: Object.fromEntries(rest.times.map(({ method, milliseconds }) => [method, milliseconds])),
  }));
  const total = (when: 'before' | 'now'): number =>
    tuned.reduce((sum, kernel) => sum + kernel.count * timeOf(kernel, when), 0);
  return { convolutions, before: total('before'), now: total('now') };
}

/** The same as a table with a line for each convolution, and the sums. */
export function drawTuning(tuned: readonly TunedKernel[]): string {
  if (tuned.length === 0) return 'there are no convolutions in it';
  const rows = tuned.map((kernel) => {
    const { scope, count, shape, filterShape, stride, before, now } = kernel;
    const steps = stride.some((step) => step > 1) ? ` / ${stride.join('x')}` : '';
    return [
      count > 1 ? `${scope}, ${count} alike` : scope,
      withoutGroup(shape),
      `${withoutGroup(filterShape)}${steps}`,
      before,
      formatNumber(timeOf(kernel, 'before')),
      now === before ? 'the same' : now,
      formatNumber(timeOf(kernel, 'now')),
    ];
  });
  const header = ['layer', 'output', 'filters', 'before', 'ms', 'now', 'ms'];
  const { before, now } = summarizeTuning(tuned);
  const changed = tuned.filter((kernel) => kernel.now !== kernel.before).length;
  return [
    ...formatTable(header, rows),
    `${changed} of ${tuned.length} are computed another way now; ` +
      `all together ${formatMilliseconds(before)} before, ${formatMilliseconds(now)} now`,
  ].join('\n');
}

/** Milliseconds of the method before, or now. */
function timeOf(kernel: TunedKernel, when: 'before' | 'now'): number {
  const found = kernel.times.find(({ method }) => method === kernel[when]);
  return found?.milliseconds ?? 0;
}

const withoutGroup = ([groups, ...rest]: readonly number[]): string =>
  `${groups > 1 ? `${groups} groups of ` : ''}${rest.join('x')}`;
