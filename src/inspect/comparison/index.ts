/** Networks beside each other. */

export { type ComparedNetwork, type ComparisonOptions, comparisonChart } from './chart.js';
export { type ComparisonPage, comparisonPage } from './page.js';
export type { ScaleKind } from './scale.js';
export { type SettingsChartOptions, settingsChart, type TriedSettings } from './settings-chart.js';
export type { Theme } from './theme.js';
