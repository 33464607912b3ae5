/** The evidence lower bound in its two terms, epoch by epoch. */

import { line, n, text } from '../../inspect/comparison/marks.js';
import { scaleFor } from '../../inspect/comparison/scale.js';
import { chartColors, styleSheet } from '../../inspect/comparison/theme.js';
import { formatNumber } from '../../text/table.js';
import { type Curve, curvesOf } from '../curves.js';
import type { ReportSection } from '../section.js';

const width = 760;
const height = 320;
const plot = { left: 66, right: 560, top: 14, bottom: 276 };
/** Values of the first epochs above so many times the last one are cut off. */
const HIGHEST = 2;
const [lower, upper] = chartColors;

export const latentBoundSection: ReportSection = {
  title: 'The two terms of the bound',
  render({ run }) {
    const curves = curvesOf(run.entries);
    const from = (['evaluation', 'epochs'] as const).find((source) =>
      ['reconstruction', 'kl'].every((name) => pointsOf(curves.get(name), source).length > 0),
    );
    if (from === undefined) return null;
    const reconstruction = pointsOf(curves.get('reconstruction'), from);
    const kl = new Map(pointsOf(curves.get('kl'), from));
    const points = reconstruction.flatMap(([step, cost]): Term[] => {
      const divergence = kl.get(step);
      return divergence === undefined ? [] : [{ step, cost, divergence }];
    });
    const last = points.at(-1);
    if (!last) return null;
    const where = from === 'evaluation' ? 'On test pictures' : 'On pictures that it learned from';
    return (
      '<p class="lead">A variational network makes the sum of two costs small, in nats for a picture: what its pixels ' +
      'cost when the code is known (reconstruction), and what the code costs beside the prior (the Kullback-Leibler ' +
      `divergence). ${where} at the end: ${formatNumber(last.cost)} + ${formatNumber(last.divergence)} = ` +
      `<b>${formatNumber(last.cost + last.divergence)} nats</b>, the negative evidence lower bound.</p>` +
      chart(points)
    );
  },
  style: `.bound { width: 100%; max-width: ${width}px; height: auto; display: block; }
.bound .cost { fill: ${upper}; } .bound .divergence { fill: ${lower}; } .bound .cost, .bound .divergence { opacity: .8; }
.bound .key { font-weight: 650; }`,
};

interface Term {
  readonly step: number;
  readonly cost: number;
  readonly divergence: number;
}

const pointsOf = (curves: readonly Curve[] | undefined, from: Curve['from']) =>
  curves
    ?.find((curve) => curve.from === from)
    ?.points.filter(([, value]) => Number.isFinite(value)) ?? [];

function chart(points: readonly Term[]): string {
  const { step: end, cost, divergence } = points.at(-1)!;
  const total = cost + divergence;
  const most = Math.min(HIGHEST * total, Math.max(...points.map((p) => p.cost + p.divergence)));
  const at = (values: readonly number[]) => values.map((value) => ({ value, radius: 0 }));
  const x = scaleFor(at([points[0].step, end]), {
    ...{ kind: 'linear', range: [plot.left, plot.right], ticks: 6 },
  });
  const y = scaleFor(at([0, most]), {
    ...{ kind: 'linear', range: [plot.bottom, plot.top], fromZero: true, ticks: 6 },
  });
  const highest = (value: number) => n(Math.max(plot.top, y.at(value)));
  const area = (low: (p: Term) => number, high: (p: Term) => number, look: string): string => {
    const there = points.map((p) => `${n(x.at(p.step))},${highest(high(p))}`);
    const back = [...points].reverse().map((p) => `${n(x.at(p.step))},${highest(low(p))}`);
    return `<polygon class="${look}" points="${[...there, ...back].join(' ')}"/>`;
  };
  const name = (words: string, value: number) =>
    text(words, { x: plot.right + 12, y: y.at(value) + 4, size: 14, look: 'key' });
  // Names of thin layers lie beside each other.
  const low = Math.min(divergence / 2, total);
  const apart = (plot.bottom - plot.top) * 0.09 * (most / (plot.bottom - plot.top)) * 1.2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="bound" viewBox="0 0 ${width} ${height}" role="img" aria-label="reconstruction and divergence by step">`,
    `<style>${styleSheet('auto')}</style>`,
    ...y.ticks.flatMap((tick) => [
      line({ x: plot.left, y: y.at(tick) }, { x: plot.right, y: y.at(tick) }, 'grid'),
      text(tick.toLocaleString('en'), {
        ...{ x: plot.left - 8, y: y.at(tick) + 4, size: 12, look: 'tick', anchor: 'end' },
      }),
    ]),
    ...x.ticks.map((tick) =>
      text(tick.toLocaleString('en'), {
        ...{ x: x.at(tick), y: plot.bottom + 18, size: 12, look: 'tick', anchor: 'middle' },
      }),
    ),
    text('steps', { x: plot.right, y: plot.bottom + 36, size: 12, look: 'tick', anchor: 'end' }),
    area(
      () => 0,
      (p) => p.divergence,
      'divergence',
    ),
    area(
      (p) => p.divergence,
      (p) => p.divergence + p.cost,
      'cost',
    ),
    line({ x: plot.left, y: plot.bottom }, { x: plot.right, y: plot.bottom }, 'axis'),
    name(`divergence ${formatNumber(divergence)}`, low),
    name(`reconstruction ${formatNumber(cost)}`, Math.max(divergence + cost / 2, low + apart)),
    '</svg>',
  ].join('');
}
