/** The benchmark's command: `npm run bench -- lenet5 --peers pytorch`. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { setThreads } from '../src/backends/default-backend.js';
import { nearestName } from '../src/text/nearest-name.js';
import { isOnPage, measureAll } from './all-workloads.js';
import { BusyMeter } from './busy-meter.js';
import { measureWorkload, print, wantedOf } from './measure-workload.js';
import type { Peer } from './peers/peer.js';
import { peers as knownPeers } from './peers/registry.js';
import { describeMachine, type Report, reportOf } from './report.js';
import { casesOf, type Workload } from './workload.js';
import { workloads } from './workloads/registry.js';

interface Options {
  readonly peers: readonly Peer[];
  readonly threads?: number;
  readonly seconds?: number;
  readonly rounds?: number;
  readonly only?: string;
  readonly steps?: number;
  readonly profile?: true | number;
  readonly out: string;
  readonly json?: boolean;
}

const command = new Command('bench')
  .description('Measures Fovea, and other engines beside it, on the same workloads.')
  .argument(
    '<workload>',
    `all (those of the results page, one after the other), or one of: ${workloads.map(describeWorkload).join('; ')}`,
  )
  .addOption(
    new Option(
      '--peers <names>',
      `engines to measure beside ours: ${knownPeers.map(({ name }) => name).join(', ')}, or all`,
    )
      .argParser(peersOf)
      .default([], 'none'),
  )
  .option('--threads <n>', 'threads for every engine (default: one for each core)', wholeNumber)
  .option('--only <text>', 'only the cases whose name contains this')
  .option(
    '--seconds <s>',
    'seconds of counted steps for each engine (default: 10, 1 for each line of a table)',
    positiveNumber,
  )
  .option(
    '--rounds <n>',
    'turns that the seconds are spread over (default: 10, 5 for each line of a table)',
    wholeNumber,
  )
  .option('--steps <n>', 'run this many steps of ours instead and watch the memory', wholeNumber)
  .option(
    '--profile [runs]',
    'also print the time of each kernel, the median of 50 runs',
    wholeNumber,
  )
  .option('--out <file>', 'where all writes its results page', 'bench/results.md')
  .option('--json', 'print the report as one line of JSON at the end')
  .action(run);

await command.parseAsync();
// Threads of ours may still be waiting for work; what was printed has to get out first.
process.stdout.write('', () => process.exit(process.exitCode));

async function run(name: string, options: Options): Promise<void> {
  const report = await (name === 'all' ? runAll(options) : runOne(name, options));
  if (report.failed?.length) process.exitCode = 1;
  if (options.json) console.log(JSON.stringify(report));
}

async function runOne(name: string, options: Options): Promise<Report> {
  const workload = find('workload', name, workloads);
  if (!('feed' in workload)) requireCases([workload], options);
  if (options.threads) setThreads(options.threads);
  const { cpu, cores, node, os } = describeMachine();
  print([`${cpu}, ${cores} cores, Node ${node}, ${os}`]);
  const meter = new BusyMeter();
  const report =
    'feed' in workload
      ? reportOf([await workload.feed(options)], meter.busyCores)
      : await measureWorkload(workload, { ...options, meter });
  for (const line of meter.warning()) console.log(line);
  return report;
}

async function runAll({ out, steps, profile, ...options }: Options): Promise<Report> {
  if (steps || profile) command.error('error: --steps and --profile want one workload, not all');
  requireCases(workloads.filter(isOnPage), options);
  return measureAll(workloads, { ...options, out });
}

/** Ends the command when no case of `from` has what --only asks for. */
function requireCases(from: readonly Workload[], { only }: Pick<Options, 'only'>): void {
  const cases = from.flatMap(casesOf);
  if (wantedOf(cases, only).length > 0) return;
  const ids = cases.map(({ id }) => id).join(', ');
  command.error(`error: no case has ${only} in its name; there are ${ids}`);
}

function describeWorkload({ name, summary }: Workload): string {
  return `${name} (${summary})`;
}

function peersOf(value: string): readonly Peer[] {
  if (value === 'all') return knownPeers;
  const names = value.split(',').filter((name) => name !== '');
  return names.map((name) => find('peer', name, knownPeers));
}

/** The one of `things` with this name; ends the command with a suggestion when there is none. */
function find<Thing extends { readonly name: string }>(
  what: string,
  name: string,
  things: readonly Thing[],
): Thing {
  const found = things.find((thing) => thing.name === name);
  if (found) return found;
  const known = things.map((thing) => thing.name);
  const nearest = nearestName(name, known);
  const advice = nearest ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`;
  return command.error(`error: no ${what} is called ${name}; ${advice}`);
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Expected a whole number above zero.');
}

function positiveNumber(value: string): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('Expected a number above zero.');
}
