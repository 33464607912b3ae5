/** The pictures of a plane of codes. */

import { manifoldPlane, manifoldSheet, principalPlane } from '../../latent/generation/index.js';
import { latentContent } from '../latent-content.js';
import type { ReportSection } from '../section.js';
import { sheetFigure, sheetStyle } from '../sheet-figure.js';

/** Of all pictures together, so that the page stays small. */
const mostPixels = 320_000;
const mostAcross = 20;

export const latentManifoldSection: ReportSection = {
  title: 'The manifold',
  async render(content) {
    const latent = await latentContent(content);
    if (!latent?.space || latent.run.latent < 2) return null;
    const { run, space, own } = latent;
    const [, height, width] = run.shape;
    const count = Math.max(
      6,
      Math.min(mostAcross, Math.floor(Math.sqrt(mostPixels / (height * width)))),
    );
    const isWhole = run.latent === 2 || !own;
    const plane = isWhole
      ? manifoldPlane(space, run.latent === 2 ? [0, 1] : undefined)
      : await principalPlane(own.codes, run.latent);
    const sheet = manifoldSheet(run, space, { count, plane });
    const words = isWhole
      ? 'the plane of two dimensions'
      : 'the plane of the first two principal components of the codes';
    const told = run.numClasses === null ? '' : `, told that all are ${run.config.data.classes[0]}`;
    return (
      `<p class="lead">What the decoder makes of ${count} x ${count} codes on ${words}${told}. They lie at quantiles of a ` +
      'Gaussian, so that there are as many of them as codes of pictures: closer in the middle.</p>' +
      (await sheetFigure(
        { ...sheet, scale: Math.max(1, Math.round(48 / width)) },
        'pictures of a plane of codes',
      ))
    );
  },
  style: sheetStyle,
};
