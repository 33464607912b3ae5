/** A page of its own: headline, sections, and the rules and scripts that these need. */

import { pageStyle } from '../inspect/page-style.js';
import { escapeXml } from '../text/escape-xml.js';
import { factStyle } from './fact-cards.js';

/** A section that is written already. */
export interface WrittenSection {
  readonly title: string;
  readonly html: string;
  readonly style?: string;
  readonly script?: string;
}

export interface HtmlPage {
  readonly title: string;
  /** HTML between the headline and the first section. */
  readonly lead: string;
  readonly sections: readonly WrittenSection[];
  /** A sentence at the end. */
  readonly footer?: string;
}

/** The text of a file that shows by itself, on light screens and dark ones. */
export function htmlPage({ title, lead, sections, footer }: HtmlPage): string {
  const style = once(sections.map((section) => section.style));
  const script = once(sections.map((section) => section.script));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeXml(title)}</title>
<style>${pageStyle}${factStyle}${reportStyle}${style.join('')}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
${lead}
${sections.map(({ title: headline, html }) => `<section><h2>${escapeXml(headline)}</h2>${html}</section>`).join('\n')}
${footer ? `<footer>${escapeXml(footer)}</footer>` : ''}
</main>
${script.map((text) => `<script>{${text}}</script>`).join('\n')}
</body>
</html>
`;
}

/** Each text once, in the order of their first places. */
const once = (texts: readonly (string | undefined)[]): string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];

const reportStyle = `
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 14px; }
.problem { border-left: 4px solid var(--accent); padding-left: 12px; }
table { border-collapse: collapse; font-size: 14px; } th, td { padding: 4px 12px; border-bottom: 1px solid var(--line); text-align: left; } .wide { overflow-x: auto; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 18px; }
.pictures img { width: 100%; border-radius: 8px; }
`;
