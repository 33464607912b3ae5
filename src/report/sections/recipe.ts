/** All settings of a run, as its config.json has them. */

import { escapeXml } from '../../text/escape-xml.js';
import { inWords } from '../measure.js';
import { settingsOf } from '../run-facts.js';
import type { ReportSection } from '../section.js';

export const recipeSection: ReportSection = {
  title: 'The recipe',
  render({ run }) {
    const { data, model } = run.config;
    const all: [string, unknown][] = [
      ['model', model.name],
      ...Object.entries(model.options),
      ['data', data.name],
      ['picture', data.shape.join(' x ')],
      ['classes', data.classes.length],
      ...Object.entries(settingsOf(run)),
      ['folder', run.folder],
    ];
    const rows = all
      .filter(([, value]) => value !== null && value !== undefined)
      .map(
        ([name, value]) =>
          `<tr><th>${escapeXml(inWords(name))}</th><td>${escapeXml(wordsOf(value))}</td></tr>`,
      );
    return `<table class="recipe"><tbody>${rows.join('')}</tbody></table>`;
  },
  style:
    '.recipe { columns: 2 360px; display: block; } .recipe tr { break-inside: avoid; } .recipe td { overflow-wrap: anywhere; }',
};

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(wordsOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
