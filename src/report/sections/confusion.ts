/** Which classes a classifier took for which. */

import { escapeXml } from '../../text/escape-xml.js';
import type { SavedEvaluation } from '../../train/index.js';
import type { ReportSection } from '../section.js';

/** More classes than these make a table that nobody reads. */
const mostClasses = 40;
const mostPairs = 3;

export const confusionSection: ReportSection = {
  title: 'What was taken for what',
  render({ run: { evaluation } }) {
    if (!evaluation) return null;
    const { classes, confusion } = evaluation;
    const lead = `<p class="lead">${escapeXml(commonest(evaluation))}</p>`;
    if (classes.length > mostClasses) return lead;
    const header = classes.map((name) => `<th scope="col">${escapeXml(name)}</th>`).join('');
    const rows = confusion.map((row, i) => {
      const total = totalOf(row);
      const cells = row.map((count, k) => {
        // Few mistakes are to be seen beside many right answers.
        const share = count / (total || 1);
        const strength = count === 0 ? 0 : Math.round(100 * (0.12 + 0.75 * Math.sqrt(share)));
        const words = `${classes[i]} taken for ${classes[k]}: ${count} of ${total}`;
        return `<td class="${i === k ? 'right' : 'wrong'}" style="--strength:${strength}%" title="${escapeXml(words)}">${count || ''}</td>`;
      });
      const right = total === 0 ? '–' : `${((100 * row[i]) / total).toFixed(1)} %`;
      return `<tr><th scope="row">${escapeXml(classes[i])}</th>${cells.join('')}<td class="share">${right}</td></tr>`;
    });
    return [
      lead,
      '<p class="soft">A row for each true class, a column for each answer; behind it the share that was named rightly.</p>',
      `<div class="wide"><table class="confusion"><tr><th></th>${header}<th>right</th></tr>${rows.join('')}</table></div>`,
    ].join('');
  },
  style: `
.confusion td { text-align: center; min-width: 44px; border: 1px solid var(--line); font-variant-numeric: tabular-nums; }
.confusion th[scope=col] { text-align: center; } .confusion .share { border: 0; text-align: right; color: var(--soft); }
.confusion .right { background: color-mix(in srgb, #009e73 var(--strength), transparent); }
.confusion .wrong { background: color-mix(in srgb, #d55e00 var(--strength), transparent); }
`,
};

/** `Most often 4 was taken for 9 (7 times), 9 for 4 (6 times).` */
function commonest({ classes, confusion }: SavedEvaluation): string {
  const pairs = confusion
    .flatMap((row, i) => row.map((count, k) => ({ count, from: classes[i], to: classes[k], i, k })))
    .filter(({ count, i, k }) => i !== k && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostPairs);
  if (pairs.length === 0) return 'Not one picture was named wrongly.';
  const words = pairs.map(({ count, from, to }, i) => {
    const times = count === 1 ? 'once' : `${count} times`;
    return i === 0 ? `${from} was taken for ${to} (${times})` : `${from} for ${to} (${times})`;
  });
  return `Most often ${words.join(', ')}.`;
}

const totalOf = (row: readonly number[]): number => row.reduce((sum, count) => sum + count, 0);
