/** A chart for every measure that runs tell of, and what these charts need of their page. */

import { chartColors, groupColors } from '../inspect/comparison/theme.js';
import { escapeXml } from '../text/escape-xml.js';
import { type ChartCurve, curveChart } from './curve-chart.js';
import { curvesOf, epochsOf } from './curves.js';
import { type Measure, measureOf } from './measure.js';
import type { RecordedRun } from './read-run.js';

/**
 * HTML with the curves of one run, or of several over each other, for measures of some kinds; null where there
 * are none.
 */
export function measureCharts(
  runs: readonly RecordedRun[],
  kinds: readonly Measure['kind'][],
): string | null {
  const epochs = runs.length === 1 ? epochsOf(runs[0].entries) : [];
  const figures = [...chartCurves(runs)]
    .map(([name, curves]) => ({ name, curves, ...measureOf(name) }))
    .filter(
      ({ kind, curves }) => kinds.includes(kind) && !(kind === 'setting' && isConstant(curves)),
    )
    .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
    .slice(0, mostCharts)
    .flatMap(({ name, title, curves }) => {
      const chart = curveChart(name, curves, { epochs, showsSteps: runs.length === 1 });
      const labels = curves.map(
        ({ label, color }) =>
          `<span class="label"><i class="swatch s${color % groupColors}"></i>${escapeXml(label)}</span>`,
      );
      const caption = `<figcaption><b>${escapeXml(title)}</b><span class="values">${labels.join('')}</span></figcaption>`;
      return chart === '' ? [] : [`<figure>${caption}${chart}</figure>`];
    });
  return figures.length === 0 ? null : `<div class="charts">${figures.join('')}</div>`;
}

/** More than a reader looks at, and than a page should hold. */
const mostCharts = 30;

/** Nothing to see: the recipe tells it. */
const isConstant = (curves: readonly ChartCurve[]): boolean =>
  new Set(curves.flatMap(({ points }) => points.map(([, value]) => value))).size <= 1;

/** What tells how to read these charts. */
export const chartLegend =
  '<p class="lead">Faint: each step; strong: a running mean; dots: behind an epoch, a ring around the best. ' +
  'Dashes: where epochs end. Point at a curve to read its values.</p>';

function chartCurves(runs: readonly RecordedRun[]): Map<string, ChartCurve[]> {
  const byName = new Map<string, ChartCurve[]>();
  runs.forEach((run, i) => {
    for (const [name, curves] of curvesOf(run.entries)) {
      const shown = curves.some(({ from }) => from === 'steps')
        ? curves.filter(({ from }) => from !== 'epochs')
        : curves;
      const list = byName.get(name) ?? [];
      byName.set(name, list);
      for (const curve of shown) {
        const kind = curve.from === 'evaluation' ? 'test' : 'training';
        const label = runs.length > 1 ? `${run.name}, ${kind}` : kind;
        const color = runs.length > 1 ? i : curve.from === 'evaluation' ? 1 : 0;
        list.push({ ...curve, label, color });
      }
    }
  });
  return byName;
}

const colorRules = chartColors.map(
  (color, i) =>
    `.curve.c${i}, .best.c${i} { stroke: ${color}; } .dot.c${i}, .s${i} { fill: ${color}; } .swatch.s${i} { background: ${color}; }`,
);

export const chartStyle = `
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); gap: 22px; }
.charts figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 4px 14px 8px; }
.chart { width: 100%; height: auto; display: block; } .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.raw { opacity: .25; stroke-width: 1; } .cursor { stroke: var(--soft); } .best { fill: none; stroke-width: 1.5; }
.chart .epoch { stroke: var(--soft); stroke-dasharray: 3 4; opacity: .55; }
@media (prefers-color-scheme: dark) { .raw { opacity: .5; } }
${colorRules.join('\n')}
.values { display: block; min-height: 1.5em; font-variant-numeric: tabular-nums; }
.label { white-space: nowrap; margin-right: 16px; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; }
`;

export const chartScript = `
for (const chart of document.querySelectorAll('.chart')) {
  const { left, each, unit, curves } = JSON.parse(chart.dataset.curves);
  const values = chart.parentElement.querySelector('.values');
  const cursor = chart.querySelector('.cursor');
  const legend = values.innerHTML;
  chart.addEventListener('pointermove', (event) => {
    const box = chart.getBoundingClientRect();
    const step = ((event.clientX - box.left) * chart.viewBox.baseVal.width / box.width - left) / each;
    let nearest = null;
    const parts = curves.map(({ label, points }) => {
      const point = points.reduce((a, b) => Math.abs(b[0] - step) < Math.abs(a[0] - step) ? b : a);
      if (nearest === null || Math.abs(point[0] - step) < Math.abs(nearest - step)) nearest = point[0];
      return label + ' ' + point[1] + unit;
    });
    values.textContent = 'step ' + nearest + ': ' + parts.join(', ');
    for (const end of ['x1', 'x2']) cursor.setAttribute(end, left + nearest * each);
    cursor.setAttribute('visibility', 'visible');
  });
  chart.addEventListener('pointerleave', () => {
    values.innerHTML = legend;
    cursor.setAttribute('visibility', 'hidden');
  });
}
`;
