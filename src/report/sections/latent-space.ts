/** The latent space in two dimensions: a point for each picture, which shows itself when it is pointed at. */

import { resizeImage } from '../../formats/index.js';
import { projectRows, type Rows, rowsOf } from '../../latent/features/index.js';
import { imagesOf, inRows, pictureGrid } from '../../latent/index.js';
import { escapeXml } from '../../text/escape-xml.js';
import { latentContent, type OwnPictures } from '../latent-content.js';
import type { ReportSection } from '../section.js';
import { smallUri } from '../sheet-figure.js';

const side = 640;
const margin = 18;
/** Pictures larger than this are made smaller for the map. */
const thumbSide = 36;
const sheetColumns = 40;
/** Told apart on light pages and on dark ones; a network with more classes uses them again. */
const colors = [
  ...['#1f77b4', '#e6550d', '#31a354', '#d62728', '#8c6bb1'],
  ...['#8c564b', '#e377c2', '#7f7f7f', '#b5a800', '#17becf'],
];

export const latentSpaceSection: ReportSection = {
  title: 'The latent space',
  async render(content) {
    const latent = await latentContent(content);
    if (!latent?.own) return null;
    const { run, own } = latent;
    const codes = rowsOf(own.codes, run.latent);
    const maps =
      run.latent <= 2
        ? [{ name: 'codes', places: await projectRows(codes) }]
        : [
            { name: 'UMAP', places: await projectRows(codes) },
            { name: 'principal components', places: await projectRows(codes, { method: 'pca' }) },
          ];
    const tabs = maps.map(
      ({ name }, i) =>
        `<label><input type="radio" name="map" value="${i}"${i === 0 ? ' checked' : ''}> ${name}</label>`,
    );
    const how =
      run.latent <= 2
        ? 'Each point is the code of a picture that it did not learn from.'
        : `Each point is a picture that it did not learn from; codes of ${run.latent} numbers are laid into the plane so that neighbours stay together (UMAP), or seen from where they differ most (principal components).`;
    const colour = own.labels ? ' Colours tell the classes, which the network was not told.' : '';
    const told = run.numClasses === null ? colour : ' Colours tell the classes.';
    return (
      `<p class="lead">${how}${told} Point at one to see it.</p>` +
      (tabs.length > 1 ? `<div class="maps-of-codes">${tabs.join('')}</div>` : '') +
      `<div class="latent-map">${await mapOf(
        own,
        maps.map(({ places }) => fitted(places)),
        run.shape,
      )}${legend(own)}</div>`
    );
  },
  style: `
.maps-of-codes { display: flex; gap: 22px; margin-bottom: 10px; } .maps-of-codes label { cursor: pointer; }
.latent-map { display: grid; grid-template-columns: minmax(0, ${side}px) minmax(150px, 1fr); gap: 28px; align-items: start; }
.latent-map svg { width: 100%; height: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; display: block; }
.latent-map .point { transition: transform .9s ease; cursor: crosshair; }
.latent-map circle { opacity: .8; } .latent-map .shown circle { stroke: var(--ink); stroke-width: 2.5; opacity: 1; }
.latent-map .faint { opacity: .1; }
.latent-map .thumb { display: block; width: 132px; aspect-ratio: 1; border-radius: 8px; border: 1px solid var(--line); background-repeat: no-repeat; margin-bottom: 8px; }
.latent-map .classes { margin-top: 18px; display: grid; gap: 5px; } .latent-map .classes button { all: unset; cursor: pointer; display: flex; gap: 9px; align-items: center; }
.latent-map .classes button:focus-visible { outline: 2px solid var(--accent); } .latent-map .classes i { width: 13px; height: 13px; border-radius: 50%; }
@media (max-width: 760px) { .latent-map { grid-template-columns: 1fr; } }
`,
  script: `
const box = document.querySelector('.latent-map');
const points = [...box.querySelectorAll('.point')];
const thumb = box.querySelector('.thumb');
const name = box.querySelector('.pointed');
const svg = box.querySelector('svg');
const columns = Number(thumb.dataset.columns);
const rows = Number(thumb.dataset.rows);
let map = 0;
let shown = null;
const places = points.map((point) => point.dataset.places.split(' ').map((place) => place.split(',').map(Number)));
const show = (i) => {
  if (shown !== null) points[shown].classList.remove('shown');
  shown = i;
  points[i].classList.add('shown');
  const column = i % columns;
  const row = Math.floor(i / columns);
  thumb.style.backgroundPosition = (columns > 1 ? 100 * column / (columns - 1) : 0) + '% ' + (rows > 1 ? 100 * row / (rows - 1) : 0) + '%';
  name.textContent = points[i].dataset.name;
};
svg.addEventListener('pointermove', (event) => {
  const area = svg.getBoundingClientRect();
  const x = (event.clientX - area.left) * svg.viewBox.baseVal.width / area.width;
  const y = (event.clientY - area.top) * svg.viewBox.baseVal.height / area.height;
  let best = 0;
  let least = Infinity;
  places.forEach((all, i) => {
    const distance = (all[map][0] - x) ** 2 + (all[map][1] - y) ** 2;
    if (distance < least && !points[i].classList.contains('faint')) [least, best] = [distance, i];
  });
  show(best);
});
for (const input of document.querySelectorAll('.maps-of-codes input')) input.addEventListener('change', () => {
  map = Number(input.value);
  points.forEach((point, i) => point.setAttribute('transform', 'translate(' + places[i][map] + ')'));
});
let only = null;
for (const button of box.querySelectorAll('.classes button')) button.addEventListener('click', () => {
  only = only === button.dataset.class ? null : button.dataset.class;
  for (const point of points) point.classList.toggle('faint', only !== null && point.dataset.class !== only);
});
show(0);
`,
};

type Place = readonly [x: number, y: number];

/** Places in the square, the proportions kept. */
function fitted({ values, count }: Rows): Place[] {
  const xs = Array.from({ length: count }, (_, i) => values[2 * i]);
  const ys = Array.from({ length: count }, (_, i) => -values[2 * i + 1]);
  const span = (numbers: readonly number[]) => ({
    middle: (Math.min(...numbers) + Math.max(...numbers)) / 2,
    width: Math.max(...numbers) - Math.min(...numbers),
  });
  const [across, down] = [span(xs), span(ys)];
  const scale = (side - 2 * margin) / (Math.max(across.width, down.width) || 1);
  const round = (value: number) => Math.round(10 * value) / 10;
  return xs.map((x, i) => [
    round(side / 2 + (x - across.middle) * scale),
    round(side / 2 + (ys[i] - down.middle) * scale),
  ]);
}

/** Points of the classes' colours; where there are no classes, the pictures themselves. */
async function mapOf(
  own: OwnPictures,
  maps: readonly (readonly Place[])[],
  shape: readonly [number, number, number],
): Promise<string> {
  const { labels, names, count, classes } = own;
  const [, height, width] = shape;
  const factor = Math.max(1, Math.ceil(Math.max(height, width) / thumbSide));
  const small = { width: Math.round(width / factor), height: Math.round(height / factor) };
  const thumbs = imagesOf(own.pictures, shape).map((image) =>
    factor === 1 ? image : resizeImage(image, small),
  );
  const columns = Math.min(sheetColumns, count);
  const rows = inRows<(typeof thumbs)[number] | null>(thumbs, columns);
  const uri = await smallUri(pictureGrid(rows));
  const points = Array.from({ length: count }, (_, i) => {
    const places = maps.map((map) => map[i].join(','));
    const label = labels?.[i];
    const words = label === undefined ? names[i] : `${classes[label]} (${names[i]})`;
    const data = `data-places="${places.join(' ')}" data-name="${escapeXml(words)}"${label === undefined ? '' : ` data-class="${label}"`}`;
    return `<g class="point" transform="translate(${places[0]})" ${data}>${label === undefined ? picture(i, columns, rows.length) : `<circle r="4.2" fill="${colors[label % colors.length]}"/>`}</g>`;
  });
  const sheet = `style="background-image:url(${uri});background-size:${100 * columns}% ${100 * rows.length}%"`;
  const image =
    labels === null
      ? `<defs><image id="thumbs" href="${uri}" width="${columns * 30}" height="${rows.length * 30}" preserveAspectRatio="none"/></defs>`
      : '';
  return (
    `<svg viewBox="0 0 ${side} ${side}" role="img" aria-label="a map of codes">${image}${points.join('')}</svg>` +
    `<div><i class="thumb sharp" ${sheet} data-columns="${columns}" data-rows="${rows.length}"></i><span class="pointed"></span>`
  );
}

/** One picture of the sheet, 30 wide, around the point. */
function picture(i: number, columns: number, rows: number): string {
  const [x, y] = [(i % columns) * 30, Math.floor(i / columns) * 30];
  return `<svg x="-15" y="-15" width="30" height="30" viewBox="${x} ${y} 30 30" data-rows="${rows}"><use href="#thumbs"/></svg>`;
}

/** The classes, each a button that shows it alone; it ends what stands beside the map. */
function legend({ labels, classes }: OwnPictures): string {
  if (!labels) return '</div>';
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const buttons = present.map(
    (label) =>
      `<button type="button" data-class="${label}"><i style="background:${colors[label % colors.length]}"></i>${escapeXml(classes[label])}</button>`,
  );
  return `<div class="classes">${buttons.join('')}</div></div>`;
}
