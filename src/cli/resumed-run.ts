/** A run to go on with: what it was begun with, and what must not be another than it was. */

import { type NetworkConfig, readNetworkConfig } from '../train/index.js';
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
 * Throws UsageError when others are given, or another model, and FormatError when there is no run.
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

/** The same as they are written on a command line. */
export const freeFlags = (): string[] => free.map(flagOf);

const isFree = (option: string): boolean => free.some((name) => name === option);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const shown = (value: unknown): string =>
  value === undefined ? 'none' : Array.isArray(value) ? value.join(',') || 'none' : String(value);
