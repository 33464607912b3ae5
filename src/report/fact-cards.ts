/** Figures side by side, each with its name. */

import { escapeXml } from '../text/escape-xml.js';
import type { Fact } from './run-facts.js';

/** HTML of all of them; its rules are those of all pages. */
export function factCards(facts: readonly Fact[]): string {
  const cards = facts.map(({ name, value, note }) => {
    const small = note ? `<small>${escapeXml(note)}</small>` : '';
    return `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}${small}</dd></div>`;
  });
  return `<dl class="facts">${cards.join('')}</dl>`;
}

export const factStyle = `
.facts { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0 22px; }
.facts > div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 16px; min-width: 130px; max-width: 260px; }
.facts dt { font-size: 13px; color: var(--soft); } .facts dd { margin: 2px 0 0; font-size: 20px; font-weight: 620; overflow-wrap: anywhere; }
.facts small { display: block; font-size: 12px; font-weight: 400; color: var(--soft); }
`;
