/** What charts are drawn with: words and lines, as elements of SVG. */

import { escapeXml } from '../../text/escape-xml.js';

/** Hundredths are finer than any screen. */
export const n = (value: number): string => String(Math.round(value * 100) / 100);

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly look: string;
  readonly anchor?: string;
}

/** Nothing where there are no words. */
export function text(words: string, { x, y, size, look, anchor }: TextPlace): string {
  if (words === '') return '';
  const align = anchor ? ` text-anchor="${anchor}"` : '';
  return `<text class="${look}" x="${n(x)}" y="${n(y)}" font-size="${size}"${align}>${escapeXml(words)}</text>`;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const line = (from: Point, to: Point, look: string): string =>
  `<line class="${look}" x1="${n(from.x)}" y1="${n(from.y)}" x2="${n(to.x)}" y2="${n(to.y)}"/>`;
