/** The options of `fovea sweep`: its own, and those of `fovea train` for all trials or tried one by one. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { nearestName } from '../text/nearest-name.js';
import { freeFlags } from './resumed-run.js';
import { type Dimension, parseRange, parseTry, type Settings } from './sweep/space.js';
import { metricNames, type SweepOptions } from './sweep-command.js';
import { trainableNames } from './training/kinds.js';
import { oneOf, UsageError, wholeNumber } from './usage.js';

/** Options of train that belong to one training, not to what is learned. */
const own = ['out', 'resume', 'json', 'quiet'];
/** Options that change nothing in what is learned. */
const untried = [...own, ...freeFlags().map((flag) => flag.slice(2))];

/** What commander has parsed. */
type Parsed = Readonly<Record<string, unknown>> & {
  readonly try?: readonly Dimension[];
  readonly range?: readonly Dimension[];
};

const collecting =
  (parse: (text: string) => Dimension) =>
  (text: string, before: readonly Dimension[] = []): readonly Dimension[] => {
    try {
      return [...before, parse(text)];
    } catch (error) {
      throw error instanceof UsageError ? new InvalidArgumentError(error.message) : error;
    }
  };

/** Adds the command to `program`; it takes the options of `train`. */
export function addSweep(
  program: Command,
  train: Command,
  run: (model: string | undefined, options: SweepOptions) => Promise<void>,
): Command {
  const sweep = program
    .command('sweep')
    .description('train a network with many settings and show which of them are best')
    .argument('[model]', trainableNames().join(', '))
    .option(
      '--try <name=values>',
      'an option of train and values: lr=1e-3,1e-2',
      collecting(parseTry),
    )
    .option('--range <name=low..high>', 'and its ends: lr=1e-4..1e-1', collecting(parseRange))
    .option('--random <n>', 'draw so many settings (default: all combinations)', wholeNumber(1))
    .option('--trials <n>', 'so many trials at the most', wholeNumber(1))
    .option('--seeds <n>', 'train all settings with so many seeds', wholeNumber(1))
    .option('--metric <name>', `${metricNames.join(', ')} (the first)`, oneOf(metricNames))
    .option('--mode <name>', 'min or max (min for losses)', oneOf(['min', 'max']))
    .option('--no-stop', 'train hopeless trials to their end')
    .option('--out <folder>', 'where all trials are saved (default: runs/sweep-<model>-<n>)')
    .option('--resume <folder>', 'go on with a sweep that was stopped or killed')
    .option('--json', 'end with one line of JSON on standard output')
    .option('--quiet', 'show no progress and no table');
  const shared = train.options.filter((option) => !own.includes(nameOf(option)));
  for (const option of shared) sweep.addOption(copyOf(option));
  return sweep
    .addHelpText('after', EXPLANATION)
    .action((model: string | undefined, parsed: Parsed) => {
      const dimensions = [...(parsed.try ?? []), ...(parsed.range ?? [])];
      checkDimensions(dimensions, train.options);
      const fixed = fixedSettings(parsed, shared);
      const both = dimensions.find(({ name }) => name in fixed);
      if (both) throw new UsageError(`--${both.name} is both given and tried; leave one out`);
      if (parsed.seeds !== undefined && dimensions.some(({ name }) => name === 'seed')) {
        throw new UsageError('seeds are both tried and counted; leave out --try seed or --seeds');
      }
      return run(model, { ...(parsed as unknown as SweepOptions), dimensions, fixed });
    });
}

const EXPLANATION = `
Examples:
  fovea sweep lenet5 --data digits --epochs 3 --try lr=1e-3,3e-3,1e-2 --try optimizer=adam,sgd
  fovea sweep lenet5 --data mnist --range lr=1e-4..1e-1 --range batch=16..128 --random 12

The other options are those of fovea train, for all trials. A trial is stopped behind an epoch when its best
value is worse than the median of the others' best values by then; never behind the first epoch, and never
before three others have come as far. Ranges over a factor of ten are drawn from evenly in their logarithm.`;

const nameOf = (option: Option): string => option.long?.replace(/^--/, '') ?? '';

function copyOf(option: Option): Option {
  const copy = new Option(option.flags, option.description);
  if (option.parseArg) copy.argParser(option.parseArg);
  return copy;
}

/** Every value goes through the parser of its option, so that nothing is refused in the tenth trial. */
function checkDimensions(dimensions: readonly Dimension[], options: readonly Option[]): void {
  const tried = options.filter((option) => !untried.includes(nameOf(option)));
  dimensions.forEach((dimension, i) => {
    const { name } = dimension;
    const option = tried.find((each) => nameOf(each) === name && !each.isBoolean());
    if (!option) throw unknownOption(name, tried.map(nameOf));
    if (dimensions.findIndex((other) => other.name === name) < i) {
      throw new UsageError(`${name} is tried twice; put all its values into one --try`);
    }
    const ends = 'values' in dimension ? dimension.values : [dimension.low, dimension.high];
    for (const value of ends) checkValue(option, `${value}`);
  });
}

function checkValue(option: Option, value: string): void {
  try {
    option.parseArg?.(value, undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new UsageError(`--${nameOf(option)} ${value}: ${error.message}`);
  }
}

function unknownOption(name: string, names: readonly string[]): UsageError {
  if (untried.includes(name)) {
    return new UsageError(`${name} changes nothing in what is learned; try ${names.join(', ')}`);
  }
  const near = nearestName(name, names);
  return new UsageError(
    `train has no option "${name}" to try; ` +
      (near ? `did you mean "${near}"?` : `it can be ${names.join(', ')}`),
  );
}

/** The options of train that were given, as they are written. */
function fixedSettings(parsed: Parsed, options: readonly Option[]): Settings {
  const given = options.flatMap((option) => {
    const value = parsed[option.attributeName()];
    if (value === undefined) return [];
    const text = Array.isArray(value) ? value.join(',') || 'none' : String(value);
    return [[nameOf(option), text] as const];
  });
  return Object.fromEntries(given);
}
