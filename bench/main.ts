/** The benchmark's command: `npm run bench -- lenet5 --peers pytorch`. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { setThreads, threadCount } from '../src/backends/default-backend.js';
import { nearestName } from '../src/text/nearest-name.js';
import { benchmarkCase, type CaseResult, compileRow, describeOwn } from './benchmark.js';
import { BusyMeter } from './busy-meter.js';
import { formatMemory, watchMemory } from './memory.js';
import type { OwnSession } from './own-session.js';
import type { Peer } from './peers/peer.js';
import { peers as knownPeers } from './peers/registry.js';
import { formatProfile, typicalProfile } from './profile.js';
import { describeMachine, formatRatio, type Row, ratiosOf, reportOf, rowOf } from './report.js';
import { formatMilliseconds, formatNumber, formatTable } from './table.js';
import type { Case, Workload } from './workload.js';
import { workloads } from './workloads/registry.js';

interface Options {
  readonly peers: readonly Peer[];
  readonly threads?: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly steps?: number;
  readonly profile?: true | number;
  readonly json?: boolean;
}

const command = new Command('bench')
  .description('Measures Fovea, and other engines beside it, on the same workloads.')
  .argument('<workload>', `one of: ${workloads.map(describeWorkload).join('; ')}`)
  .addOption(
    new Option('--peers <names>', 'engines to measure beside ours: pytorch, tfjs, jax-js, or all')
      .argParser(peersOf)
      .default([], 'none'),
  )
  .option('--threads <n>', 'threads for every engine (default: one for each core)', wholeNumber)
  .option('--seconds <s>', 'seconds of counted steps for each engine', positiveNumber, 10)
  .option('--rounds <n>', 'turns that the seconds are spread over', wholeNumber, 10)
  .option('--steps <n>', 'run this many steps of ours instead and watch the memory', wholeNumber)
  .option(
    '--profile [runs]',
    'also print the time of each kernel, the median of 50 runs',
    wholeNumber,
  )
  .option('--json', 'print the report as one line of JSON at the end')
  .action(run);

await command.parseAsync();
// Threads of ours may still be waiting for work; what was printed has to get out first.
process.stdout.write('', () => process.exit());

async function run(name: string, options: Options): Promise<void> {
  const workload = find('workload', name, workloads);
  if (options.threads) setThreads(options.threads);
  const { cpu, cores, node, os } = describeMachine();
  print([`${cpu}, ${cores} cores, Node ${node}, ${os}`]);
  const meter = new BusyMeter();
  const rows: Row[] = [];
  for (const subject of workload.cases) rows.push(...(await measure(subject, { options, meter })));
  for (const ratio of ratiosOf(rows)) console.log(formatRatio(ratio));
  for (const line of meter.warning()) console.log(line);
  if (options.json) console.log(JSON.stringify(reportOf(rows, meter.busyCores)));
}

/** Measures one case, prints it and gives its rows for the report. */
async function measure(
  subject: Case,
  { options, meter }: { readonly options: Options; readonly meter: BusyMeter },
): Promise<Row[]> {
  const own = await subject.open();
  try {
    await meter.sample();
    const result = options.steps
      ? await repeat(subject, { own, steps: options.steps })
      : await benchmarkCase(subject, own, { ...options, threads: threadCount(), meter });
    print([...formatRows(result), ...result.lines]);
    if (options.profile) {
      const runs = options.profile === true ? 50 : options.profile;
      print(formatProfile(typicalProfile(own, { runs })));
    }
    return [...result.rows.map(({ row }) => row), compileRow(subject, own)];
  } finally {
    await own.close();
  }
}

/** Our engine alone, for many steps, with an eye on the memory. */
async function repeat(
  subject: Case,
  { own, steps }: { readonly own: OwnSession; readonly steps: number },
): Promise<CaseResult> {
  const watch = await watchMemory(own, { steps });
  const row = rowOf({ ...own, workload: subject.id }, { times: watch.times, flops: subject.flops });
  return {
    rows: [{ row, note: `${own.note}, ${steps} steps` }],
    lines: [describeOwn(own), ...formatMemory(watch)],
  };
}

function formatRows({ rows }: CaseResult): string[] {
  const header = ['workload', 'engine', 'threads', 'median', 'p10', 'p90', 'GFLOP/s', ''];
  const cells = rows.map(({ row, note }) => [
    row.workload,
    row.engine,
    String(row.threads),
    ...[row.medianMs, row.p10Ms, row.p90Ms].map(formatMilliseconds),
    row.gflops === null ? '–' : formatNumber(row.gflops),
    note,
  ]);
  return formatTable(header, cells);
}

/** A paragraph. */
function print(lines: readonly string[]): void {
  console.log(`${lines.join('\n')}\n`);
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
