/** The results page: machine, versions, times with their spread, ratios, errors and memory, as Markdown. */

import type { MemoryUse, Report, Row } from './report.js';
import { formatMegabytes, formatNumber } from './table.js';

export interface ResultsOptions {
  /** The command that made them. */
  readonly command: string;
  readonly date: Date;
}

/** The page for people; `report` is all of one run. */
export function formatResults(report: Report, { command, date }: ResultsOptions): string {
  const { machine, engines = {}, accuracies = [], memory = [], failed = [] } = report;
  const blocks = [
    ['# Results', '', `Written by \`${command}\` on ${date.toISOString().slice(0, 10)}.`],
    [
      `- ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.os}`,
      `- other programs kept ${machine.busyCores.toFixed(2)} cores busy` +
        (machine.busyCores < 0.2 ? '' : ': do not quote these times'),
      ...Object.entries(engines).map(([name, note]) => `- ${name}: ${note}`),
      ...failed.map(({ workload, reason }) => `- ${workload} was not measured: ${reason}`),
    ],
    [
      'Times are medians in milliseconds with the tenth and ninetieth percentile; GFLOP/s are of a direct',
      'computation. A ratio is our time over the peer’s: below 1 we are faster.',
    ],
    ...workloadsOf(report.rows).map(([name, rows]) => [`## ${name}`, '', ...timesTable(rows)]),
    section(
      'Errors of convolutions',
      [
        'Shares of the root mean square of a direct convolution in float64, on a sample of elements.',
        '',
        ...table(
          ['convolution', 'method', 'largest', 'root mean square'],
          accuracies.map(({ workload, method, max, rms }) => [
            ...[
              workload.replace('convolutions/', ''),
              method,
              max.toExponential(1),
              rms.toExponential(1),
            ],
          ]),
        ),
      ],
      accuracies.length,
    ),
    section('Peak resident set', memoryTable(memory), memory.length),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const section = (title: string, lines: readonly string[], count: number): string[] =>
  count > 0 ? [`## ${title}`, '', ...lines] : [];

/** Rows by the first part of their names. */
function workloadsOf(rows: readonly Row[]): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const [name] = row.workload.split('/');
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups];
}

function timesTable(rows: readonly Row[]): string[] {
  const own = new Map(
    rows.filter(({ engine }) => engine === 'fovea').map((row) => [row.workload, row]),
  );
  return table(
    ['case', 'engine', 'threads', 'ms', 'p10', 'p90', 'GFLOP/s', 'ratio'],
    rows.map((row) => {
      const ours = own.get(row.workload);
      return [
        ...[row.workload.split('/').slice(1).join('/'), row.engine, String(row.threads)],
        ...[row.medianMs, row.p10Ms, row.p90Ms].map(formatNumber),
        row.gflops === null ? '' : formatNumber(row.gflops),
        ours && ours !== row ? formatNumber(ours.medianMs / row.medianMs) : '',
      ];
    }),
  );
}

const memoryTable = (memory: readonly MemoryUse[]): string[] =>
  table(
    ['case', 'engine', 'peak'],
    memory.map(({ workload, engine, peakBytes }) => [workload, engine, formatMegabytes(peakBytes)]),
  );

/** Words to the left, what stands under the third title and later to the right. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, column) => (column < 2 ? '---' : '---:'));
  return [line(header), line(rule), ...rows.map(line)];
}
