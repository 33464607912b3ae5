/** The page of `fovea look`: one HTML file with all its pictures in it. */

import type { NetworkPicture } from '../network-picture.js';
import type { ClassInsight, Insight } from './insight.js';
import { type LayerSheet, layerSheets } from './layer-sheets.js';
import { brightness, dataUri, filterPicture, heat, type Sheet, sheetOf } from './map-pictures.js';
import { script } from './script.js';
import { style } from './style.js';

export interface PageContent {
  /** What the network is called. */
  readonly network: string;
  /** The name of the picture's file, without its folder. */
  readonly file: string;
  readonly picture: NetworkPicture;
  readonly insight: Insight;
  /** What wrote the page, such as `fovea 0.1.0`. */
  readonly writtenBy: string;
}

/** The text of the page. */
export function lookPage({ network, file, picture, insight, writtenBy }: PageContent): string {
  const { width, height } = picture.seen;
  const [best] = insight.top;
  const sheets = layerSheets(insight.layers, insight.layer.path);
  const filters = filterSheet(insight);
  const sizes = `${width} x ${height}`;
  const css = [
    style,
    `.shot { aspect-ratio: ${width} / ${height}; }`,
    `.photo { background-image: url(${dataUri(picture.seen)}); }`,
    ...(filters ? [`.filters i ${background(filters)}`] : []),
    ...sheets.map(({ sheet }, i) => `.l${i} i, .big i.l${i} ${background(sheet)}`),
  ];
  const title = `What ${network} sees in ${file}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${css.join('\n')}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="lead">The picture as the network gets it (${sizes} pixels${picture.notes.length > 0 ? `: ${escaped(picture.notes.join(', '))}` : ''}), and how likely it finds each class.</p>
<section class="answer">
<div class="shot${sharpness(width)}"><div class="photo" role="img" aria-label="${escaped(file)}, ${sizes} pixels"></div></div>
<div class="bars">${insight.top.map((one, i) => bar(one, i === 0)).join('')}</div>
</section>
${methods(insight, width)}
${filters ? filterSection(insight, filters) : ''}
${mapSection(sheets, width)}
<footer>${escaped(network)} says “${escaped(best.label)}”. Written by ${escaped(writtenBy)}.</footer>
</main>
<script>${script}</script>
</body>
</html>
`;
}

const bar = ({ label, probability }: Insight['top'][number], first: boolean): string => {
  const mark = first ? ' first' : '';
  return (
    `<span class="name${mark}">${escaped(label)}</span>` +
    `<span class="track"><i class="${mark.trim()}" style="width:${(100 * probability).toFixed(2)}%"></i></span>` +
    `<span class="share${mark}">${percent(probability)}</span>`
  );
};

/** Grad-CAM and the others, for one class at a time. */
function methods({ classes, layer, square }: Insight, width: number): string {
  const tabs = classes.map(
    ({ label, probability }, k) =>
      `<label><input type="radio" name="class" value="${k}"${k === 0 ? ' checked' : ''}>` +
      `${escaped(label)} <small style="color:inherit">${percent(probability)}</small></label>`,
  );
  const panels = classes.map((one, k) => {
    const hidden = k === 0 ? '' : ' hidden';
    return `<div class="methods" data-class="${k}"${hidden}>${methodFigures(one, { layer: layer.path, square, width })}</div>`;
  });
  return `<section>
<h2>Where it sees it</h2>
<p class="lead">Four ways to ask which parts of the picture speak for a class.</p>
<div class="tabs" role="radiogroup" aria-label="Class">${tabs.join('')}
<label class="slide">heat <input type="range" id="heat" min="0" max="100" value="100" aria-label="Strength of the heat"></label></div>
${panels.join('\n')}
</section>`;
}

interface FigureOptions {
  readonly layer: string;
  readonly square: number;
  readonly width: number;
}

function methodFigures(one: ClassInsight, { layer, square, width }: FigureOptions): string {
  const hottest = largest(one.gradCam.values);
  const change = largest(one.occlusion.values);
  const points = (100 * change).toFixed(change < 0.1 ? 1 : 0);
  const sharp = sharpness(width);
  const over = (uri: string): string =>
    `<div class="shot heat${sharp}"><div class="photo"></div><img style="image-rendering:auto" src="${uri}" alt=""></div>`;
  const alone = (uri: string): string =>
    `<div class="shot${sharp}"><img src="${uri}" alt=""></div>`;
  const warm = 'linear-gradient(90deg, transparent, #d62728, #ff7f0e, #ffdd57)';
  const both = 'linear-gradient(90deg, #6ec8fa, #1f77d2, transparent, #d62728, #ff7f0e, #ffdd57)';
  const scale = (gradient: string, ...ends: string[]): string =>
    `<div class="scale" style="background:${gradient}"></div><div class="ends">${ends.map((end) => `<span>${end}</span>`).join('')}</div>`;
  return [
    figure(over(dataUri(heat(one.gradCam, hottest))) + scale(warm, 'nothing', 'most'), {
      name: 'Grad-CAM',
      text: `The places of ${escaped(layer)} whose maps raise the class’s score.`,
      source: 'Selvaraju et al. 2017',
    }),
    figure(
      over(dataUri(heat(one.occlusion, change))) +
        scale(both, `+${points} points`, '0', `−${points}`),
      {
        name: 'Occlusion',
        text: `How the class’s probability falls (warm) or rises (blue) when a grey square of ${square} x ${square} pixels covers the place.`,
        source: 'Zeiler and Fergus 2014',
      },
    ),
    figure(alone(dataUri(brightness(one.saliency))) + scale(greys, 'nothing', 'most'), {
      name: 'Saliency',
      text: 'How much the class’s score changes with each pixel: the size of its gradient.',
      source: 'Simonyan et al. 2014',
    }),
    figure(alone(dataUri(brightness(one.smoothGrad))) + scale(greys, 'nothing', 'most'), {
      name: 'SmoothGrad',
      text: 'The same gradient, averaged over copies of the picture with noise added.',
      source: 'Smilkov et al. 2017',
    }),
  ].join('');
}

const greys = 'linear-gradient(90deg, #000, #fff)';

interface Caption {
  readonly name: string;
  readonly text: string;
  readonly source: string;
}

const figure = (content: string, { name, text, source }: Caption): string =>
  `<figure>${content}<figcaption><b>${name}</b>${text} <cite>${source}</cite></figcaption></figure>`;

function filterSheet({ filters }: Insight): Sheet | null {
  if (!filters) return null;
  const [count, channels, height, width] = filters.shape;
  const size = channels * height * width;
  const pictures = Array.from({ length: count }, (_, i) => {
    const weights = Array.from({ length: size }, (_, k) => filters.values[i * size + k]);
    return filterPicture(weights, { channels, height, width });
  });
  return sheetOf(pictures);
}

function filterSection({ filters }: Insight, sheet: Sheet): string {
  const [count, channels, height, width] = filters!.shape;
  const cells = Array.from({ length: count }, (_, i) => cell(sheet, i, `filter ${i}`));
  return `<section>
<h2>What the first layer looks for</h2>
<p class="lead">Its ${count} filters of ${width} x ${height} pixels${channels === 3 ? ' in colour' : ''} (${escaped(filters!.path)}): grey is zero; each is scaled to its largest weight.</p>
<div class="sheet filters sharp" style="--columns:${count > 24 ? 16 : 10}">${cells.join('')}</div>
</section>`;
}

function mapSection(sheets: readonly LayerSheet[], width: number): string {
  if (sheets.length === 0) return '';
  const options = sheets.map(
    ({ path, count, width: w, height: h }, i) =>
      `<option value="${i}">${escaped(path)}: ${count} maps of ${w} x ${h}</option>`,
  );
  const panels = sheets.map((layer, i) => {
    const { sheet, shown, count, largestSide } = layer;
    const cells = shown.map(({ index, title }, place) => cell(sheet, place, title, index));
    const columns = shown.length <= 8 ? 6 : largestSide > 40 ? 8 : 12;
    const sharp = sheet.width <= 64 ? ' sharp' : '';
    const which =
      shown.length < count
        ? `The strongest ${shown.length} of ${count} maps`
        : `All ${count} maps, the strongest first`;
    return `<div data-layer="${i}"${i === 0 ? '' : ' hidden'}><p class="soft">${which}${layer.layer === 'Sequential' ? '' : ` (${escaped(layer.layer)})`}.</p><div class="sheet l${i}${sharp}" style="--columns:${columns}">${cells.join('')}</div></div>`;
  });
  return `<section>
<h2>What the layers make of it</h2>
<p class="lead">Feature maps: bright where a layer’s filter finds what it looks for. Each map is stretched from its smallest value to its largest; choose one to see it larger.</p>
<select id="layer" aria-label="Layer">${options.join('')}</select>
<div class="maps"><div class="big"><div class="shot${sharpness(width)}"><div class="photo"></div><i id="big"></i></div><figcaption id="bigname">The picture</figcaption></div>
<div>${panels.join('\n')}</div></div>
</section>`;
}

const background = ({ uri, columns, rows }: Sheet): string =>
  `{ background-image: url(${uri}); background-size: ${100 * columns}% ${100 * rows}%; }`;

/** One picture of a sheet. */
function cell({ columns, rows, width, height }: Sheet, i: number, title: string, map = i): string {
  const x = columns > 1 ? (100 * (i % columns)) / (columns - 1) : 0;
  const y = rows > 1 ? (100 * Math.floor(i / columns)) / (rows - 1) : 0;
  return `<i style="aspect-ratio:${width}/${height};background-position:${round(x)}% ${round(y)}%" title="${escaped(title)}" data-map="${map}"></i>`;
}

const round = (value: number): string => String(Math.round(value * 1000) / 1000);

/** Few pixels are shown as squares. */
const sharpness = (width: number): string => (width <= 64 ? ' sharp' : '');

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

const percent = (share: number): string =>
  share > 0 && share < 0.001 ? '&lt;0.1 %' : `${(100 * share).toFixed(1)} %`;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
