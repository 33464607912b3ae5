/** The page of several runs: what they reached, where their settings differ, and their curves over each other. */

import { groupColors } from '../inspect/comparison/theme.js';
import { escapeXml } from '../text/escape-xml.js';
import { htmlPage, type WrittenSection } from './html-page.js';
import { inWords } from './measure.js';
import { chartScript, chartStyle, measureCharts } from './measure-charts.js';
import type { RecordedRun } from './read-run.js';
import { keyFacts, settingsOf } from './run-facts.js';

/** The text of the page. */
export function comparedRunsPage(runs: readonly RecordedRun[]): string {
  const facts = runs.map((run) => new Map(keyFacts(run).map(({ name, value }) => [name, value])));
  const settings = runs.map(comparedSettings);
  const differing = namesOf(settings).filter(
    (name) => new Set(settings.map((one) => one.get(name))).size > 1,
  );
  const charts = measureCharts(runs, ['result', 'setting', 'system']);
  const sections: WrittenSection[] = [];
  if (differing.length > 0) {
    const html = tableOf(runs, settings, differing);
    sections.push({ title: 'Where they differ', html });
  }
  sections.push({
    title: 'How they went',
    html:
      charts === null
        ? '<p class="problem">none of these runs has a log</p>'
        : `<p class="lead">Lines: running means over the steps; with dots: the examination behind an epoch, a ring around the best. Point at a curve to read its values.</p>${charts}`,
    style: chartStyle,
    script: chartScript,
  });
  const problems = runs.flatMap((run) => run.problems);
  return htmlPage({
    title: `Runs: ${runs.map(({ name }) => name).join(', ')}`,
    lead: [
      tableOf(runs, facts, namesOf(facts)),
      ...problems.map((problem) => `<p class="problem">${escapeXml(problem)}</p>`),
    ].join('\n'),
    sections,
  });
}

/** As text, by the names that a reader knows. */
function comparedSettings(run: RecordedRun): ReadonlyMap<string, string> {
  const { model, data } = run.config;
  const all = { model: model.name, ...model.options, data: data.name, ...settingsOf(run) };
  return new Map(
    Object.entries(all).map(([name, value]) => [
      inWords(name),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

const namesOf = (all: readonly ReadonlyMap<string, string>[]): string[] => [
  ...new Set(all.flatMap((one) => [...one.keys()])),
];

/** A row for each run, a column for each name. */
function tableOf(
  runs: readonly RecordedRun[],
  values: readonly ReadonlyMap<string, string>[],
  names: readonly string[],
): string {
  const cells = (words: readonly string[], tag: string): string =>
    words.map((word) => `<${tag}>${escapeXml(word)}</${tag}>`).join('');
  const rows = runs.map((run, i) => {
    const swatch = `<i class="swatch s${i % groupColors}"></i>`;
    const told = names.map((name) => values[i].get(name) ?? '–');
    return `<tr><th scope="row">${swatch}${escapeXml(run.name)}</th>${cells(told, 'td')}</tr>`;
  });
  return `<div class="wide"><table><tr><th>run</th>${cells(names, 'th')}</tr>${rows.join('')}</table></div>`;
}
