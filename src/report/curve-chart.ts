/** Curves of one measure, of one run or several, over the steps of training. */

import { line, n, text } from '../inspect/comparison/marks.js';
import { scaleFor } from '../inspect/comparison/scale.js';
import { groupColors, styleSheet } from '../inspect/comparison/theme.js';
import { formatNumber } from '../text/table.js';
import type { Curve } from './read-run.js';

/** A curve and whose it is. */
export interface ChartCurve extends Curve {
  readonly label: string;
  /** Its colour's number. */
  readonly color: number;
}

const width = 560;
const height = 320;
const plot = { left: 62, right: 544, top: 14, bottom: 276 };
/** More points than a chart has places only make it large. */
const mostPoints = 400;

/** An SVG picture; values of it are in its attribute for the page's script. */
export function curveChart(name: string, curves: readonly ChartCurve[]): string {
  const shown = curves
    .map((curve) => ({
      ...curve,
      points: thinned(curve.points.filter(([, y]) => Number.isFinite(y))),
    }))
    .filter(({ points }) => points.length > 0);
  if (shown.length === 0) return '';
  const places = shown.flatMap(({ points }) => points);
  const values = places.map(([, value]) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const kind = least > 0 && most / least > 100 && !/^lr$/.test(name) ? 'logarithmic' : 'linear';
  const placed = (all: number[]) => all.map((value) => ({ value, radius: 4 }));
  const x = scaleFor(placed([0, ...places.map(([step]) => step)]), {
    ...{ kind: 'linear', range: [plot.left, plot.right], fromZero: true, ticks: 6 },
  });
  const y = scaleFor(placed(values), { kind, range: [plot.bottom, plot.top], ticks: 6 });
  const at = ([step, value]: readonly [number, number]): string =>
    `${n(x.at(step))},${n(y.at(value))}`;
  const marks = shown.flatMap(({ points, from, color }) => {
    const path = (all: Curve['points'], look: string): string =>
      `<polyline class="curve ${look} c${color % groupColors}" points="${all.map(at).join(' ')}"/>`;
    if (from === 'steps') return [path(points, 'raw'), path(smoothed(points), 'smooth')];
    const dots = points.map(
      (point) =>
        `<circle class="dot c${color % groupColors}" cx="${n(x.at(point[0]))}" cy="${n(y.at(point[1]))}" r="3"/>`,
    );
    return [path(points, from), ...dots];
  });
  const data = {
    ...{ left: x.at(0), each: x.at(1) - x.at(0) },
    curves: shown.map(({ label, points }) => ({
      label,
      points: points.map(([step, value]) => [step, Number(value.toPrecision(4))]),
    })),
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeAttribute(name)}" data-curves="${escapeAttribute(JSON.stringify(data))}">`,
    `<style>${styleSheet('auto')}</style>`,
    ...y.ticks.flatMap((tick) => [
      line({ x: plot.left, y: y.at(tick) }, { x: plot.right, y: y.at(tick) }, 'grid'),
      text(shortNumber(tick), {
        ...{ x: plot.left - 8, y: y.at(tick) + 4, size: 12, look: 'tick', anchor: 'end' },
      }),
    ]),
    ...x.ticks.map((tick) =>
      text(tick.toLocaleString('en'), {
        ...{ x: x.at(tick), y: plot.bottom + 18, size: 12, look: 'tick', anchor: 'middle' },
      }),
    ),
    text('steps', { x: plot.right, y: plot.bottom + 36, size: 12, look: 'tick', anchor: 'end' }),
    line({ x: plot.left, y: plot.bottom }, { x: plot.right, y: plot.bottom }, 'axis'),
    ...marks,
    `<line class="cursor" x1="0" x2="0" y1="${plot.top}" y2="${plot.bottom}" visibility="hidden"/>`,
    '</svg>',
  ].join('');
}

const escapeAttribute = (words: string): string =>
  words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const shortNumber = (value: number): string =>
  value === 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 1e6)
    ? value.toLocaleString('en', { maximumSignificantDigits: 4 })
    : value.toExponential();

/** Every so many points, the last among them. */
const thinned = (points: Curve['points']): Curve['points'] => {
  const every = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
};

/** A running mean that forgets. */
function smoothed(points: Curve['points']): Curve['points'] {
  const keep = Math.min(0.95, 1 - 1 / Math.max(1, points.length / 30));
  let [sum, weight] = [0, 0];
  return points.map(([step, value]) => {
    sum = keep * sum + value;
    weight = keep * weight + 1;
    return [step, sum / weight];
  });
}

/** `98.61 %` for shares, three digits for others. */
export const formatMetric = (metric: string, value: number): string =>
  metric === 'accuracy' ? `${(100 * value).toFixed(2)} %` : formatNumber(value);
