/** The benchmark's command: `npm run bench -- lenet5 --peers pytorch`. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { setThreads, threadCount } from '../src/backends/default-backend.js';
import { nearestName } from '../src/text/nearest-name.js';
import { benchmarkCase, type CaseResult, compileRow, describeOwn } from './benchmark.js';
import { BusyMeter } from './busy-meter.js';
import { formatLayers } from './layers/layer-table.js';
import { measureLayers } from './layers/measure-layers.js';
import { formatMemory, watchMemory } from './memory.js';
import type { OwnSession } from './own-session.js';
import type { Peer } from './peers/peer.js';
import { peers as knownPeers } from './peers/registry.js';
import { formatProfile, typicalProfile } from './profile.js';
import {
  describeMachine,
  formatRatio,
  type Report,
  type Row,
  ratiosOf,
  reportOf,
  rowOf,
} from './report.js';
import { formatMilliseconds, formatNumber, formatTable } from './table.js';
import type { Case, LayerWorkload, Workload } from './workload.js';
import { workloads } from './workloads/registry.js';

interface Options {
  readonly peers: readonly Peer[];
  readonly threads?: number;
  readonly seconds?: number;
  readonly rounds?: number;
  readonly only?: string;
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
  .option('--only <text>', 'only the cases whose name contains this')
  .option(
    '--seconds <s>',
    'seconds of counted steps for each engine (default: 10, 1 for each layer)',
    positiveNumber,
  )
  .option(
    '--rounds <n>',
    'turns that the seconds are spread over (default: 10, 5 for each layer)',
    wholeNumber,
  )
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
  // Profiles and memory are those of single cases, layers or not.
  const table = 'layers' in workload && !options.steps && !options.profile;
  const report = table
    ? await measureTable(workload, { options, meter })
    : await measureCases(workload, { options, meter });
  for (const line of meter.warning()) console.log(line);
  if (options.json) console.log(JSON.stringify(report));
}

interface Measuring {
  readonly options: Options;
  readonly meter: BusyMeter;
}

async function measureTable(
  { layers }: LayerWorkload,
  { options, meter }: Measuring,
): Promise<Report> {
  const { layers: measured, skipped } = await measureLayers(wantedOf(layers, options), {
    ...{ seconds: 1, rounds: 5, ...options },
    threads: threadCount(),
    meter,
    progress: (id) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${id}`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  print([...formatLayers(measured), ...skipped]);
  const rows = measured.flatMap((layer) => layer.rows);
  const bandwidths = measured.map(({ rows: _, difference: __, ...bandwidth }) => bandwidth);
  return { ...reportOf(rows, meter.busyCores), bandwidths };
}

async function measureCases(workload: Workload, measuring: Measuring): Promise<Report> {
  const rows: Row[] = [];
  const cases = 'layers' in workload ? workload.layers : workload.cases;
  for (const subject of wantedOf(cases, measuring.options)) {
    rows.push(...(await measure(subject, measuring)));
  }
  for (const ratio of ratiosOf(rows)) console.log(formatRatio(ratio));
  return reportOf(rows, measuring.meter.busyCores);
}

/** The cases that --only names; ends the command when there is none. */
function wantedOf<Wanted extends Case>(cases: readonly Wanted[], { only }: Options): Wanted[] {
  const wanted = cases.filter(({ id }) => id.includes(only ?? ''));
  if (wanted.length > 0) return wanted;
  const ids = cases.map(({ id }) => id).join(', ');
  return command.error(`error: no case has ${only} in its name; there are ${ids}`);
}

/** Measures one case, prints it and gives its rows for the report. */
async function measure(subject: Case, { options, meter }: Measuring): Promise<Row[]> {
  const own = await subject.open();
  try {
    await meter.sample();
    const result = options.steps
      ? await repeat(subject, { own, steps: options.steps })
      : await benchmarkCase(subject, own, {
          ...{ seconds: 10, rounds: 10, ...options },
          threads: threadCount(),
          meter,
        });
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
