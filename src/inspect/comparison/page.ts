/** The page of a comparison: the chart and the numbers in it, in one file, for light and dark screens. */

import { escapeXml } from '../../text/escape-xml.js';

export interface ComparisonPage {
  readonly title: string;
  /** The chart, as `comparisonChart` draws it. */
  readonly chart: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** A sentence below the table, such as where the numbers are from. */
  readonly note?: string;
}

/**
 * The text of an HTML file.
 *
 *     const html = comparisonPage({ title, chart: comparisonChart(networks), header, rows });
 */
export function comparisonPage({ title, chart, header, rows, note }: ComparisonPage): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string =>
    row.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 960px; padding: 16px; background: #fff; color: #1f2328; font: 15px/1.5 system-ui, "Helvetica Neue", Arial, sans-serif; }
svg { width: 100%; height: auto; }
.network:hover .area { fill-opacity: .8; }
.numbers { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid #e3e6ea; white-space: nowrap; }
:is(th, td):nth-child(-n + 2) { text-align: left; }
p { color: #59636e; }
@media (prefers-color-scheme: dark) {
  body { background: #0d1117; color: #e6edf3; }
  th, td { border-color: #262c34; }
  p { color: #9aa4af; }
}
</style>
</head>
<body>
<main>
${chart}
<div class="numbers"><table>
<thead><tr>${cells('th', header)}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')}
</tbody>
</table></div>
${note ? `<p>${escapeXml(note)}</p>\n` : ''}</main>
</body>
</html>
`;
}
