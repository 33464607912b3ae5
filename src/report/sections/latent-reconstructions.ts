/** What comes back of pictures that an autoencoder did not learn from. */

import { imagesOf } from '../../latent/index.js';
import { escapeXml } from '../../text/escape-xml.js';
import { formatNumber } from '../../text/table.js';
import { openedContent, pictureStack, spreadPlaces } from '../latent-content.js';
import type { ReportSection } from '../section.js';
import { sheetFigure, sheetStyle } from '../sheet-figure.js';

const columns = 14;

export const latentReconstructionsSection: ReportSection = {
  title: 'What comes back',
  async render(content) {
    const latent = await openedContent(content);
    if (!latent) return null;
    const { run, own, missing } = latent;
    if (!own) return `<p class="problem">${escapeXml(missing ?? '')}</p>`;
    const places = spreadPlaces(own.count, columns);
    const stack = pictureStack(places.map(own.picture));
    const codes = run.encode(stack, own.told(places));
    const decoded = run.decode(codes, own.told(places));
    const all = run.decode(own.codes, own.told([...(own.labels?.keys() ?? [])]));
    let sum = 0;
    for (let i = 0; i < all.length; i++) sum += (all[i] - own.pictures[i]) ** 2;
    const error = sum / all.length;
    const size = run.shape.reduce((product, extent) => product * extent, 1);
    const sheet = {
      rows: [imagesOf(stack, run.shape), imagesOf(decoded, run.shape)],
      rowLabels: ['picture', 'decoded'],
    };
    return (
      `<p class="lead">Pictures that it did not learn from, and what the decoder makes of their codes: ` +
      `${run.latent} numbers instead of ${size.toLocaleString('en')}. Over ${own.count.toLocaleString('en')} of them ` +
      `the mean squared error of a pixel (0 to 1) is ${formatNumber(error)}, a PSNR of ${(-10 * Math.log10(error)).toFixed(1)} dB.</p>` +
      (await sheetFigure(sheet, 'pictures and their reconstructions'))
    );
  },
  style: sheetStyle,
};
