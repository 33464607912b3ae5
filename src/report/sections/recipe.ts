/** All settings of a run, as its config.json has them. */

import { escapeXml } from '../../text/escape-xml.js';
import type { ReportSection } from '../section.js';

export const recipeSection: ReportSection = {
  title: 'The recipe',
  render({ run: { config, folder } }) {
    const { data, model, training } = config;
    const all: [string, unknown][] = [
      ['folder', folder],
      ['model', model.name],
      ...Object.entries(model.options),
      ['data', data.name],
      ['picture', data.shape.join(' x ')],
      ['classes', data.classes.length],
      ...Object.entries(training),
    ];
    const rows = all
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => {
        const words = typeof value === 'object' ? JSON.stringify(value) : String(value);
        return `<tr><th>${escapeXml(name)}</th><td>${escapeXml(words)}</td></tr>`;
      });
    return `<table class="recipe">${rows.join('')}</table>`;
  },
};
