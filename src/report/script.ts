/** How the page of a run looks beyond what all pages share, and what it does when it is used. */

import { chartColors } from '../inspect/comparison/theme.js';

export const reportStyle = `
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; overflow-x: auto; font-size: 14px; }
.problem { border-left: 4px solid var(--accent); padding-left: 12px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); gap: 22px; }
.charts figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 4px 14px 8px; }
.chart { width: 100%; height: auto; display: block; } .curve { fill: none; stroke-width: 2; }
.raw { opacity: .25; stroke-width: 1; } .cursor { stroke: var(--soft); }
${chartColors.map((color, i) => `.curve.c${i} { stroke: ${color}; } .dot.c${i}, .s${i} { fill: ${color}; } .swatch.s${i} { background: ${color}; }`).join('\n')}
.values { display: block; min-height: 1.5em; font-variant-numeric: tabular-nums; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; }
table { border-collapse: collapse; font-size: 14px; } th, td { padding: 4px 12px; border-bottom: 1px solid var(--line); text-align: left; }
.wide { overflow-x: auto; } .confusion td { text-align: center; min-width: 44px; border: 1px solid var(--line); font-variant-numeric: tabular-nums; }
.confusion .right { background: color-mix(in srgb, #009e73 var(--strength), transparent); }
.confusion .wrong { background: color-mix(in srgb, #d55e00 var(--strength), transparent); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 18px; }
.pictures.large { grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); }
.pictures img { width: 100%; border-radius: 8px; } .filters { max-width: 100%; border-radius: 8px; }
.time input { width: min(480px, 70%); }
`;

export const script = `
for (const chart of document.querySelectorAll('.chart')) {
  const { left, each, curves } = JSON.parse(chart.dataset.curves);
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
      return label + ' ' + point[1];
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
const time = document.querySelector('#time');
if (time) {
  const steps = time.dataset.steps.split(' ').map(Number);
  const show = () => {
    const step = steps[time.value];
    document.querySelector('#when').textContent = 'step ' + step;
    for (const series of document.querySelectorAll('.series')) {
      const images = [...series.querySelectorAll('img')];
      const due = images.filter((image) => Number(image.dataset.step) <= step);
      const last = due.reduce((a, b) => !a || Number(b.dataset.step) > Number(a.dataset.step) ? b : a, null);
      for (const image of images) image.hidden = image !== last;
    }
  };
  time.addEventListener('input', show);
  show();
}
`;
