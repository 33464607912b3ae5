/** The filters of the first layer that has some of one or three channels. */

import { dataUri, filterPicture } from '../../inspect/picture-sheet.js';
import { escapeXml } from '../../text/escape-xml.js';
import type { ReportSection } from '../section.js';

const mostFilters = 96;

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
    const side = shown <= 16 ? 96 : 64;
    const filters = Array.from({ length: shown }, (_, i) => {
      const weights = Array.from({ length: size }, (_, k) => Number(data[i * size + k]));
      const uri = dataUri(filterPicture(weights, { channels, height, width }));
      return `<img class="sharp" width="${side}" height="${Math.round((side * height) / width)}" src="${uri}" alt="filter ${i}">`;
    });
    const of = shown < count ? ` of ${count}` : '';
    const colors =
      channels === 1
        ? 'light where it wants a bright pixel, dark where a dark one'
        : 'in the colours that it answers to';
    return `<p class="lead">${shown}${of} filters of ${width} x ${height} pixels (<code>${escapeXml(name)}</code>), ${colors}; grey is zero.</p><div class="filters">${filters.join('')}</div>`;
  },
  style:
    '.filters { display: flex; flex-wrap: wrap; gap: 8px; } .filters img { border-radius: 6px; }',
};
