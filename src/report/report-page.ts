/** The page of a run: what was trained, its curves, mistakes, filters and samples, in one file. */

import { pageStyle } from '../inspect/page-style.js';
import { filterPicture, sheetOf } from '../inspect/picture-sheet.js';
import { escapeXml } from '../text/escape-xml.js';
import type { SavedNetwork } from '../train/index.js';
import { repeatCommand, resumeCommand } from './commands.js';
import { type ChartCurve, curveChart, formatMetric } from './curve-chart.js';
import { bestOf, curvesOf, type RecordedRun, secondsOf } from './read-run.js';
import { reportStyle, script } from './script.js';

/** Pictures of a run by their paths in its folder, as addresses. */
export type RunPictures = ReadonlyMap<string, string>;

export interface ReportContent {
  readonly run: RecordedRun;
  readonly network: SavedNetwork | null;
  readonly pictures: RunPictures;
}

/** The text of report.html. */
export function reportPage({ run, network, pictures }: ReportContent): string {
  const { config } = run;
  const title = `${config.model.name} on ${config.data.name}`;
  return page(
    title,
    [
      `<h1>${escapeXml(title)}</h1>`,
      `<p class="lead">${escapeXml(headline(run))}</p>`,
      ...run.problems.map((problem) => `<p class="problem">${escapeXml(problem)}</p>`),
      `<p class="soft">To repeat it:</p><pre>${escapeXml(repeatCommand(run))}</pre>`,
      ...(run.state === 'finished'
        ? []
        : [`<p class="soft">To go on:</p><pre>${escapeXml(resumeCommand(run))}</pre>`]),
      charts([run]),
      confusion(run),
      mistakes(run, pictures),
      network ? filters(network) : '',
      samples(pictures),
      recipe(run),
      `<footer>Trained with ${escapeXml(config.savedBy)}.</footer>`,
    ].join('\n'),
  );
}

/** The text of a page that lays the curves of several runs over each other. */
export function comparedRunsPage(runs: readonly RecordedRun[]): string {
  const rows = runs.map(
    (run, i) =>
      `<tr><td><i class="swatch s${i % 7}"></i>${escapeXml(run.name)}</td><td>${escapeXml(headline(run))}</td></tr>`,
  );
  const table = `<table>${rows.join('')}</table>`;
  const names = runs.map(({ name }) => name).join(', ');
  return page(`Runs: ${names}`, `<h1>${runs.length} runs</h1>${table}${charts(runs)}`);
}

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${pageStyle}${reportStyle}</style>
</head>
<body>
<main>
${content}
</main>
<script>${script}</script>
</body>
</html>
`;

function headline(run: RecordedRun): string {
  const best = bestOf(run);
  const seconds = secondsOf(run);
  const steps = Math.max(0, ...run.entries.map(({ step }) => step + 1));
  const epochs = run.entries.filter(({ kind }) => kind === 'epoch').length;
  return [
    run.state,
    ...(best ? [`best ${best.metric} ${formatMetric(best.metric, best.value)}`] : []),
    ...(run.evaluation
      ? [
          `${run.evaluation.correct.toLocaleString('en')} of ${run.evaluation.count.toLocaleString('en')} test pictures named rightly`,
        ]
      : []),
    `${epochs} epochs, ${steps.toLocaleString('en')} steps`,
    ...(seconds === null ? [] : [`${seconds.toFixed(1)} s`]),
  ].join(' · ');
}

function charts(runs: readonly RecordedRun[]): string {
  const byName = new Map<string, ChartCurve[]>();
  runs.forEach((run, i) => {
    for (const [name, curves] of curvesOf(run.entries)) {
      const shown = curves.some(({ from }) => from === 'steps')
        ? curves.filter(({ from }) => from !== 'epochs')
        : curves;
      const list = byName.get(name) ?? [];
      byName.set(name, list);
      for (const curve of shown) {
        const kind = curve.from === 'evaluation' ? 'test' : 'training';
        const label = runs.length > 1 ? `${run.name}, ${kind}` : kind;
        const color = runs.length > 1 ? i : curve.from === 'evaluation' ? 1 : 0;
        list.push({ ...curve, label, color });
      }
    }
  });
  if (byName.size === 0) return '';
  const figures = [...byName].map(
    ([name, curves]) =>
      `<figure><figcaption><b>${escapeXml(name)}</b><span class="values">${curves
        .map(({ label, color }) => `<i class="swatch s${color % 7}"></i>${escapeXml(label)}&emsp;`)
        .join('')}</span></figcaption>${curveChart(name, curves)}</figure>`,
  );
  return `<section><h2>How it went</h2><p class="lead">Faint: each step; strong: a running mean; dots: behind an epoch. Point at a curve to read its values.</p><div class="charts">${figures.join('')}</div></section>`;
}

/** More classes than these make a table that nobody reads. */
const mostClasses = 40;

function confusion({ evaluation }: RecordedRun): string {
  if (!evaluation || evaluation.classes.length > mostClasses) return '';
  const { classes, confusion: rows } = evaluation;
  const header = classes.map((name) => `<th>${escapeXml(name)}</th>`).join('');
  const body = rows.map((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0) || 1;
    const cells = row.map((count, k) => {
      const share = count / total;
      // Few mistakes are to be seen beside many right answers.
      const strength = count === 0 ? 0 : Math.round(100 * (0.12 + 0.75 * Math.sqrt(share)));
      const look = `--strength:${strength}%`;
      return `<td class="${i === k ? 'right' : 'wrong'}" style="${look}" title="${count} of ${total}">${count || ''}</td>`;
    });
    return `<tr><th>${escapeXml(classes[i])}</th>${cells.join('')}</tr>`;
  });
  return `<section><h2>What was taken for what</h2><p class="lead">A row for each true class, a column for each answer.</p><div class="wide"><table class="confusion"><tr><th></th>${header}</tr>${body.join('')}</table></div></section>`;
}

function mistakes({ evaluation }: RecordedRun, pictures: RunPictures): string {
  if (!evaluation || evaluation.mistakes.length === 0) return '';
  const { classes } = evaluation;
  const figures = evaluation.mistakes.flatMap(({ picture, label, predicted, probability }) => {
    const uri = pictures.get(picture);
    if (uri === undefined) return [];
    const words = `${classes[label]}, taken for ${classes[predicted]}`;
    return [
      `<figure><img class="sharp" src="${uri}" alt="${escapeXml(words)}"><figcaption>${escapeXml(words)}, ${(100 * probability).toFixed(1)} %</figcaption></figure>`,
    ];
  });
  return `<section><h2>Its most confident mistakes</h2><div class="pictures">${figures.join('')}</div></section>`;
}

/** The filters of the first layer that has some of one or three channels. */
function filters({ stateDict }: SavedNetwork): string {
  const found = Object.entries(stateDict).find(
    ([name, { shape }]) => name.endsWith('weight') && shape.length === 4,
  );
  if (!found) return '';
  const [name, { shape, data }] = found;
  const [count, channels, height, width] = shape;
  if ((channels !== 1 && channels !== 3) || height * width < 4) return '';
  const size = channels * height * width;
  const shown = Math.min(count, 128);
  const each = Array.from({ length: shown }, (_, i) =>
    filterPicture(
      Array.from({ length: size }, (_, k) => Number(data[i * size + k])),
      {
        ...{ channels, height, width },
      },
    ),
  );
  const sheet = sheetOf(each);
  return `<section><h2>What the first layer looks for</h2><p class="lead">${shown} filters of ${width} x ${height} pixels (${escapeXml(name)}): grey is zero.</p><img class="sharp filters" style="width:${sheet.columns * 72}px" src="${sheet.uri}" alt="filters of ${escapeXml(name)}"></section>`;
}

const samplePath = /^samples\/(.+)-step(\d+)\.png$/;

/** Samples over time, with one slider for all series. */
function samples(pictures: RunPictures): string {
  const series = new Map<string, Map<number, string>>();
  for (const [path, uri] of pictures) {
    const match = samplePath.exec(path);
    if (!match) continue;
    const ofName = series.get(match[1]) ?? new Map<number, string>();
    series.set(match[1], ofName.set(Number(match[2]), uri));
  }
  if (series.size === 0) return '';
  const steps = [...new Set([...series.values()].flatMap((one) => [...one.keys()]))].sort(
    (a, b) => a - b,
  );
  const figures = [...series].map(([name, one]) => {
    const images = [...one].map(
      ([step, uri]) => `<img class="sharp" data-step="${step}" src="${uri}" alt="" hidden>`,
    );
    return `<figure class="series">${images.join('')}<figcaption>${escapeXml(name)}</figcaption></figure>`;
  });
  return `<section><h2>Samples over time</h2><label class="time"><input type="range" id="time" min="0" max="${steps.length - 1}" value="${steps.length - 1}" data-steps="${steps.join(' ')}" aria-label="Step"> <span id="when"></span></label><div class="pictures large">${figures.join('')}</div></section>`;
}

function recipe({ config, folder }: RecordedRun): string {
  const { data, model, training } = config;
  const all: [string, unknown][] = [
    ['folder', folder],
    ['model', model.name],
    ...Object.entries(model.options),
    ['data', data.name],
    ['picture', data.shape.join(' x ')],
    ['classes', data.classes.length],
    ...Object.entries(training),
  ];
  const rows = all
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const words = typeof value === 'object' ? JSON.stringify(value) : String(value);
      return `<tr><th>${escapeXml(name)}</th><td>${escapeXml(words)}</td></tr>`;
    });
  return `<section><h2>The recipe</h2><table class="recipe">${rows.join('')}</table></section>`;
}
