/** Horizontal bars for probabilities. */

import { fit, pad, paint, percent, widthOf } from './paint.js';

/** One bar: `value` from 0 to 1. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

export interface BarOptions {
  /** Whether the terminal shows colour. */
  readonly color?: boolean;
  /** Characters of a bar of value 1. */
  readonly width?: number;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const widestLabel = 24;

/**
 * One line per bar: label, bar and percent; the largest value stands out.
 *
 * @example
 * drawBars([{ label: '7', value: 0.998 }, { label: '1', value: 0.002 }], { color: true });
 */
export function drawBars(
  bars: readonly Bar[],
  { color = false, width = 30 }: BarOptions = {},
): string {
  const labelWidth = Math.max(0, ...bars.map(({ label }) => widthOf(fit(label, widestLabel))));
  const largest = Math.max(...bars.map(({ value }) => (Number.isNaN(value) ? -Infinity : value)));
  const lines = bars.map(({ label, value }) => {
    const best = value === largest;
    const bar = pad(barOf(value, width), width);
    const share = percent(value).padStart(7);
    return [
      paint(pad(label, labelWidth), best ? 'bold' : undefined, color),
      paint(bar, best ? 'green' : 'cyan', color),
      paint(share, best ? 'bold' : 'dim', color),
    ].join('  ');
  });
  return lines.join('\n');
}

/** A bar drawn to an eighth of a character; any value above 0 shows at least a trace. */
function barOf(value: number, width: number): string {
  if (!(value > 0)) return '';
  const steps = Math.max(1, Math.round(Math.min(1, value) * width * 8));
  return '█'.repeat(steps >> 3) + eighths[steps & 7];
}
