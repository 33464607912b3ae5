/** The contact sheet of similar pictures: the one that was asked about, and a row of its nearest for each measure. */

import type { ImagePixels } from '../../formats/index.js';
import { dataUri } from '../../inspect/picture-sheet.js';
import { escapeXml } from '../../text/escape-xml.js';

export interface SimilarPicture {
  readonly picture: ImagePixels;
  /** Words beneath it, such as its class; empty for none. */
  readonly name: string;
  readonly distance: number;
}

export interface SimilarSheet {
  /** Empty for neither title nor note. */
  readonly title: string;
  /** A sentence below the title. */
  readonly note: string;
  readonly query: { readonly picture: ImagePixels; readonly name: string };
  /** A row for each measure, with its name. */
  readonly rows: readonly { readonly name: string; readonly found: readonly SimilarPicture[] }[];
}

const margin = 16;
const gap = 10;
const fontSize = 13;
const titleSize = 18;
/** About how wide pictures are drawn. */
const usualWidth = 84;
const lineHeight = 17;

/** The sheet as SVG, its words in `ink` (default: a dark grey; `currentColor` is for pages). */
export function similarSheetSvg(sheet: SimilarSheet, { ink = '#26262b' } = {}): string {
  const { title, note, query, rows } = sheet;
  const scale = Math.max(1, Math.round(usualWidth / query.picture.width));
  const [width, height] = [query.picture.width * scale, query.picture.height * scale];
  const columns = Math.max(...rows.map(({ found }) => found.length));
  const words: string[] = [];
  const write = (text: string, place: Word): void => {
    const { x, y, size = fontSize, weight = 400, anchor = 'start', faint = false } = place;
    const opacity = faint ? ' fill-opacity="0.65"' : '';
    words.push(
      `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${ink}"${opacity}>${escapeXml(text)}</text>`,
    );
  };
  const draw = (picture: ImagePixels, { x, y, times }: { x: number; y: number; times: number }) => {
    const size = `width="${width * times}" height="${height * times}"`;
    words.push(
      `<image x="${x}" y="${y}" ${size} image-rendering="optimizeSpeed" style="image-rendering:pixelated" href="${dataUri(picture)}"/>`,
      `<rect x="${x}" y="${y}" ${size} fill="none" stroke="${ink}" stroke-opacity="0.25"/>`,
    );
  };
  // A page has its own.
  const hasTitle = title !== '';
  if (hasTitle) {
    write(title, { x: margin, y: margin + titleSize, size: titleSize, weight: 700 });
    write(note, { x: margin, y: margin + titleSize + 22, faint: true });
  }
  const top = margin + (hasTitle ? titleSize + 44 : 0);
  const heading = lineHeight + 4;
  draw(query.picture, { x: margin, y: top + heading, times: 2 });
  write('as the network sees it', { x: margin, y: top + fontSize, weight: 700 });
  write(shortened(query.name, 2 * width), {
    ...{ x: margin + width, anchor: 'middle' },
    y: top + heading + 2 * height + lineHeight,
  });
  const first = margin + Math.max(2 * width, 180) + 3 * gap;
  const rowHeight = heading + height + 2 * lineHeight + gap;
  rows.forEach(({ name, found }, r) => {
    const y = top + r * rowHeight;
    write(name, { x: first, y: y + fontSize, weight: 700 });
    found.forEach((one, c) => {
      const x = first + c * (width + gap);
      draw(one.picture, { x, y: y + heading, times: 1 });
      const beneath = { x: x + width / 2, anchor: 'middle' } as const;
      write(shortened(one.name, width), { ...beneath, y: y + heading + height + lineHeight });
      const number = one.distance.toPrecision(3);
      write(number, { ...beneath, y: y + heading + height + 2 * lineHeight, faint: true });
    });
  });
  const w = Math.max(first + columns * (width + gap) - gap + margin, 480);
  const h = top + Math.max(rows.length * rowHeight, heading + 2 * height + 2 * lineHeight) + gap;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="Lato, system-ui, sans-serif">`,
    ...words,
    '</svg>',
  ].join('');
}

interface Word {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly weight?: 400 | 700;
  readonly anchor?: 'start' | 'middle';
  readonly faint?: boolean;
}

/** What fits in `width`, with dots for the rest. */
function shortened(text: string, width: number): string {
  const most = Math.max(4, Math.floor(width / (fontSize * 0.54)));
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}
