/** The pictures that a classifier named wrongly and was surest of. */

import { escapeXml } from '../../text/escape-xml.js';
import type { ReportSection } from '../section.js';

export const mistakesSection: ReportSection = {
  title: 'Its most confident mistakes',
  render({ run: { evaluation }, pictures }) {
    if (!evaluation) return null;
    const { classes, mistakes } = evaluation;
    const figures = mistakes.flatMap(({ picture, label, predicted, probability }) => {
      const uri = pictures.get(picture);
      if (uri === undefined) return [];
      const words = `${classes[label]}, taken for ${classes[predicted]}`;
      return [
        `<figure><img class="sharp" src="${uri}" alt="${escapeXml(words)}"><figcaption>${escapeXml(words)}, ${(100 * probability).toFixed(1)} %</figcaption></figure>`,
      ];
    });
    return figures.length === 0 ? null : `<div class="pictures">${figures.join('')}</div>`;
  },
};
