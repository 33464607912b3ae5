/** Every result and setting of a run over its steps. */

import { chartLegend, chartScript, chartStyle, measureCharts } from '../measure-charts.js';
import type { ReportSection } from '../section.js';

export const curvesSection: ReportSection = {
  title: 'How it went',
  render({ run }) {
    const charts = measureCharts([run], ['result', 'setting']);
    return charts === null ? null : chartLegend + charts;
  },
  style: chartStyle,
  script: chartScript,
};
