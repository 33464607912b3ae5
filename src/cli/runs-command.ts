/** `fovea runs`: a table of runs; `fovea runs compare`: their curves over each other. */

import { writeFileAtomically } from '../formats/index.js';
import {
  bestOf,
  comparedRunsPage,
  formatMetric,
  type RecordedRun,
  readRun,
  readRuns,
  secondsOf,
} from '../report/index.js';
import { formatTable } from '../text/table.js';
import { formatTime } from './progress-text.js';
import { print, type Terminal } from './terminal.js';

export interface RunsOptions {
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function runsCommand(
  folder: string,
  { json }: RunsOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { runs, problems } = await readRuns(folder);
  if (json) print(stdout, JSON.stringify({ runs: runs.map(described), problems }));
  else if (runs.length === 0) print(stdout, `there are no runs in ${folder}`);
  else for (const line of formatTable(header, runs.map(rowOf))) print(stdout, line);
  if (!json) for (const problem of problems) print(stderr, problem);
  return 0;
}

/** Writes the page of several runs. */
export async function compareRunsCommand(
  folders: readonly string[],
  { out = 'runs.html', json }: RunsOptions & { readonly out?: string },
  { stdout }: Terminal,
): Promise<number> {
  const runs: RecordedRun[] = [];
  for (const folder of folders) runs.push(await readRun(folder));
  await writeFileAtomically(out, comparedRunsPage(runs));
  if (json) print(stdout, JSON.stringify({ out, runs: runs.map(described) }));
  else print(stdout, `the curves are in ${out}`);
  return 0;
}

const header = ['run', 'model', 'data', 'best', 'time', 'state'];

const described = (run: RecordedRun) => ({
  ...{ folder: run.folder, model: run.config.model.name, data: run.config.data.name },
  ...{ best: bestOf(run), seconds: secondsOf(run), state: run.state },
});

function rowOf(run: RecordedRun): string[] {
  const { model, data, best, seconds, state } = described(run);
  const told = best ? `${best.metric} ${formatMetric(best.metric, best.value)}` : '–';
  return [run.name, model, data, told, seconds === null ? '–' : formatTime(seconds), state];
}
