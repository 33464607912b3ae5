/** Writes contact sheets: as PNG or SVG, which the name of the file tells. */

import { extname } from 'node:path';
import { writeFileAtomically } from '../../formats/index.js';
import { type ContactSheet, contactSheetPng, contactSheetSvg } from '../../latent/index.js';
import { UsageError } from '../usage.js';

export const sheetExtensions: readonly string[] = ['.png', '.svg'];

/** Throws UsageError when the name tells no format; before anything is computed. */
export function checkExtension(out: string, extensions: readonly string[] = sheetExtensions): void {
  if (extensions.includes(extname(out).toLowerCase())) return;
  throw new UsageError(
    `--out ${out} must end with one of ${extensions.join(', ')}, which says what it becomes`,
  );
}

export async function writeSheet(out: string, sheet: ContactSheet): Promise<void> {
  const isSvg = extname(out).toLowerCase() === '.svg';
  await writeFileAtomically(out, isSvg ? contactSheetSvg(sheet) : await contactSheetPng(sheet));
}
