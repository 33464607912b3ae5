/** Which classes a classifier took for which. */

import { escapeXml } from '../../text/escape-xml.js';
import type { ReportSection } from '../section.js';

/** More classes than these make a table that nobody reads. */
const mostClasses = 40;

export const confusionSection: ReportSection = {
  title: 'What was taken for what',
  render({ run: { evaluation } }) {
    if (!evaluation || evaluation.classes.length > mostClasses) return null;
    const { classes, confusion } = evaluation;
    const header = classes.map((name) => `<th>${escapeXml(name)}</th>`).join('');
    const rows = confusion.map((row, i) => {
      const total = row.reduce((sum, count) => sum + count, 0) || 1;
      const cells = row.map((count, k) => {
        // Few mistakes are to be seen beside many right answers.
        const strength =
          count === 0 ? 0 : Math.round(100 * (0.12 + 0.75 * Math.sqrt(count / total)));
        return `<td class="${i === k ? 'right' : 'wrong'}" style="--strength:${strength}%" title="${count} of ${total}">${count || ''}</td>`;
      });
      return `<tr><th>${escapeXml(classes[i])}</th>${cells.join('')}</tr>`;
    });
    return `<p class="lead">A row for each true class, a column for each answer.</p><div class="wide"><table class="confusion"><tr><th></th>${header}</tr>${rows.join('')}</table></div>`;
  },
  style: `
.wide { overflow-x: auto; } .confusion td { text-align: center; min-width: 44px; border: 1px solid var(--line); font-variant-numeric: tabular-nums; }
.confusion .right { background: color-mix(in srgb, #009e73 var(--strength), transparent); }
.confusion .wrong { background: color-mix(in srgb, #d55e00 var(--strength), transparent); }
`,
};
