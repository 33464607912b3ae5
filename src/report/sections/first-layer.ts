/** The filters of the first layer that has some of one or three channels. */

import { filterPicture, sheetOf } from '../../inspect/picture-sheet.js';
import { escapeXml } from '../../text/escape-xml.js';
import type { ReportSection } from '../section.js';

const mostFilters = 128;

export const firstLayerSection: ReportSection = {
  title: 'What the first layer looks for',
  render({ network }) {
    const found = Object.entries(network?.stateDict ?? {}).find(
      ([name, { shape }]) => name.endsWith('weight') && shape.length === 4,
    );
    if (!found) return null;
    const [name, { shape, data }] = found;
    const [count, channels, height, width] = shape;
    if ((channels !== 1 && channels !== 3) || height * width < 4) return null;
    const size = channels * height * width;
    const shown = Math.min(count, mostFilters);
    const filters = Array.from({ length: shown }, (_, i) => {
      const weights = Array.from({ length: size }, (_, k) => Number(data[i * size + k]));
      return filterPicture(weights, { channels, height, width });
    });
    const sheet = sheetOf(filters);
    return `<p class="lead">${shown} filters of ${width} x ${height} pixels (${escapeXml(name)}): grey is zero.</p><img class="sharp filters" style="width:${sheet.columns * 72}px" src="${sheet.uri}" alt="filters of ${escapeXml(name)}">`;
  },
  style: '.filters { max-width: 100%; border-radius: 8px; }',
};
