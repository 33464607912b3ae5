/** Pictures that nobody drew. */

import { samplePictures, samplesSheet } from '../../latent/generation/index.js';
import { latentContent } from '../latent-content.js';
import type { ReportSection } from '../section.js';
import { sheetFigure, sheetStyle } from '../sheet-figure.js';

export const latentSamplesSection: ReportSection = {
  title: 'Pictures that nobody drew',
  async render(content) {
    const latent = await latentContent(content);
    if (!latent?.space) return null;
    const { run, space } = latent;
    const classes = run.numClasses;
    const count = classes === null ? 48 : 12 * Math.min(classes, 10);
    const samples = samplePictures(run, space, { count });
    const columns = classes === null ? 12 : samples.columns;
    const source = space.isPrior
      ? 'the prior, a standard Gaussian'
      : `a Gaussian that was fitted to the codes of ${space.statistics?.count} pictures, since this network has no prior`;
    return (
      `<p class="lead">Codes drawn at random from ${source}, decoded${classes === null ? '' : ', with a row for each class that the network was told'}.</p>` +
      (await sheetFigure(samplesSheet(run, { ...samples, columns }), 'samples'))
    );
  },
  style: sheetStyle,
};
