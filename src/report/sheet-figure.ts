/** Contact sheets in pages: in the page's own colours, and as wide as it is at the most. */

import { encodeWebp, type ImagePixels } from '../formats/index.js';
import { dataUri } from '../inspect/picture-sheet.js';
import { type ContactSheet, contactSheetSvg, sheetPictures } from '../latent/index.js';

/** HTML with the sheet. */
export async function sheetFigure(given: ContactSheet, words: string): Promise<string> {
  const sheet = { scale: scaleFor(given), ...given };
  const uri = await smallUri(sheetPictures(sheet));
  const svg = contactSheetSvg(sheet, { ink: 'currentColor', frame: 'var(--accent)', uri });
  return `<figure class="contact" role="img" aria-label="${words}">${svg}</figure>`;
}

export const sheetStyle =
  '.contact { overflow-x: auto; } .contact svg { max-width: 100%; height: auto; display: block; }';

/** Beyond this, what a decoder makes is told from its like by nobody. */
const quality = 88;

/** A picture as an address of few letters: exact in grey, where that is small, else nearly. */
export async function smallUri(image: ImagePixels): Promise<string> {
  if (image.channels < 3) return dataUri(image);
  const bytes = await encodeWebp(image, { quality });
  return `data:image/webp;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}

/** Pictures on pages, about, so that they are seen from the last row. */
const usualWidth = 84;

function scaleFor({ rows }: ContactSheet): number {
  const width = rows.flat().find((picture) => picture !== null)?.width ?? usualWidth;
  return Math.max(1, Math.round(usualWidth / width));
}
