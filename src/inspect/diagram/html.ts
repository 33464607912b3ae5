/** A picture as a page of its own: what a layer is where one points at it, and a closer look by wheel and drag. */

import { escapeXml } from '../../text/escape-xml.js';

/** `svg` as `svgOf` writes it. The page needs nothing from elsewhere. */
export function pageOf(svg: string, title: string): string {
  const name = escapeXml(title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${name}</title>
<style>
${pageStyle}
</style>
</head>
<body>
<main>
${svg.trim()}
</main>
<div id="facts" role="tooltip" hidden></div>
<p id="hint">wheel: closer · drag: move · double click: whole picture</p>
<script>
${pageScript}
</script>
</body>
</html>
`;
}

const pageStyle = `html,body{margin:0;height:100%;overflow:hidden;background:#fff;color:#1f2328;color-scheme:light dark;
font:14px system-ui,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
main,main svg{display:block;width:100%;height:100%}
main svg{cursor:grab;touch-action:none}
main svg:active{cursor:grabbing}
.layer:hover .front,.layer:hover .top,.layer:hover .side{stroke:#0969da;stroke-width:1.6}
#facts{position:fixed;max-width:340px;padding:8px 10px;border-radius:6px;background:#1f2328;color:#fff;
font-size:13px;line-height:1.45;white-space:pre-line;pointer-events:none;box-shadow:0 2px 8px #0006}
#facts::first-line{font-weight:700}
#hint{position:fixed;right:12px;bottom:8px;margin:0;font-size:12px;color:#59636e;pointer-events:none}
@media(prefers-color-scheme:dark){html,body{background:#0d1117;color:#e6edf3}
.layer:hover .front,.layer:hover .top,.layer:hover .side{stroke:#58a6ff}
#facts{background:#e6edf3;color:#0d1117}#hint{color:#9aa4af}}
@media print{#hint{display:none}}`;

/** Titles become facts that appear at once; the view box is what is looked at. */
const pageScript = `'use strict';
const svg = document.querySelector('main svg');
const facts = document.getElementById('facts');
for (const layer of svg.querySelectorAll('.layer')) {
  const title = layer.querySelector('title');
  layer.dataset.facts = title.textContent;
  title.remove();
}
const whole = svg.getAttribute('viewBox').split(' ').map(Number);
let view = whole.slice();
const show = () => svg.setAttribute('viewBox', view.join(' '));
const place = (event) => {
  const point = new DOMPoint(event.clientX, event.clientY);
  return point.matrixTransform(svg.getScreenCTM().inverse());
};
svg.addEventListener('wheel', (event) => {
  event.preventDefault();
  const { x, y } = place(event);
  const wanted = view[2] * Math.exp(event.deltaY * 0.0015);
  const width = Math.min(Math.max(wanted, whole[2] / 40), whole[2]);
  const scale = width / view[2];
  view = [x - (x - view[0]) * scale, y - (y - view[1]) * scale, width, view[3] * scale];
  if (width === whole[2]) view = whole.slice();
  show();
}, { passive: false });
let held = null;
svg.addEventListener('pointerdown', (event) => {
  held = place(event);
  svg.setPointerCapture(event.pointerId);
});
svg.addEventListener('pointerup', () => { held = null; });
svg.addEventListener('pointermove', (event) => {
  if (held) {
    const { x, y } = place(event);
    view = [view[0] + held.x - x, view[1] + held.y - y, view[2], view[3]];
    show();
  }
  const under = document.elementFromPoint(event.clientX, event.clientY);
  const layer = held || !under ? null : under.closest('.layer');
  facts.hidden = !layer;
  if (!layer) return;
  facts.textContent = layer.dataset.facts;
  const { width, height } = facts.getBoundingClientRect();
  const beside = event.clientX + 14 + width > innerWidth ? event.clientX - 14 - width : event.clientX + 14;
  const below = event.clientY + 14 + height > innerHeight ? event.clientY - 14 - height : event.clientY + 14;
  facts.style.left = Math.max(0, beside) + 'px';
  facts.style.top = Math.max(0, below) + 'px';
});
svg.addEventListener('pointerleave', () => { facts.hidden = true; });
svg.addEventListener('dblclick', () => { view = whole.slice(); show(); });`;
