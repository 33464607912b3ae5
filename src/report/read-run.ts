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
  runningProcess,
  type SavedEvaluation,
  type SavedNetwork,
} from '../train/index.js';
import { bestPoint, curvesOf } from './curves.js';
import { measureOf } from './measure.js';

export type RunState = 'finished' | 'stopped' | 'running' | 'broke down';

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

/**
 * The run in `folder`; what is missing beside its configuration becomes a problem that is told.
 *
 * Throws FormatError when there is no run, or one of another version.
 */
export async function readRun(folder: string): Promise<RecordedRun> {
  const { basename, join, resolve } = await import('node:path');
  const config = withTraining(await readNetworkConfig(folder));
  const problems: string[] = [];
  const log = join(folder, runFiles.metrics);
  const damaged: number[] = [];
  const entries = await orTell(
    readMetrics(log, { onDamaged: (line) => damaged.push(line) }),
    [],
    problems,
  );
  if (damaged.length > 0) problems.push(damagedLines(log, damaged));
  if (entries.length === 0) problems.push(`there is no log in ${log}, so that there are no curves`);
  const evaluation = await orTell(readEvaluation(folder), null, problems);
  const state = (await runningProcess(folder)) ? 'running' : stateOf(config);
  return { folder, name: basename(resolve(folder)), config, entries, evaluation, state, problems };
}

/** What is read; where it is damaged, that is told among the problems. */
async function orTell<T>(reading: Promise<T>, otherwise: T, problems: string[]): Promise<T> {
  return reading.catch((error: unknown) => {
    if (!(error instanceof FormatError)) throw error;
    problems.push(error.message);
    return otherwise;
  });
}

function damagedLines(log: string, lines: readonly number[]): string {
  const [first] = lines;
  const which =
    lines.length === 1 ? `line ${first}` : `${lines.length} lines, line ${first} first,`;
  return `${which} of ${log} cannot be understood and ${lines.length === 1 ? 'is' : 'are'} left out`;
}

/** How it was trained is for people, so that nothing else minds when it is missing. */
function withTraining(config: NetworkConfig): NetworkConfig {
  const { training } = config;
  const isObject = typeof training === 'object' && training !== null;
  return isObject ? config : { ...config, training: {} };
}

function stateOf({ weights, training }: NetworkConfig): RunState {
  if (training.brokeDownAtStep !== undefined) return 'broke down';
  if (training.interrupted === true) return 'stopped';
  return weights === null ? 'stopped' : 'finished';
}

/** The weights of a run; null, with the reason, where there are none that can be read. */
export async function weightsOf(
  folder: string,
): Promise<{ network: SavedNetwork | null; problems: readonly string[] }> {
  const problems: string[] = [];
  const network = await orTell(loadNetwork(folder), null, problems);
  return { network, problems };
}

/** What a run is told by, the first that it has; others of its examination come behind. */
const mostTelling = ['accuracy', 'elbo', 'loss', 'mse'];

/** The best value of what tells most: the accuracy of an examination, else another measure of it, or a loss. */
export function bestOf({
  entries,
}: RecordedRun): { metric: string; value: number; step: number } | null {
  const curves = curvesOf(entries);
  const examined = [...curves.keys()].filter((name) =>
    curves.get(name)?.some(({ from }) => from === 'evaluation'),
  );
  for (const metric of [...mostTelling, ...examined]) {
    const { better } = measureOf(metric);
    const found = curves.get(metric);
    const curve =
      found?.find(({ from }) => from === 'evaluation') ??
      found?.find(({ from }) => from === 'epochs');
    if (!curve || better === undefined) continue;
    const [step, value] = bestPoint(curve.points, better);
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
