/** Curves of one measure, of one run or several, over the steps of training. */

import { line, n, text } from '../inspect/comparison/marks.js';
import { roundAbove, type Scale, scaleFor } from '../inspect/comparison/scale.js';
import { groupColors, styleSheet } from '../inspect/comparison/theme.js';
import { escapeXml } from '../text/escape-xml.js';
import { bestPoint, type Curve, type EpochMark } from './curves.js';
import { type Measure, measureOf } from './measure.js';

/** A curve and whose it is. */
export interface ChartCurve extends Curve {
  readonly label: string;
  /** Its colour's number. */
  readonly color: number;
}

export interface ChartOptions {
  readonly epochs?: readonly EpochMark[];
  /** Whether the values of steps are there behind their running mean. Default: true. */
  readonly showsSteps?: boolean;
}

const width = 560;
const height = 320;
const plot = { left: 66, right: 544, top: 26, bottom: 276 };
/** More points than a chart has places only make it large. */
const mostPoints = 400;
const mostMarks = 10;
/** Beyond what scales can be made for: numbers that broke down, or of a damaged file. */
const tooLarge = 1e100;

/** An SVG picture; values of it are in its attribute for the page's script. Empty when there is nothing to show. */
export function curveChart(
  name: string,
  curves: readonly ChartCurve[],
  { epochs = [], showsSteps = true }: ChartOptions = {},
): string {
  const measure = measureOf(name);
  const shown = curves
    .map((curve) => drawn(curve, measure))
    .filter(({ points }) => points.length > 0);
  if (shown.length === 0) return '';
  const places = shown.flatMap(({ points }) => points);
  const last = Math.max(...places.map(([step]) => step));
  const x = scaleFor(placed([0, last]), {
    ...{ kind: 'linear', range: [plot.left, plot.right], fromZero: true, ticks: 6 },
  });
  const y = scaleOfValues(
    (showsSteps ? places : shown.flatMap(({ mean }) => mean)).map(([, value]) => value),
    measure,
  );
  const data = {
    ...{ left: x.at(0), each: x.at(1) - x.at(0), unit: measure.unit },
    curves: shown.map(({ label, points }) => ({
      label,
      points: points.map(([step, value]) => [step, Number(value.toPrecision(4))]),
    })),
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(name)}" data-curves="${escapeXml(JSON.stringify(data))}">`,
    `<style>${styleSheet('auto')}</style>`,
    ...y.ticks.flatMap((tick) => [
      line({ x: plot.left, y: y.at(tick) }, { x: plot.right, y: y.at(tick) }, 'grid'),
      text(`${shortNumber(tick)}${measure.unit}`, {
        ...{ x: plot.left - 8, y: y.at(tick) + 4, size: 12, look: 'tick', anchor: 'end' },
      }),
    ]),
    ...x.ticks.map((tick) =>
      text(tick.toLocaleString('en'), {
        ...{ x: x.at(tick), y: plot.bottom + 18, size: 12, look: 'tick', anchor: 'middle' },
      }),
    ),
    text('steps', { x: plot.right, y: plot.bottom + 36, size: 12, look: 'tick', anchor: 'end' }),
    ...epochMarks(epochs, x, last),
    line({ x: plot.left, y: plot.bottom }, { x: plot.right, y: plot.bottom }, 'axis'),
    ...shown.flatMap((curve) => curveMarks(curve, { x, y, measure, showsSteps })),
    `<line class="cursor" x1="0" x2="0" y1="${plot.top}" y2="${plot.bottom}" visibility="hidden"/>`,
    '</svg>',
  ].join('');
}

const placed = (values: readonly number[]) => values.map((value) => ({ value, radius: 4 }));

function scaleOfValues(values: readonly number[], { kind }: Measure): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isWide = kind === 'result' && least > 0 && most / least > 100;
  return scaleFor(placed(values), {
    kind: isWide ? 'logarithmic' : 'linear',
    range: [plot.bottom, plot.top],
    // What a computer gives is told from nothing on; a loss may lie between any two values.
    fromZero: kind === 'system' && least >= 0,
    ticks: 6,
  });
}

/** Dashes where epochs end, as many as can be told apart. */
function epochMarks(epochs: readonly EpochMark[], x: Scale, last: number): string[] {
  const inside = epochs.filter(({ step }) => step <= last);
  const every = roundAbove(Math.max(1, inside.length / mostMarks));
  const marked = inside.filter(({ epoch }) => epoch % every === 0);
  return marked.flatMap(({ step, epoch }, i) => {
    const at = x.at(step);
    const words = i === 0 ? `epoch ${epoch}` : String(epoch);
    return [
      line({ x: at, y: plot.top }, { x: at, y: plot.bottom }, 'grid epoch'),
      text(words, { x: at, y: plot.top - 8, size: 11, look: 'tick', anchor: 'middle' }),
    ];
  });
}

interface MarkOptions {
  readonly x: Scale;
  readonly y: Scale;
  readonly measure: Measure;
  readonly showsSteps: boolean;
}

function curveMarks(
  { points, mean, from, color }: DrawnCurve,
  { x, y, measure: { better, kind }, showsSteps }: MarkOptions,
): string[] {
  const hue = `c${color % groupColors}`;
  const at = ([step, value]: readonly [number, number]) => [n(x.at(step)), n(y.at(value))];
  const path = (all: Curve['points'], look: string): string =>
    `<polyline class="curve ${look} ${hue}" points="${all.map((point) => at(point).join()).join(' ')}"/>`;
  // Settings have no noise to look through.
  if (from === 'steps' && kind === 'setting') return [path(points, 'set')];
  if (from === 'steps') {
    return [...(showsSteps ? [path(points, 'raw')] : []), path(mean, 'smooth')];
  }
  const dot = (point: readonly [number, number], look: string, radius: number): string => {
    const [cx, cy] = at(point);
    return `<circle class="${look} ${hue}" cx="${cx}" cy="${cy}" r="${radius}"/>`;
  };
  const best =
    better !== undefined && from === 'evaluation' && points.length > 1
      ? [dot(bestPoint(points, better), 'best', 6.5)]
      : [];
  return [path(points, from), ...points.map((point) => dot(point, 'dot', 3)), ...best];
}

const shortNumber = (value: number): string =>
  value === 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 1e6)
    ? value.toLocaleString('en', { maximumSignificantDigits: 4 })
    : value.toExponential();

interface DrawnCurve extends ChartCurve {
  /** What is seen through the noise of steps; the points themselves where there is none. */
  readonly mean: Curve['points'];
}

function drawn(curve: ChartCurve, measure: Measure): DrawnCurve {
  const points = shownPoints(curve, measure);
  const isNoisy = curve.from === 'steps' && measure.kind !== 'setting';
  return { ...curve, points, mean: isNoisy ? smoothed(points) : points };
}

/** Those that can be shown, in the measure's unit; every so many, the last among them. */
function shownPoints({ points }: Curve, { scale }: Measure): [number, number][] {
  const finite = points.filter(([, value]) => Math.abs(value) < tooLarge);
  const every = Math.ceil(finite.length / mostPoints);
  return finite
    .filter((_, i) => i % every === 0 || i === finite.length - 1)
    .map(([step, value]) => [step, value * scale]);
}

/** The mean of each point's surroundings, as many on both sides, so that nothing comes late. */
function smoothed(points: Curve['points']): Curve['points'] {
  const reach = Math.floor(points.length / 40);
  const sums = [0];
  for (const [i, [, value]] of points.entries()) sums.push(sums[i] + value);
  return points.map(([step], i) => {
    const [from, to] = [Math.max(0, i - reach), Math.min(points.length, i + reach + 1)];
    return [step, (sums[to] - sums[from]) / (to - from)];
  });
}
