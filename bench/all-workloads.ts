/** The workloads one after the other, each in a process of its own, and a page with all results. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeFileAtomically } from '../src/formats/atomic-file.js';
import { wantedOf } from './measure-workload.js';
import type { Peer } from './peers/peer.js';
import { joinReports, type Report } from './report.js';
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

export interface Failure {
  /** The workload's. */
  readonly name: string;
  readonly reason: string;
}

/** Measures `workloads` (not single layers, which have a table of their own) and writes the page. */
export async function measureAll(
  workloads: readonly Workload[],
  { out, ...options }: AllOptions,
): Promise<{ readonly report: Report; readonly failed: readonly Failure[] }> {
  const args = argumentsOf(options);
  const reports: Report[] = [];
  const failed: Failure[] = [];
  for (const workload of workloads) {
    if ('layers' in workload || wantedOf(casesOf(workload), options.only).length === 0) continue;
    const { name } = workload;
    console.log(`## ${name}\n`);
    const report = await measureInProcess([name, ...args]);
    if (report) reports.push(report);
    else failed.push({ name, reason: 'its process ended early, see above' });
  }
  const report = joinReports(reports);
  const command = ['npm run bench --', 'all', ...args].join(' ');
  await writeFileAtomically(out, formatResults(report, { command, date: new Date(), failed }));
  console.log(`results: ${out}`);
  return { report, failed };
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
