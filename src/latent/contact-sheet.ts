/** Contact sheets: pictures of one size in rows and columns with words around them, as SVG and PNG. */

import type { ImagePixels } from '../formats/index.js';
import { ValueError } from '../graph/errors.js';
import { dataUri } from '../inspect/picture-sheet.js';
import { svgToPng } from '../inspect/svg-to-png.js';
import { escapeXml } from '../text/escape-xml.js';
import type { LatentRun } from './open-latent-run.js';

export interface ContactSheet {
  /** Rows of pictures, all of one size and grey or RGB; null leaves a place empty. */
  readonly rows: readonly (readonly (ImagePixels | null)[])[];
  readonly title?: string;
  /** A sentence below the title. */
  readonly note?: string;
  /** Words above columns; empty ones take no room. */
  readonly columnLabels?: readonly string[];
  /** Words in front of rows. */
  readonly rowLabels?: readonly string[];
  /** How large a pixel of a picture is drawn. Default: so that a picture is about 64 wide. */
  readonly scale?: number;
  /** Room between pictures, in their pixels. Default: 4 when it is drawn. */
  readonly gap?: number;
  /** Whether the picture in a place has a frame, such as the one that the others were made from. */
  readonly framed?: (row: number, column: number) => boolean;
}

export interface SheetLook {
  /** Colour of words. Default: a dark grey. `currentColor` is for pages. */
  readonly ink?: string;
  /** Colour of frames. Default: orange. */
  readonly frame?: string;
  /** The address of `sheetPictures(sheet)`. Default: they are put in as PNG. */
  readonly uri?: string;
}

const fontSize = 13;
const titleSize = 17;
const margin = 12;
/** Of an average letter, beside its size. */
const LETTER_WIDTH = 0.54;
const usualWidth = 64;

/**
 * The sheet as an SVG picture, the pictures in it as one PNG.
 *
 * Throws ValueError when there are no pictures, or pictures of different sizes.
 */
export function contactSheetSvg(sheet: ContactSheet, look: SheetLook = {}): string {
  const { ink = '#26262b', frame = '#e8590c' } = look;
  const { rows, title = '', note = '', framed = () => false } = sheet;
  const { cell, scale, between } = sizesOf(sheet);
  const [width, height, gap] = [cell.width, cell.height, between].map((size) => size * scale);
  const columns = Math.max(...rows.map((row) => row.length));
  const rowLabels = sheet.rowLabels ?? [];
  const columnLabels = sheet.columnLabels ?? [];
  const longest = Math.max(0, ...rowLabels.map((label) => label.length));
  const left = margin + (longest > 0 ? Math.ceil(longest * fontSize * LETTER_WIDTH) + 10 : 0);
  let top = margin;
  const words: string[] = [];
  const write = (text: string, place: Word): void => {
    const { x, y, size = fontSize, anchor = 'start', weight = 400 } = place;
    words.push(
      `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${ink}">${escapeXml(text)}</text>`,
    );
  };
  if (title !== '') {
    write(title, { x: margin, y: top + titleSize, size: titleSize, weight: 700 });
    top += titleSize + 12;
  }
  const gridWidth = columns * (width + gap) - gap;
  const fullWidth = Math.max(left + gridWidth + margin, note === '' ? 0 : 420);
  for (const line of wrapped(note, fullWidth - 2 * margin)) {
    write(line, { x: margin, y: top + fontSize });
    top += fontSize + 5;
  }
  if (note !== '') top += 6;
  if (columnLabels.some((label) => label !== '')) {
    columnLabels.forEach((label, i) => {
      const x = left + i * (width + gap) + width / 2;
      if (label !== '') write(label, { x, y: top + fontSize, anchor: 'middle' });
    });
    top += fontSize + 8;
  }
  rowLabels.forEach((label, i) => {
    const y = top + i * (height + gap) + height / 2 + fontSize * 0.35;
    if (label !== '') write(label, { x: left - 10, y, anchor: 'end' });
  });
  const gridHeight = rows.length * (height + gap) - gap;
  const frames = rows.flatMap((row, y) =>
    row.flatMap((picture, x) => {
      if (picture === null || !framed(y, x)) return [];
      const at = `x="${left + x * (width + gap) - 1.5}" y="${top + y * (height + gap) - 1.5}"`;
      return `<rect ${at} width="${width + 3}" height="${height + 3}" fill="none" stroke="${frame}" stroke-width="3" rx="2"/>`;
    }),
  );
  const { uri = dataUri(sheetPictures(sheet)) } = look;
  const [w, h] = [Math.ceil(fullWidth), top + gridHeight + margin];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="Lato, system-ui, sans-serif">`,
    ...words,
    `<image x="${left}" y="${top}" width="${gridWidth}" height="${gridHeight}" image-rendering="optimizeSpeed" style="image-rendering:pixelated" href="${uri}"/>`,
    ...frames,
    '</svg>',
  ].join('');
}

/** The pictures of a sheet in one, as they lie on it, with transparent gaps. */
export const sheetPictures = (sheet: ContactSheet): ImagePixels =>
  pictureGrid(sheet.rows, sizesOf(sheet).between);

function sizesOf({ rows, scale: given, gap }: ContactSheet) {
  const cell = cellOf(rows);
  const scale = given ?? Math.max(1, Math.round(usualWidth / cell.width));
  return { cell, scale, between: gap ?? Math.max(1, Math.round(4 / scale)) };
}

/** The sheet as a PNG file on white. */
export const contactSheetPng = (sheet: ContactSheet): Promise<Uint8Array> =>
  svgToPng(contactSheetSvg(sheet), { background: 'white' });

/**
 * Pictures of one size side by side with `gap` transparent pixels between them, grey + alpha or RGB + alpha; without
 * gaps and empty places as they are.
 *
 * Throws ValueError when there are no pictures, or pictures of different sizes.
 */
export function pictureGrid(rows: ContactSheet['rows'], gap = 0): ImagePixels {
  const { width, height, channels } = cellOf(rows);
  const columns = Math.max(...rows.map((row) => row.length));
  const isFull = gap === 0 && rows.every((row) => row.length === columns && !row.includes(null));
  const written = isFull ? channels : channels + 1;
  const [fullWidth, fullHeight] = [
    columns * (width + gap) - gap,
    rows.length * (height + gap) - gap,
  ];
  const data = new Uint8Array(fullWidth * fullHeight * written);
  rows.forEach((row, r) => {
    row.forEach((picture, c) => {
      if (picture === null) return;
      for (let i = 0; i < width * height; i++) {
        const y = r * (height + gap) + Math.floor(i / width);
        const to = (y * fullWidth + c * (width + gap) + (i % width)) * written;
        for (let k = 0; k < channels; k++) data[to + k] = picture.data[i * channels + k];
        if (!isFull) data[to + channels] = 255;
      }
    });
  });
  return { width: fullWidth, height: fullHeight, channels: written, data };
}

/** Pictures [N, C, H, W], 0..1, of one or three channels, as bytes. */
export function imagesOf(pictures: Float32Array, shape: LatentRun['shape']): ImagePixels[] {
  const [channels, height, width] = shape;
  const size = height * width;
  return Array.from({ length: pictures.length / (channels * size) }, (_, n) => {
    const data = new Uint8Array(channels * size);
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < size; i++) {
        const value = pictures[(n * channels + c) * size + i];
        data[i * channels + c] = Math.round(255 * Math.min(1, Math.max(0, value)));
      }
    }
    return { width, height, channels, data };
  });
}

/** Pictures in rows of `columns`. */
export const inRows = <Item>(items: readonly Item[], columns: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / columns) }, (_, row) =>
    items.slice(row * columns, (row + 1) * columns),
  );

interface Word {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: 400 | 700;
}

/** The first picture, when all others are like it. */
function cellOf(rows: ContactSheet['rows']): ImagePixels {
  const pictures = rows.flat().filter((picture) => picture !== null);
  const [first] = pictures;
  if (!first) throw new ValueError('a contact sheet needs one picture or more');
  for (const { width, height, channels } of pictures) {
    if (width === first.width && height === first.height && channels === first.channels) continue;
    throw new ValueError(
      `a contact sheet got a picture of [${height}, ${width}, ${channels}] beside one of ` +
        `[${first.height}, ${first.width}, ${first.channels}]; make them of one size`,
    );
  }
  if (first.channels === 1 || first.channels === 3) return first;
  throw new ValueError(
    `a contact sheet got pictures of ${first.channels} channels; expected 1 (grey) or 3 (RGB)`,
  );
}

/** Lines of at most about `width`. */
function wrapped(text: string, width: number): string[] {
  const most = Math.max(20, Math.floor(width / (fontSize * LETTER_WIDTH)));
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else if (word !== '') lines.push(word);
  }
  return lines;
}
