/** Colour for terminal text, and the layout of cells by their width on the screen. */

import { styleText } from 'node:util';

/** The styles that drawings use; `undefined` leaves the text plain. */
export type Paint = 'green' | 'red' | 'yellow' | 'cyan' | 'bold' | 'dim' | undefined;

/** `text` with the styles of `paints` when `color` is on, as it is when not. */
export function paint(text: string, paints: readonly Paint[] | Paint, color: boolean): string {
  const formats = [paints].flat().filter((format) => format !== undefined);
  if (!color || formats.length === 0) return text;
  // NOTE: newer Nodes drop styles when stdout is no terminal; the caller has decided that already.
  return styleText(formats, text, { validateStream: false });
}

/** `text` cut to `width` characters, with an ellipsis when something is lost. */
export function fit(text: string, width: number): string {
  const characters = [...text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')];
  if (characters.length <= width) return characters.join('');
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** `text` cut and filled up with spaces to exactly `width` characters. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const cut = fit(text, width);
  const space = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return side === 'left' ? space + cut : cut + space;
}

/** Characters of a text without styles, a surrogate pair counted once. */
export function widthOf(text: string): number {
  return [...text].length;
}

/** A share of 1 as percent with one digit, never rounded up to `100.0 %` or down to `0.0 %`. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const value = share * 100;
  if (value < 100 && value >= 99.95) return '99.9 %';
  if (value > 0 && value < 0.05) return '<0.1 %';
  return `${value.toFixed(1)} %`;
}
