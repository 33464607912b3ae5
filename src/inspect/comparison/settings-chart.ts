/** The chart of tried settings: what each trial reached, over each of its settings, side by side. */

import { ValueError } from '../../graph/errors.js';
import { escapeXml } from '../../text/escape-xml.js';
import { line, n, text } from './marks.js';
import { type Scale, scaleFor } from './scale.js';
import { styleSheet, type Theme } from './theme.js';

/** One trial: a point in each panel. */
export interface TriedSettings {
  readonly name: string;
  /** By name; the same names in all trials. */
  readonly settings: Readonly<Record<string, string>>;
  /** What it reached. */
  readonly value: number;
  /** Whether it was trained to its end; others are hollow. */
  readonly isWhole: boolean;
  readonly isBest: boolean;
}

export interface SettingsChartOptions {
  readonly title: string;
  /** What the values are. */
  readonly metric: string;
  /** Default: 'auto', which follows the page. */
  readonly theme?: Theme;
}

const panel = { width: 280, height: 270, gap: 30 };
const edge = { left: 82, top: 92, right: 28, bottom: 62 };
const perRow = 3;
const radius = 6;

/**
 * An SVG picture with a panel for each setting that differs: the trials' values over it, numbers of more than a
 * factor of ten on a logarithmic axis, words beside each other. Hovering over a point names its trial.
 *
 * Throws ValueError when there is no trial, or a value is no finite number.
 */
export function settingsChart(
  trials: readonly TriedSettings[],
  { title, metric, theme = 'auto' }: SettingsChartOptions,
): string {
  if (trials.length === 0) throw new ValueError('settingsChart: there is no trial to show');
  const broken = trials.find(({ value }) => !Number.isFinite(value));
  if (broken) {
    throw new ValueError(
      `settingsChart: ${broken.name} reached ${broken.value}; expected a number`,
    );
  }
  const names = namesOf(trials);
  const columns = Math.min(perRow, names.length);
  const rows = Math.ceil(names.length / columns);
  const inner = columns * panel.width + (columns - 1) * panel.gap;
  const width = Math.max(edge.left + inner + edge.right, 560);
  const rowHeight = panel.height + edge.bottom + 18;
  const height = edge.top + rows * rowHeight - 10;
  const panels = names.map((name, i) => {
    const left = edge.left + (i % columns) * (panel.width + panel.gap);
    const top = edge.top + Math.floor(i / columns) * rowHeight;
    return drawPanel(trials, { name, left, top, isFirst: i % columns === 0, metric });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>\n${styleSheet(theme)}\n${pointStyle}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    text(title, { x: edge.left, y: 34, size: 20, look: 'title' }),
    ...legend(trials),
    ...panels.flat(),
    '</svg>\n',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** Hollow points have the page's colour in the middle only as far as it is seen through them. */
const pointStyle = ['.hollow .area{fill-opacity:0}', '.trial:hover .area{fill-opacity:.9}'].join(
  '\n',
);

/** Settings that differ; all of them where none does. */
function namesOf(trials: readonly TriedSettings[]): string[] {
  const names = Object.keys(trials[0].settings);
  const differ = names.filter(
    (name) => new Set(trials.map(({ settings }) => settings[name])).size > 1,
  );
  return differ.length > 0 ? differ : names.slice(0, 1);
}

interface PanelPlace {
  readonly name: string;
  readonly left: number;
  readonly top: number;
  /** Of its row: it has the numbers of the values beside it. */
  readonly isFirst: boolean;
  readonly metric: string;
}

function drawPanel(
  trials: readonly TriedSettings[],
  { name, left, top, isFirst, metric }: PanelPlace,
): string[] {
  const right = left + panel.width;
  const bottom = top + panel.height;
  const y = scaleFor(
    trials.map(({ value }) => ({ value, radius: radius + 8 })),
    { kind: 'linear', range: [bottom, top], ticks: 6 },
  );
  const x = across(
    trials.map(({ settings }) => settings[name] ?? ''),
    [left, right],
  );
  // The best one lies on the others.
  const ordered = [...trials].sort((a, b) => Number(a.isBest) - Number(b.isBest));
  return [
    ...y.ticks.flatMap((tick) => [
      line({ x: left, y: y.at(tick) }, { x: right, y: y.at(tick) }, 'grid'),
      isFirst
        ? text(`${tick}`, {
            x: left - 9,
            y: y.at(tick) + 4.5,
            size: 13,
            look: 'tick',
            anchor: 'end',
          })
        : '',
    ]),
    ...x.ticks.flatMap(({ at, words }) => [
      line({ x: at, y: top }, { x: at, y: bottom }, 'grid'),
      text(words, { x: at, y: bottom + 20, size: 13, look: 'tick', anchor: 'middle' }),
    ]),
    line({ x: left, y: bottom }, { x: right, y: bottom }, 'axis'),
    line({ x: left, y: top }, { x: left, y: bottom }, 'axis'),
    text(name, {
      ...{ x: (left + right) / 2, y: bottom + 44, size: 14, look: 'axis-name', anchor: 'middle' },
    }),
    ...(isFirst
      ? [
          `<g transform="translate(${left - 60},${(top + bottom) / 2}) rotate(-90)">`,
          text(metric, { x: 0, y: 0, size: 14, look: 'axis-name', anchor: 'middle' }),
          '</g>',
        ]
      : []),
    ...ordered.map((trial) =>
      point(trial, { x: x.at(trial.settings[name] ?? ''), y: y.at(trial.value) }),
    ),
  ];
}

interface Across {
  readonly at: (value: string) => number;
  readonly ticks: readonly { readonly at: number; readonly words: string }[];
}

/** Numbers lie where they belong, words in the order in which they come. */
function across(values: readonly string[], range: readonly [number, number]): Across {
  const different = [...new Set(values)];
  const numbers = different.map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  if (!numbers.every(Number.isFinite) || different.length === 1) {
    const step = (range[1] - range[0]) / different.length;
    const at = (value: string): number => range[0] + (different.indexOf(value) + 0.5) * step;
    const letters = Math.max(3, Math.floor(step / 8));
    return { at, ticks: different.map((value) => ({ at: at(value), words: cut(value, letters) })) };
  }
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const kind = least > 0 && most >= 10 * least ? 'logarithmic' : 'linear';
  const scale = scaleFor(
    numbers.map((value) => ({ value, radius: radius + 12 })),
    { kind, range, ticks: 4 },
  );
  const at = (value: string): number => scale.at(Number(value));
  // Few values stand themselves below the axis, where there is room between them.
  const places = numbers.map((value) => scale.at(value)).sort((a, b) => a - b);
  const isAiry = places.every((place, i) => i === 0 || place - places[i - 1] >= 44);
  const shown = isAiry ? numbers : spaced(scale);
  return { at, ticks: shown.map((value) => ({ at: scale.at(value), words: shortNumber(value) })) };
}

/** Marks with room for their numbers. */
function spaced({ ticks, at }: Scale): number[] {
  const kept: number[] = [];
  for (const tick of ticks) {
    if (kept.length === 0 || at(tick) - at(kept[kept.length - 1]) >= 40) kept.push(tick);
  }
  return kept;
}

const shortNumber = (value: number): string =>
  value !== 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 1e5)
    ? value.toExponential().replace('e+', 'e')
    : `${value}`;

const cut = (words: string, letters: number): string =>
  words.length > letters ? `${words.slice(0, letters - 1)}…` : words;

function point(
  { name, settings, value, isWhole, isBest }: TriedSettings,
  { x, y }: { x: number; y: number },
): string {
  const told = Object.entries(settings).map(([setting, chosen]) => `${setting} ${chosen}`);
  const words = `${name}: ${told.join(', ')}: ${Number(value.toPrecision(5))}`;
  return [
    `<g class="trial ${isBest ? 'g1' : 'g0'}${isWhole ? '' : ' hollow'}"><title>${escapeXml(words)}</title>`,
    `<circle class="area" cx="${n(x)}" cy="${n(y)}" r="${isBest ? radius + 2 : radius}"/></g>`,
  ].join('');
}

/** What is drawn how, of what there is. */
function legend(trials: readonly TriedSettings[]): string[] {
  const entries = [
    { words: 'best', look: 'g1', is: ({ isBest }: TriedSettings) => isBest },
    { words: 'trained to the end', look: 'g0', is: (t: TriedSettings) => t.isWhole && !t.isBest },
    { words: 'ended early', look: 'g0 hollow', is: (t: TriedSettings) => !t.isWhole && !t.isBest },
  ].filter(({ is }) => trials.some(is));
  let left = edge.left;
  return entries.flatMap(({ words, look }) => {
    const x = left + 7;
    left += 36 + 7.2 * words.length;
    return [
      `<g class="${look}"><circle class="area" cx="${n(x)}" cy="58" r="6"/></g>`,
      text(words, { x: x + 13, y: 62.5, size: 13, look: 'key' }),
    ];
  });
}
