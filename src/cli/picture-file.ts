/** Picture files, whose format their name tells. */

import { extname } from 'node:path';
import { writeFileAtomically } from '../formats/index.js';
import { svgToPng } from '../inspect/index.js';
import { UsageError } from './usage.js';

/** A picture in the forms that files take. */
export interface PictureForms {
  readonly svg: () => string;
  /** A page with the picture in it. */
  readonly page: () => string;
}

const extensions = ['.svg', '.html', '.png'];

/** Throws UsageError when the name tells no format; before anything is computed. */
export function checkPicturePath(out: string): void {
  if (extensions.includes(extname(out).toLowerCase())) return;
  throw new UsageError(
    `--out ${out} must end with one of ${extensions.join(', ')}, which says what it becomes`,
  );
}

/** Writes the picture as SVG, as a page, or as PNG on white. */
export async function writePicture(out: string, { svg, page }: PictureForms): Promise<void> {
  const extension = extname(out).toLowerCase();
  const content =
    extension === '.html'
      ? page()
      : extension === '.png'
        ? await svgToPng(svg(), { background: 'white' })
        : svg();
  await writeFileAtomically(out, content);
}
