/** Every measure of a run over its steps. */

import { chartScript, chartStyle, measureCharts } from '../measure-charts.js';
import type { ReportSection } from '../section.js';

export const curvesSection: ReportSection = {
  title: 'How it went',
  render: ({ run }) => measureCharts([run]),
  style: chartStyle,
  script: chartScript,
};
