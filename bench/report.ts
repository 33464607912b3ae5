/** The result of a benchmark: rows, ratios between engines, the printed table and its JSON line. */

import { cpus } from 'node:os';
import { percentile, type TimeSummary } from './statistics.js';

/** One engine on one workload; lower times are better. */
export interface Row extends TimeSummary {
  /** For example `lenet5/train/b64` or `matmul/1024`. */
  readonly workload: string;
  readonly engine: string;
  readonly threads: number;
  /** Billions of floating point operations a second at the median, when the count is known. */
  readonly gflops: number | null;
  /** What a reader has to know, such as a version or a small number of steps. */
  readonly note?: string;
}

/** How many times faster than `peer` we are: the peer's median time divided by ours. */
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
  readonly date: string;
}

export interface Report {
  readonly machine: Machine;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
}

/** The machine that runs this process. */
export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    node: process.version,
    os: `${process.platform} ${process.arch}`,
    date: new Date().toISOString(),
  };
}

/** GFLOP/s of a step of `flops` operations that takes `medianMs`; null when the count is unknown. */
export function gflopsOf(flops: number, medianMs: number): number | null {
  return flops > 0 && medianMs > 0 ? flops / medianMs / 1e6 : null;
}

/** Ratios of every peer to `engine` on each workload that both ran with the same threads. */
export function ratiosOf(rows: readonly Row[], engine = 'fovea'): Ratio[] {
  const ours = rows.filter((row) => row.engine === engine);
  return rows.flatMap((row) => {
    if (row.engine === engine) return [];
    const candidates = ours.filter(({ workload }) => workload === row.workload);
    // A peer that cannot use the asked number of threads is compared with our fastest row.
    const own =
      candidates.find(({ threads }) => threads === row.threads) ??
      candidates.sort((a, b) => a.medianMs - b.medianMs)[0];
    if (!own) return [];
    return [{ workload: row.workload, peer: row.engine, ratio: row.medianMs / own.medianMs }];
  });
}

/** The report of `rows`, with the ratios and this machine. */
export function reportOf(rows: readonly Row[], engine = 'fovea'): Report {
  return { machine: describeMachine(), rows, ratios: ratiosOf(rows, engine) };
}

/** The report as an aligned table for people. */
export function formatTable({ machine, rows, ratios }: Report): string {
  const header = ['workload', 'engine', 'threads', 'median', 'p10', 'p90', 'GFLOP/s', ''];
  const cells = rows.map((row) => [
    row.workload,
    row.engine,
    String(row.threads),
    milliseconds(row.medianMs),
    milliseconds(row.p10Ms),
    milliseconds(row.p90Ms),
    row.gflops === null ? '–' : row.gflops.toPrecision(3),
    row.note ?? '',
  ]);
  const widths = header.map((title, i) =>
    Math.max(title.length, ...cells.map((line) => line[i].length)),
  );
  const lines = [header, ...cells].map((line) =>
    line
      .map((cell, i) => (i < 2 || i === 7 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  const comparisons = ratios.map(({ workload, peer, ratio }) =>
    ratio >= 1
      ? `${workload}: ${ratio.toFixed(2)} times as fast as ${peer}`
      : `${workload}: ${(1 / ratio).toFixed(2)} times as slow as ${peer}`,
  );
  const place = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.os}`;
  return [place, '', ...lines, ...(comparisons.length > 0 ? ['', ...comparisons] : [])].join('\n');
}

/** Prints the table and, as the last line, the report as JSON for programs. */
export function printReport(report: Report, print: (text: string) => void = console.log): void {
  print(formatTable(report));
  print('');
  print(JSON.stringify(report));
}

/** The median of several runs of the same row, for noisy machines. */
export function medianRow(rows: readonly Row[]): Row {
  const of = (pick: (row: Row) => number) =>
    percentile(
      rows.map(pick).sort((a, b) => a - b),
      0.5,
    );
  const medianMs = of((row) => row.medianMs);
  const rate = rows[0].gflops === null ? null : of((row) => row.gflops ?? 0);
  return {
    ...rows[0],
    medianMs,
    p10Ms: of((row) => row.p10Ms),
    p90Ms: of((row) => row.p90Ms),
    gflops: rate,
  };
}

function milliseconds(time: number): string {
  return `${time >= 100 ? time.toFixed(0) : time.toPrecision(3)} ms`;
}
