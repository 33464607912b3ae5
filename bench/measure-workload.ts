/** One workload of the benchmark: its cases measured one after the other, printed, and reported. */

import { threadCount } from '../src/backends/default-backend.js';
import { benchmarkCase, type CaseResult, compileRow, describeOwn, enginesOf } from './benchmark.js';
import type { BusyMeter } from './busy-meter.js';
import { formatConvolutions } from './convolutions/convolution-table.js';
import { measureConvolutions } from './convolutions/measure-convolutions.js';
import { formatLayers } from './layers/layer-table.js';
import { measureLayers } from './layers/measure-layers.js';
import type { TableOptions } from './measure-table.js';
import { formatMemory, watchMemory } from './memory.js';
import { measureNewProcesses } from './new-processes.js';
import type { OwnSession } from './own-session.js';
import type { Peer } from './peers/peer.js';
import { formatProfile, typicalProfile } from './profile.js';
import {
  type Failure,
  type Findings,
  formatRatio,
  type MemoryUse,
  type Report,
  type Row,
  ratiosOf,
  reportOf,
  rowOf,
} from './report.js';
import { formatMilliseconds, formatNumber, formatTable } from './table.js';
import {
  type Case,
  type ConvolutionCase,
  casesOf,
  type LayerCase,
  type Workload,
} from './workload.js';

export interface MeasureOptions {
  readonly peers: readonly Peer[];
  readonly seconds?: number;
  readonly rounds?: number;
  /** Only cases with this in their names. */
  readonly only?: string;
  /** Only our engine, for so many steps, with an eye on the memory. */
  readonly steps?: number;
  /** Also the time of each kernel; how many runs it is the median of. */
  readonly profile?: true | number;
  readonly meter: BusyMeter;
}

/** Measures and prints the cases of `workload` whose names contain `only`. */
export async function measureWorkload(
  workload: Workload,
  options: MeasureOptions,
): Promise<Report> {
  const wanted = <Wanted extends Case>(cases: readonly Wanted[]) => wantedOf(cases, options.only);
  // Profiles and memory are those of single cases, whatever the workload.
  const table = !options.steps && !options.profile;
  if (table && 'layers' in workload) return measureLayerTable(wanted(workload.layers), options);
  if (table && 'convolutions' in workload) {
    return measureConvolutionTable(wanted(workload.convolutions), options);
  }
  return measureCases(wanted(casesOf(workload)), options);
}

/** The cases that have `only` in their names. */
export const wantedOf = <Wanted extends Case>(
  cases: readonly Wanted[],
  only: string | undefined,
): Wanted[] => cases.filter(({ id }) => id.includes(only ?? ''));

async function measureLayerTable(
  cases: readonly LayerCase[],
  options: MeasureOptions,
): Promise<Report> {
  const { measured, skipped } = await measureLayers(cases, tableOptions(options));
  print([...formatLayers(measured), ...skipped]);
  const rows = measured.flatMap((layer) => layer.rows);
  const bandwidths = measured.map(({ rows: _, difference: __, ...bandwidth }) => bandwidth);
  return reportOf(rows, options.meter.busyCores, { bandwidths });
}

async function measureConvolutionTable(
  cases: readonly ConvolutionCase[],
  options: MeasureOptions,
): Promise<Report> {
  const { measured, skipped } = await measureConvolutions(cases, tableOptions(options));
  print([...formatConvolutions(measured), ...skipped]);
  const rows = measured.flatMap((convolution) => convolution.rows);
  return reportOf(rows, options.meter.busyCores, {
    engines: Object.assign({}, ...measured.map(({ engines }) => engines)),
    accuracies: measured.map(({ rows: [{ workload }], method, error }) => ({
      ...{ workload, method, ...error },
    })),
  });
}

function tableOptions({ peers, seconds = 1, rounds = 5, meter }: MeasureOptions): TableOptions {
  const progress = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  };
  return { peers, threads: threadCount(), seconds, rounds, meter, progress };
}

/** A case that fails is named in the report, and the others are measured all the same. */
async function measureCases(cases: readonly Case[], options: MeasureOptions): Promise<Report> {
  const measured: MeasuredCase[] = [];
  const failed: Failure[] = [];
  for (const subject of cases) {
    try {
      measured.push(await measureCase(subject, options));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      print([`${subject.id} was not measured: ${reason}`]);
      failed.push({ workload: subject.id, reason });
    }
  }
  const rows = measured.flatMap((one) => one.rows);
  for (const ratio of ratiosOf(rows)) console.log(formatRatio(ratio));
  const memory = measured.flatMap((one) => one.memory);
  return reportOf(rows, options.meter.busyCores, {
    engines: Object.assign({}, ...measured.map(({ engines }) => engines)),
    ...(memory.length > 0 ? { memory } : {}),
    ...(failed.length > 0 ? { failed } : {}),
  });
}

interface MeasuredCase {
  readonly rows: readonly Row[];
  readonly memory: readonly MemoryUse[];
  readonly engines: NonNullable<Findings['engines']>;
}

/** Measures one case and prints it. */
async function measureCase(subject: Case, options: MeasureOptions): Promise<MeasuredCase> {
  const { peers, steps, profile, meter, seconds = 10, rounds = 10 } = options;
  const threads = threadCount();
  const own = await subject.open();
  try {
    await meter.sample();
    const result = steps
      ? await repeat(subject, { own, steps })
      : await benchmarkCase(subject, own, { peers, threads, seconds, rounds, meter });
    const starts =
      subject.newProcesses && !steps
        ? await measureNewProcesses(subject, { peers, threads })
        : { rows: [compileRow(subject, own)], memory: [], lines: [] };
    print([...formatRows(result), ...result.lines, ...starts.lines]);
    if (profile)
      print(formatProfile(typicalProfile(own, { runs: profile === true ? 50 : profile })));
    return {
      rows: [...result.rows.map(({ row }) => row), ...starts.rows],
      memory: starts.memory,
      engines: result.engines,
    };
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
    engines: enginesOf([own]),
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
export function print(lines: readonly string[]): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(`${lines.join('\n')}\n`);
}
