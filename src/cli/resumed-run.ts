/** A run to go on with: what it was begun with, and what must not be another than it was. */

import { join } from 'node:path';
import { FormatError } from '../formats/index.js';
import {
  CheckpointFolder,
  type NetworkConfig,
  readNetworkConfig,
  runFiles,
} from '../train/index.js';
import { requireOwnOptions, trainableNames } from './training/kinds.js';
import { flagOf } from './training/options.js';
import { UsageError } from './usage.js';

/** By the names of options; undefined where nothing is said. */
export type Settings = Readonly<Record<string, unknown>>;

/** Options that change nothing in what is learned. */
const free = [
  ...[
    'threads',
    'keep',
    'checkpointEvery',
    'evaluateEvery',
    'tensorboard',
    'strict',
    'quiet',
    'json',
  ],
];

/**
 * The options that the run in `folder` was begun with, those of `given` that may be others instead.
 *
 * Throws UsageError when others are given, or another model, and FormatError when there is no run, or one that
 * cannot be gone on with.
 */
export async function resumedRun<Options extends object>(
  folder: string,
  { model, options }: { model: string | undefined; options: Options },
): Promise<{ model: string; options: Options; config: NetworkConfig }> {
  const config = await readNetworkConfig(folder);
  const { name } = config.model;
  if (model !== undefined && model !== name) {
    throw new UsageError(
      `the run in ${folder} trains a ${name}, not a ${model}; leave the name out, or begin a new run`,
    );
  }
  await requireResumable(folder, config);
  requireOwnOptions(name, options);
  const begun: Settings = { data: config.data.name, ...config.training };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const others = given.filter(
    ([option, value]) => option !== 'resume' && !isFree(option) && !isSame(begun[option], value),
  );
  if (others.length > 0) {
    const told = others.map(
      ([option, value]) => `${flagOf(option)} ${shown(value)} (there: ${shown(begun[option])})`,
    );
    throw new UsageError(
      `the run in ${folder} goes on as it was begun, but other settings are given: ` +
        `${told.join(', ')}; leave them out (${freeFlags().join(', ')} may change), or begin ` +
        `a new run with its weights: --init ${folder}`,
    );
  }
  return { model: name, options: { ...begun, ...options }, config };
}

async function requireResumable(folder: string, config: NetworkConfig): Promise<void> {
  const { name } = config.model;
  if (!trainableNames().includes(name)) {
    throw new FormatError(folder, {
      happened: `it trains a "${name}", which this version of Fovea does not know`,
      expected: `one of ${trainableNames().join(', ')}`,
      mend: `go on with it with the version that began it (${config.savedBy})`,
    });
  }
  const checkpoints = join(folder, runFiles.checkpoints);
  // Only a run that was cut off early has none yet.
  if (config.weights === null || (await new CheckpointFolder(checkpoints).steps()).length > 0)
    return;
  throw new FormatError(folder, {
    happened: `the training has ended, and there is no checkpoint in ${checkpoints} to go on from`,
    expected: 'the checkpoints that it left',
    mend: `restore them, or begin a new run with its weights: npx fovea train ${name} --init ${folder}`,
  });
}

/** The same as they are written on a command line. */
export const freeFlags = (): string[] => free.map(flagOf);

const isFree = (option: string): boolean => free.some((name) => name === option);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const shown = (value: unknown): string =>
  value === undefined ? 'none' : Array.isArray(value) ? value.join(',') || 'none' : String(value);
