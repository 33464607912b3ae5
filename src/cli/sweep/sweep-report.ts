/** What a sweep shows at its end: a table of its trials, the best settings, and a page with a chart. */

import { comparisonPage, settingsChart } from '../../inspect/index.js';
import { formatTable } from '../../text/table.js';
import { bestOf } from './hopeless.js';
import type { Settings } from './space.js';
import type { Sweep, Trial } from './sweep-file.js';

/** Settings, and the mean of what they reached with all seeds. */
export interface BestSettings {
  readonly settings: Settings;
  readonly value: number;
  /** Trials that were trained to their end with them. */
  readonly seeds: number;
}

/** The best settings of those that were trained to the end; null when there are none. */
export function bestSettings({ trials, mode }: Sweep): BestSettings | null {
  const groups = new Map<string, { settings: Settings; values: number[]; count: number }>();
  for (const trial of trials) {
    const settings = withoutSeed(trial.settings);
    const key = JSON.stringify(settings);
    const group = groups.get(key) ?? { settings, values: [], count: 0 };
    groups.set(key, group);
    group.count++;
    const value = bestOf(trial.course, { mode });
    if (trial.state === 'finished' && value !== null) group.values.push(value);
  }
  // One lucky seed of some is no reason to choose settings.
  const whole = [...groups.values()].filter(({ values, count }) => values.length === count);
  const found = whole.map(({ settings, values }) => ({
    settings,
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    seeds: values.length,
  }));
  const sign = mode === 'max' ? 1 : -1;
  return found.reduce<BestSettings | null>(
    (best, each) => (best === null || sign * (each.value - best.value) > 0 ? each : best),
    null,
  );
}

const withoutSeed = ({ seed: _, ...settings }: Settings): Settings => settings;

/** `lr 1e-3, optimizer sgd` */
export const describeSettings = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || 'the usual settings';

/** `0.98310`; five digits tell trials apart. */
export const formatValue = (value: number | null): string =>
  value === null ? '–' : value.toPrecision(5);

/** The header and a row for each trial, the best ones first, those without a value last. */
export function tableOf({ trials, metric, mode }: Sweep): {
  header: string[];
  rows: string[][];
} {
  const names = Object.keys(trials[0].settings);
  const sign = mode === 'max' ? -1 : 1;
  const rank = (trial: Trial): number => {
    const value = bestOf(trial.course, { mode });
    return value === null ? Number.POSITIVE_INFINITY : sign * value;
  };
  const ordered = [...trials].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x === y ? 0 : x - y;
  });
  const rows = ordered.map((trial) => [
    trial.name,
    ...names.map((name) => trial.settings[name]),
    formatValue(bestOf(trial.course, { mode })),
    `${trial.course.length}`,
    trial.state,
    `${trial.seconds.toFixed(1)} s`,
  ]);
  return { header: ['trial', ...names, metric, 'epochs', 'state', 'time'], rows };
}

/** The table, the best settings and what went wrong, as text. */
export function drawSweep(sweep: Sweep): string {
  const { header, rows } = tableOf(sweep);
  const best = bestSettings(sweep);
  const problems = sweep.trials.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name} failed: ${problem}`],
  );
  return [...formatTable(header, rows), '', ...problems, best ? describeBest(sweep, best) : '']
    .join('\n')
    .trimEnd();
}

const describeBest = (
  { metric, model, fixed }: Sweep,
  { settings, value, seeds }: BestSettings,
): string => {
  const flags = Object.entries({ ...fixed, ...settings }).map(
    ([name, chosen]) => ` --${name} ${chosen}`,
  );
  const mean = seeds > 1 ? `, the mean of ${seeds} seeds` : '';
  return `best: fovea train ${model}${flags.join('')} (${metric} ${formatValue(value)}${mean})`;
};

/** The page: the chart and the table. Null when no trial has told its metric. */
export function sweepPage(sweep: Sweep): string | null {
  const { model, metric, mode, fixed, trials } = sweep;
  const best = bestSettings(sweep);
  const shown = trials.flatMap((trial) => {
    const value = bestOf(trial.course, { mode });
    if (value === null) return [];
    const settings = withoutSeed(trial.settings);
    const isBest = JSON.stringify(settings) === JSON.stringify(best?.settings);
    return {
      name: trial.name,
      settings: Object.keys(settings).length > 0 ? settings : trial.settings,
      value,
      isWhole: trial.state === 'finished',
      isBest,
    };
  });
  if (shown.length === 0) return null;
  const title = `Settings of ${model}`;
  const told = fixed.data === undefined ? '' : ` on ${fixed.data}`;
  return comparisonPage({
    ...{ title, ...tableOf(sweep) },
    chart: settingsChart(shown, { title: `${title}${told}`, metric: `best ${metric}` }),
    note: best ? describeBest(sweep, best) : 'no settings were trained to the end',
  });
}
