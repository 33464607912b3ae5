/** The result of a benchmark: rows, ratios to the peers, and its form as JSON. */

import { availableParallelism, cpus } from 'node:os';
import { summarize, type TimeSummary } from './statistics.js';
import { formatNumber } from './table.js';

/** One engine on one workload; lower times are better. */
export interface Row extends TimeSummary {
  /** For example `lenet5/train/b64` or `matmul/1024`. */
  readonly workload: string;
  readonly engine: string;
  readonly threads: number;
  /** Billions of floating point operations a second at the median; null where nothing is counted. */
  readonly gflops: number | null;
}

/** Our median time over the peer's: below 1 we are faster. */
export interface Ratio {
  readonly workload: string;
  readonly peer: string;
  readonly ratio: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly os: string;
  /** Cores that other programs kept busy meanwhile; near 0 on a machine whose times can be quoted. */
  readonly busyCores: number;
}

/** The bandwidth of our engine on a layer, beside a plain copy with a working set of the same size. */
export interface Bandwidth {
  readonly workload: string;
  readonly memoryBound: boolean;
  /** Bytes that have to be moved at least. */
  readonly bytes: number;
  readonly gigabytesPerSecond: number;
  readonly copyGigabytesPerSecond: number;
}

/** The error of our result of a convolution, as shares of the root mean square of the exact one. */
export interface Accuracy {
  readonly workload: string;
  /** How it was computed, in words. */
  readonly method: string;
  readonly max: number;
  readonly rms: number;
}

/** The largest resident set of a process that makes a few steps. */
export interface MemoryUse {
  readonly workload: string;
  readonly engine: string;
  readonly peakBytes: number;
}

/** What was not measured. */
export interface Failure {
  /** A case, or all of a workload. */
  readonly workload: string;
  readonly reason: string;
}

/** What a workload may tell besides times. */
export interface Findings {
  /** What each engine says of itself, such as its version. */
  readonly engines?: Readonly<Record<string, string>>;
  /** Only of workloads of layers. */
  readonly bandwidths?: readonly Bandwidth[];
  /** Only of convolutions. */
  readonly accuracies?: readonly Accuracy[];
  /** Only of workloads that are also measured in new processes. */
  readonly memory?: readonly MemoryUse[];
  readonly failed?: readonly Failure[];
}

export interface Report extends Findings {
  readonly machine: Machine;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
}

/** The machine that runs this process. */
export function describeMachine(): Omit<Machine, 'busyCores'> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.versions.node,
    os: `${process.platform} ${process.arch}`,
  };
}

/** The row of measured `times` in milliseconds of steps of `flops` operations. */
export function rowOf(
  { workload, engine, threads }: Pick<Row, 'workload' | 'engine' | 'threads'>,
  { times, flops }: { readonly times: readonly number[]; readonly flops: number },
): Row {
  const summary = summarize(times);
  return { workload, engine, threads, ...summary, gflops: gflopsOf(flops, summary.medianMs) };
}

/** GFLOP/s of a step of `flops` operations that takes `medianMs`; null when nothing is counted. */
export function gflopsOf(flops: number, medianMs: number): number | null {
  return flops > 0 && medianMs > 0 ? flops / medianMs / 1e6 : null;
}

/** The ratio of `engine` to every peer on each workload that both ran. */
export function ratiosOf(rows: readonly Row[], engine = 'fovea'): Ratio[] {
  return rows.flatMap((row) => {
    const own = rows.find((other) => other.engine === engine && other.workload === row.workload);
    if (row.engine === engine || !own) return [];
    return [{ workload: row.workload, peer: row.engine, ratio: own.medianMs / row.medianMs }];
  });
}

/** The report of `rows` on this machine, of which other programs kept `busyCores` busy. */
export function reportOf(rows: readonly Row[], busyCores: number, findings: Findings = {}): Report {
  const machine = { ...describeMachine(), busyCores: Math.round(busyCores * 100) / 100 };
  return { machine, rows, ratios: ratiosOf(rows), ...findings };
}

/** Several workloads' reports of one run, as one, and the workloads that have none. */
export function joinReports(reports: readonly Report[], failed: readonly Failure[] = []): Report {
  const busy = Math.max(0, ...reports.map(({ machine }) => machine.busyCores));
  const rows = reports.flatMap((report) => report.rows);
  return reportOf(rows, busy, {
    engines: Object.assign({}, ...reports.map(({ engines }) => engines)),
    accuracies: reports.flatMap(({ accuracies }) => accuracies ?? []),
    memory: reports.flatMap(({ memory }) => memory ?? []),
    failed: [...reports.flatMap(({ failed }) => failed ?? []), ...failed],
  });
}

/** `lenet5/train/b64: 0.52 times pytorch's time (1.92 times as fast)`, for people. */
export function formatRatio({ workload, peer, ratio }: Ratio): string {
  const speed =
    ratio <= 1
      ? `${formatNumber(1 / ratio)} times as fast`
      : `${formatNumber(ratio)} times as slow`;
  return `${workload}: ${formatNumber(ratio)} times ${peer}'s time (${speed})`;
}
