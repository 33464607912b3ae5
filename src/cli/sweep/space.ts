/** The settings that a sweep tries: all combinations of some values, or some drawn at random. */

import { Philox } from '../../random/philox.js';
import { UsageError } from '../usage.js';

/** Values by the names of options, as they are written on a command line. */
export type Settings = Readonly<Record<string, string>>;

/** Some values of an option, or all between two. */
export type Dimension =
  | { readonly name: string; readonly values: readonly string[] }
  | { readonly name: string; readonly low: number; readonly high: number; readonly whole: boolean };

/** Trials that nobody would wait for. */
const most = 1000;

/** What `--try lr=1e-3,1e-2` says. Throws UsageError for anything else. */
export function parseTry(text: string): Dimension {
  const [name, list] = nameAndRest('--try', text, 'lr=1e-3,1e-2');
  const values = list.split(',').map((value) => value.trim());
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (values.includes('') || twice !== undefined) {
    const what = twice === undefined || twice === '' ? 'an empty value' : `${twice} twice`;
    throw new UsageError(`--try ${text}: there is ${what}; write ${name}=a,b,c`);
  }
  return { name, values };
}

/** What `--range lr=1e-4..1e-1` says. Throws UsageError for anything else. */
export function parseRange(text: string): Dimension {
  const [name, range] = nameAndRest('--range', text, 'lr=1e-4..1e-1');
  const ends = range.split('..');
  const [low, high] = ends.map((end) => (end.trim() === '' ? Number.NaN : Number(end)));
  if (ends.length !== 2 || !(low < high) || !Number.isFinite(high - low)) {
    throw new UsageError(
      `--range ${text}: expected a lower and an upper end, such as lr=1e-4..1e-1`,
    );
  }
  return { name, low, high, whole: ends.every((end) => /^\s*\d+\s*$/.test(end)) };
}

function nameAndRest(option: string, text: string, example: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new UsageError(`${option} ${text}: expected an option of train and values: ${example}`);
  }
  return [text.slice(0, at).trim().replace(/^--/, ''), text.slice(at + 1)];
}

/** All combinations, the last dimension changing fastest. Throws UsageError when there are too many. */
export function grid(dimensions: readonly Dimension[]): Settings[] {
  const range = dimensions.find((dimension) => 'low' in dimension);
  if (range) {
    throw new UsageError(
      `--range ${range.name}: values between two ends are drawn; say how many trials: --random 10`,
    );
  }
  const lists = dimensions.map((dimension) => ('values' in dimension ? dimension.values : []));
  const count = lists.reduce((product, values) => product * values.length, 1);
  if (count > most) {
    throw new UsageError(
      `these values have ${count.toLocaleString('en')} combinations, more than ${most}; try fewer, ` +
        'or draw some: --random 20',
    );
  }
  return dimensions.reduce<Settings[]>(
    (found, { name }, i) =>
      found.flatMap((settings) => lists[i].map((value) => ({ ...settings, [name]: value }))),
    [{}],
  );
}

/**
 * `count` settings drawn at random, each once: fewer where there are no more. A range over a factor of ten or
 * more is drawn from evenly in its logarithm (Bergstra and Bengio 2012).
 */
export function drawSettings(
  dimensions: readonly Dimension[],
  { count, seed }: { count: number; seed: number },
): Settings[] {
  const random = new Philox(seed);
  const found = new Map<string, Settings>();
  for (let draws = 0; found.size < count && draws < 100 * count; draws++) {
    const settings = Object.fromEntries(
      dimensions.map((dimension) => [dimension.name, drawValue(dimension, random)]),
    );
    found.set(JSON.stringify(settings), settings);
  }
  return [...found.values()];
}

function drawValue(dimension: Dimension, random: Philox): string {
  if ('values' in dimension) return dimension.values[random.integer(dimension.values.length)];
  const { low, high, whole } = dimension;
  const share = random.uniform();
  const value =
    low > 0 && high >= 10 * low ? low * (high / low) ** share : low + (high - low) * share;
  return whole ? `${Math.round(value)}` : `${Number(value.toPrecision(3))}`;
}

/** Each of `settings` with `count` seeds from `first` on. */
export const withSeeds = (
  settings: readonly Settings[],
  { count, first }: { count: number; first: number },
): Settings[] =>
  settings.flatMap((each) =>
    Array.from({ length: count }, (_, i) => ({ ...each, seed: `${first + i}` })),
  );
