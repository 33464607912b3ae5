/** Pictures on the way from one to another. */

import type { ImagePixels } from '../../formats/index.js';
import { interpolatePictures } from '../../latent/generation/index.js';
import { imagesOf } from '../../latent/index.js';
import { latentContent, type OwnPictures } from '../latent-content.js';
import type { ReportSection } from '../section.js';
import { sheetFigure, sheetStyle } from '../sheet-figure.js';

const pairs = 3;
const steps = 10;

export const latentInterpolationsSection: ReportSection = {
  title: 'From one picture to another',
  async render(content) {
    const latent = await latentContent(content);
    if (!latent?.own) return null;
    const { run, own } = latent;
    const rows: ImagePixels[][] = [];
    const rowLabels: string[] = [];
    for (const [from, to] of differentPairs(own, run.numClasses !== null)) {
      const ends = [own.picture(from), own.picture(to)] as const;
      const [first, last] = ends.map((picture) => imagesOf(picture, run.shape)[0]);
      for (const spherical of [false, true]) {
        const label = own.labels?.[from];
        rows.push([first, ...interpolatePictures(run, ends, { steps, spherical, label }), last]);
        rowLabels.push(spherical ? 'on the sphere' : 'straight');
      }
    }
    const framed = (_: number, column: number) => column === 0 || column === steps + 1;
    return (
      `<p class="lead">In frames, pictures that it did not learn from; between them, ${steps} codes on the way from one ` +
      'code to the other, decoded: straight, and along the sphere on which codes of a Gaussian lie.</p>' +
      (await sheetFigure({ rows, rowLabels, framed }, 'interpolations between pictures'))
    );
  },
  style: sheetStyle,
};

/** Pictures of different classes; of one class where the network is told of it. */
function differentPairs({ count, labels }: OwnPictures, isTold: boolean): [number, number][] {
  const found: [number, number][] = [];
  for (let from = 0; from < count && found.length < pairs; from += 3) {
    for (let to = from + 1; to < count; to++) {
      if (found.some((pair) => pair.includes(to))) continue;
      if (labels && (labels[from] === labels[to]) !== isTold) continue;
      found.push([from, to]);
      break;
    }
  }
  return found;
}
