/** What a run took: time, memory, threads, and how fast it went. */

import { factCards } from '../fact-cards.js';
import { chartScript, chartStyle, measureCharts } from '../measure-charts.js';
import { systemFacts } from '../run-facts.js';
import type { ReportSection } from '../section.js';

export const systemSection: ReportSection = {
  title: 'What it took',
  render({ run }) {
    return factCards(systemFacts(run)) + (measureCharts([run], ['system']) ?? '');
  },
  style: chartStyle,
  script: chartScript,
};
