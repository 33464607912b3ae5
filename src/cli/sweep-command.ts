/** `fovea sweep`: trains a model with many settings, one after the other, and shows which were best. */

import { join } from 'node:path';
import { writeFileAtomically } from '../formats/index.js';
import { openRunFolder } from '../train/index.js';
import { chooseData } from './choose-data.js';
import { createBar } from './progress-bar.js';
import { listenForStop } from './stop-signals.js';
import { bestOf, type Mode } from './sweep/hopeless.js';
import { type RunTrial, runSweep } from './sweep/run-sweep.js';
import { type Dimension, drawSettings, grid, type Settings, withSeeds } from './sweep/space.js';
import { readSweep, type Sweep, type Trial, writeSweep } from './sweep/sweep-file.js';
import {
  bestSettings,
  describeSettings,
  drawSweep,
  formatValue,
  sweepPage,
} from './sweep/sweep-report.js';
import { trainTrials } from './sweep/train-trial.js';
import { print, type Terminal } from './terminal.js';
import { kindOf } from './training/kinds.js';
import { requireName, UsageError } from './usage.js';

export interface SweepOptions {
  readonly dimensions: readonly Dimension[];
  /** Options of train that all trials have. */
  readonly fixed: Settings;
  readonly random?: number;
  readonly trials?: number;
  readonly seeds?: number;
  readonly metric?: string;
  readonly mode?: Mode;
  /** Whether hopeless trials are stopped. */
  readonly stop: boolean;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface SweepSurroundings {
  readonly terminal: Terminal;
  /** Trains; tests pass stand-ins. */
  readonly trainer?: (sweep: Sweep, folder: string) => RunTrial;
}

/** What trainings tell behind their epochs. */
export const metricNames = ['evaluation.accuracy', 'evaluation.loss', 'accuracy', 'loss'];

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function sweepCommand(
  model: string | undefined,
  options: SweepOptions,
  { terminal, trainer = trainTrials }: SweepSurroundings,
): Promise<number> {
  const { json, quiet } = options;
  const { stdout, stderr } = terminal;
  const output = json ? stderr : stdout;
  const { sweep, folder } = await whatToSweep(model, options);
  const count = sweep.trials.length;
  if (!quiet) print(output, `${count === 1 ? '1 trial' : `${count} trials`} in ${folder}`);
  const bar = stderr.isTerminal && !quiet ? createBar(stderr) : null;
  const stop = listenForStop(() => {
    bar?.stop();
    print(stderr, 'stopping the trial that is running; once more stops at once');
  });
  try {
    const ended = await runSweep(sweep, {
      ...{ folder, signal: stop.signal, runTrial: trainer(sweep, folder) },
      onBegin: ({ name, settings }) => {
        if (!quiet && !bar) print(stderr, `${name}: ${describeSettings(settings)}`);
      },
      onCourse: (trial, course) => bar?.show(...barOf(sweep, trial, course)),
      onEnd: (trial) => {
        bar?.stop();
        if (!quiet) print(output, lineOf(sweep, trial));
      },
    });
    bar?.stop();
    const page = sweepPage(ended);
    const chart = page === null ? null : join(folder, 'sweep.html');
    if (page !== null && chart !== null) await writeFileAtomically(chart, page);
    if (stop.signal.aborted) {
      print(stderr, `stopped; to go on: npx fovea sweep --resume ${folder}`);
      return stop.exitCode();
    }
    if (!quiet) print(output, `\n${drawSweep(ended)}`);
    if (chart !== null && !quiet) print(output, `the chart is in ${chart}`);
    if (json) print(stdout, JSON.stringify(summarize(ended, { folder, chart })));
    const failed = ended.trials.filter(({ state }) => state === 'failed');
    if (failed.length < count) return 0;
    throw new Error(`every trial failed; the first one: ${failed[0].problem}`);
  } finally {
    bar?.stop();
    stop.release();
  }
}

async function whatToSweep(
  model: string | undefined,
  options: SweepOptions,
): Promise<{ sweep: Sweep; folder: string }> {
  const { resume, dimensions, fixed, out } = options;
  if (resume === undefined) {
    const begun = newSweep(model, options);
    // The same data for all trials, whatever is near when the sweep goes on.
    const { name, folder: data = name } = await chooseData(fixed.data);
    const sweep: Sweep = { ...begun, fixed: { ...fixed, data } };
    const { path } = await openRunFolder(`sweep-${sweep.model}`, { out });
    if (await readSweep(path).catch(() => null)) {
      throw new UsageError(
        `there is a sweep in ${path} already; go on with it: --resume ${path}, or choose another folder`,
      );
    }
    await writeSweep(path, sweep);
    return { sweep, folder: path };
  }
  const given = [...dimensions.map(({ name }) => name), ...Object.keys(fixed)];
  if (model !== undefined || given.length > 0 || out !== undefined) {
    throw new UsageError(
      '--resume goes on with a sweep as it was begun; leave the model and the other options out',
    );
  }
  const sweep = await readSweep(resume);
  requireEnded(sweep, resume);
  return { sweep, folder: resume };
}

/** Two processes that train into one folder would spoil it. */
function requireEnded({ trials }: Sweep, folder: string): void {
  const running = trials.find(({ state, process: id }) => state === 'running' && id && isAlive(id));
  if (!running) return;
  throw new UsageError(
    `${running.name} in ${folder} seems to be trained still, by process ${running.process}; wait for ` +
      `its end, or end it: kill ${running.process}`,
  );
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

function newSweep(model: string | undefined, options: SweepOptions): Sweep {
  const { dimensions, fixed, random, trials, seeds, stop } = options;
  if (model === undefined) {
    throw new UsageError('name the model to train, or a sweep to go on with: --resume <folder>');
  }
  if (dimensions.length === 0 && seeds === undefined) {
    throw new UsageError('say what to try, such as --try lr=1e-3,1e-2 or --range lr=1e-4..1e-1');
  }
  const metric = options.metric ?? kindOf(model).metric ?? metricNames[0];
  requireName('metric', metric, metricNames);
  const mode = options.mode ?? (metric.endsWith('loss') ? 'min' : 'max');
  const seed = Number(fixed.seed ?? 0);
  const drawn =
    random === undefined ? grid(dimensions) : drawSettings(dimensions, { count: random, seed });
  const all = seeds === undefined ? drawn : withSeeds(drawn, { count: seeds, first: seed });
  return {
    ...{ model, fixed, metric, mode, stops: stop },
    trials: all.slice(0, trials).map((settings, i) => ({
      ...{ name: `trial-${i + 1}`, settings, state: 'waiting', course: [], seconds: 0 },
    })),
  };
}

/** What a trial has reached, such as `trial-3  lr 1e-2  evaluation.accuracy 0.98  finished, 5 epochs in 8.1 s`. */
function lineOf({ metric, mode }: Sweep, trial: Trial): string {
  const { name, settings, course, state, seconds, problem } = trial;
  if (state === 'failed') return `${name}  ${describeSettings(settings)}  failed: ${problem}`;
  const epochs = course.length === 1 ? '1 epoch' : `${course.length} epochs`;
  const reached = `${metric} ${formatValue(bestOf(course, { mode }))}`;
  return `${name}  ${describeSettings(settings)}  ${reached}  ${state}, ${epochs} in ${seconds.toFixed(1)} s`;
}

/** The title, the share and the text of a trial's bar. */
function barOf(
  { trials, fixed, metric, mode }: Sweep,
  { name, settings }: Trial,
  course: Trial['course'],
): [title: string, value: number, total: number, text: string] {
  const epochs = Number(settings.epochs ?? fixed.epochs ?? Math.max(5, course.length));
  const reached = course.length > 0 ? `${metric} ${formatValue(bestOf(course, { mode }))}` : '';
  const told = `epoch ${course.length}/${epochs}  ${reached}  ${describeSettings(settings)}`;
  return [`${name} of ${trials.length}`, course.length, epochs, told.slice(0, 56)];
}

function summarize(
  sweep: Sweep,
  { folder, chart }: { folder: string; chart: string | null },
): Record<string, unknown> {
  const { metric, mode, trials } = sweep;
  return {
    ...{ out: folder, chart, metric, mode, best: bestSettings(sweep) },
    trials: trials.map(({ name, settings, state, course, seconds, problem }) => ({
      ...{ name, folder: join(folder, name), settings, state, problem },
      ...{ best: bestOf(course, { mode }), epochs: course.length, seconds },
    })),
  };
}
