/** The workloads one after the other, each in a process of its own, and a page with all results. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeFileAtomically } from '../src/formats/atomic-file.js';
import { wantedOf } from './measure-workload.js';
import type { Peer } from './peers/peer.js';
import { type Failure, joinReports, type Report } from './report.js';
import { formatResults } from './results-page.js';
import { casesOf, type Workload } from './workload.js';

export interface AllOptions {
  readonly peers: readonly Peer[];
  readonly threads?: number;
  readonly seconds?: number;
  readonly rounds?: number;
  readonly only?: string;
  /** Where the page goes. */
  readonly out: string;
}

/** Not single layers, of which there are too many for a page, nor how a training is fed: it has no peers. */
export const isOnPage = (workload: Workload): boolean =>
  !('layers' in workload) && !('feed' in workload);

/** Measures those of `workloads` that have cases with `only` in their names, and writes the page. */
export async function measureAll(
  workloads: readonly Workload[],
  { out, ...options }: AllOptions,
): Promise<Report> {
  const args = argumentsOf(options);
  const reports: Report[] = [];
  const failed: Failure[] = [];
  const wanted = workloads
    .filter(isOnPage)
    .filter((workload) => wantedOf(casesOf(workload), options.only).length > 0);
  for (const { name } of wanted) {
    console.log(`## ${name}\n`);
    const report = await measureInProcess([name, ...args]);
    if (report) reports.push(report);
    else failed.push({ workload: name, reason: 'its process ended early' });
  }
  const report = joinReports(reports, failed);
  const command = ['npm run bench --', 'all', ...args].join(' ');
  await writeFileAtomically(out, formatResults(report, { command, date: new Date() }));
  console.log(`results: ${out}`);
  return report;
}

/** The command line that asks one workload's process for the same. */
function argumentsOf({ peers, ...options }: Omit<AllOptions, 'out'>): string[] {
  const { threads, seconds, rounds, only } = options;
  const given = Object.entries({ threads, seconds, rounds, only });
  const peerArguments = peers.length > 0 ? ['--peers', peers.map(({ name }) => name).join()] : [];
  return [
    ...peerArguments,
    ...given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
  ];
}

/** Prints what the process prints, but for the report at its end; null when there is none. */
async function measureInProcess(args: readonly string[]): Promise<Report | null> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const child = spawn(process.execPath, [main, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let report: Report | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{"machine"')) report = JSON.parse(line) as Report;
    else console.log(line);
  }
  await ended;
  return report;
}
