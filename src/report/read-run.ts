/** Reads the folder of a run, whether it ended, was stopped or is going on. */

import { FormatError } from '../formats/index.js';
import {
  type LogEntry,
  loadNetwork,
  type NetworkConfig,
  readEvaluation,
  readMetrics,
  readNetworkConfig,
  runFiles,
  type SavedEvaluation,
  type SavedNetwork,
} from '../train/index.js';

export type RunState = 'finished' | 'stopped' | 'running?' | 'broke down';

export interface RecordedRun {
  readonly folder: string;
  /** The last part of the folder's path. */
  readonly name: string;
  readonly config: NetworkConfig;
  readonly entries: readonly LogEntry[];
  readonly evaluation: SavedEvaluation | null;
  readonly state: RunState;
  /** What could not be read, for the reader of a report. */
  readonly problems: readonly string[];
}

/** A log that was written to so recently is taken for one of a run that goes on. */
const RECENT_SECONDS = 60;

/**
 * The run in `folder`; what is missing beside its configuration becomes a problem that is told.
 *
 * Throws FormatError when there is no run, or one of another version.
 */
export async function readRun(folder: string): Promise<RecordedRun> {
  const { stat } = await import('node:fs/promises');
  const { basename, join, resolve } = await import('node:path');
  const config = await readNetworkConfig(folder);
  const problems: string[] = [];
  const orTell = async <T>(reading: Promise<T>, otherwise: T): Promise<T> =>
    reading.catch((error: unknown) => {
      if (!(error instanceof FormatError)) throw error;
      problems.push(error.message);
      return otherwise;
    });
  const log = join(folder, runFiles.metrics);
  const entries = await orTell(readMetrics(log), []);
  if (entries.length === 0) problems.push(`there is no log in ${log}, so that there are no curves`);
  const evaluation = await orTell(readEvaluation(folder), null);
  const changed = await stat(log).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const isRecent = Date.now() - changed < 1000 * RECENT_SECONDS;
  const state = stateOf(config, isRecent);
  return { folder, name: basename(resolve(folder)), config, entries, evaluation, state, problems };
}

function stateOf({ weights, training }: NetworkConfig, isRecent: boolean): RunState {
  if (training.brokeDownAtStep !== undefined) return 'broke down';
  if (training.interrupted === true) return 'stopped';
  if (weights !== null) return 'finished';
  return isRecent ? 'running?' : 'stopped';
}

/** The weights of a run, null where there are none that can be read. */
export const weightsOf = (folder: string): Promise<SavedNetwork | null> =>
  loadNetwork(folder).catch((error: unknown) => {
    if (error instanceof FormatError) return null;
    throw error;
  });

/** Numbers that a log tells of how a run went, not of how well it did. */
const notMeasures = new Set(['step', 'epoch', 'seconds']);

export interface Curve {
  /** [step, value], in order. */
  readonly points: readonly (readonly [number, number])[];
  readonly from: 'steps' | 'epochs' | 'evaluation';
}

/** The curves of a run by the name of what they show. */
export function curvesOf(entries: readonly LogEntry[]): Map<string, Curve[]> {
  const curves = new Map<string, Map<Curve['from'], [number, number][]>>();
  for (const { kind, evaluation, ...values } of entries) {
    const sources: [Curve['from'], unknown][] = [
      [kind === 'step' ? 'steps' : 'epochs', values],
      ['evaluation', evaluation],
    ];
    for (const [from, numbers] of sources) {
      if (typeof numbers !== 'object' || numbers === null) continue;
      for (const [name, value] of Object.entries(numbers)) {
        if (notMeasures.has(name) || typeof value !== 'number') continue;
        const ofName = curves.get(name) ?? new Map<Curve['from'], [number, number][]>();
        curves.set(name, ofName);
        const points = ofName.get(from) ?? [];
        ofName.set(from, points);
        points.push([values.step + 1, value]);
      }
    }
  }
  return new Map(
    [...curves].map(([name, ofName]) => [
      name,
      [...ofName].map(([from, points]) => ({ from, points })),
    ]),
  );
}

/** The best value of what tells most: the accuracy of an examination, else a loss. */
export function bestOf({
  entries,
}: RecordedRun): { metric: string; value: number; step: number } | null {
  const curves = curvesOf(entries);
  for (const [metric, isBetter] of [
    ['accuracy', (a: number, b: number) => a > b],
    ['loss', (a: number, b: number) => a < b],
  ] as const) {
    const found = curves.get(metric);
    const curve =
      found?.find(({ from }) => from === 'evaluation') ??
      found?.find(({ from }) => from === 'epochs');
    if (!curve) continue;
    const [step, value] = curve.points.reduce((best, point) =>
      isBetter(point[1], best[1]) ? point : best,
    );
    return { metric, value, step };
  }
  return null;
}

/** Seconds that the epochs of a run took, null where the log does not tell. */
export function secondsOf({ entries, config }: RecordedRun): number | null {
  const told = entries.flatMap(({ kind, seconds }) =>
    kind === 'epoch' && typeof seconds === 'number' ? [seconds] : [],
  );
  if (told.length > 0) return told.reduce((sum, seconds) => sum + seconds, 0);
  return typeof config.training.seconds === 'number' ? config.training.seconds : null;
}
