/** One case of a benchmark: our engine and the peers in turns, and what there is to say about them. */

import type { BusyMeter } from './busy-meter.js';
import { largestDifference } from './fingerprint.js';
import type { OwnSession } from './own-session.js';
import { openCase, type Peer } from './peers/peer.js';
import { type Row, rowOf } from './report.js';
import { measureInRounds } from './rounds.js';
import type { Session } from './session.js';
import { median } from './statistics.js';
import { formatMegabytes, formatMilliseconds, formatNumber } from './table.js';
import type { Case, Ceiling } from './workload.js';

export interface BenchmarkOptions {
  readonly peers: readonly Peer[];
  readonly threads: number;
  /** Seconds of counted steps for each engine, and over how many turns they are spread. */
  readonly seconds: number;
  readonly rounds: number;
  /** Sampled between the turns. */
  readonly meter: BusyMeter;
}

export interface MeasuredRow {
  readonly row: Row;
  /** Steps counted, versions. */
  readonly note: string;
}

export interface CaseResult {
  readonly rows: readonly MeasuredRow[];
  /** Lines for people: what else was measured, and which peers were not. */
  readonly lines: readonly string[];
  /** What each engine says of itself, by its name. */
  readonly engines: Readonly<Record<string, string>>;
}

/** Measures our engine on `subject`, beside every peer that is installed. */
export async function benchmarkCase(
  subject: Case,
  own: OwnSession,
  { peers, threads, seconds, rounds, meter }: BenchmarkOptions,
): Promise<CaseResult> {
  const sessions: Session[] = [own];
  const skipped: string[] = [];
  const ceilings: Ceiling[] = [];
  try {
    for (const peer of peers) {
      const session = await openCase(peer, subject.id, { threads });
      if ('skipped' in session) skipped.push(session.skipped);
      else sessions.push(session);
    }
    const opened = sessions.slice(1);
    const differences = await differencesBetween(subject, own, opened);
    const times = await measureInRounds(sessions, {
      seconds,
      rounds,
      beside: async () => {
        await meter.sample();
        if (subject.ceiling) ceilings.push(await subject.ceiling());
      },
    });
    const rows = sessions.map((session, i) => ({
      row: rowOf(
        { workload: subject.id, engine: session.engine, threads: session.threads },
        { times: times[i], flops: subject.flops },
      ),
      note: `${session.note}, ${times[i].length} steps`,
    }));
    const lines = [
      describeOwn(own),
      ...describeDifferences(differences, opened),
      ...describeRates(subject, rows),
      ...describeCeiling(ceilings, rows[0].row),
      ...skipped,
    ];
    return { rows, lines, engines: enginesOf(sessions) };
  } finally {
    for (const session of sessions) if (session !== own) await session.close();
  }
}

/** What each of `sessions` says of itself, by the engine's name. */
export const enginesOf = (sessions: readonly Session[]): Readonly<Record<string, string>> =>
  Object.fromEntries(sessions.map(({ engine, note }) => [engine, note]));

/** The row of the first compilation, in the form of every other: one time, nothing to count. */
export function compileRow(subject: Case, own: OwnSession): Row {
  const workload = `${subject.id}/compile`;
  return rowOf(
    { workload, engine: own.engine, threads: own.threads },
    { times: [own.compileMs], flops: 0 },
  );
}

/** What compiling cost and what came out. */
export function describeOwn(own: OwnSession): string {
  const { kernels, arenaBytes } = own.describe();
  return (
    `first compile ${formatMilliseconds(own.compileMs)}, first step after it ` +
    `${formatMilliseconds(own.firstStepMs)}, ${kernels.length} kernel${kernels.length === 1 ? '' : 's'}, ` +
    `arena ${formatMegabytes(arenaBytes)} (${arenaBytes} bytes)`
  );
}

/**
 * How far each of `peers` is from ours on the same data; empty where the case has nothing to compare.
 *
 * Throws an Error when one does not compute the same.
 */
export async function differencesBetween(
  { id, agreement }: Pick<Case, 'id' | 'agreement'>,
  own: Session,
  peers: readonly Session[],
): Promise<number[]> {
  if (!own.check || peers.length === 0) return [];
  const check = await own.check();
  const differences: number[] = [];
  for (const peer of peers) {
    try {
      differences.push(largestDifference(check, (await peer.check?.()) ?? {}, agreement));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${id}: ${own.engine} and ${peer.engine}: ${message}`, { cause });
    }
  }
  return differences;
}

function describeDifferences(differences: readonly number[], peers: readonly Session[]): string[] {
  return differences.map(
    (difference, i) =>
      `equal work: all results of the same data agree with ${peers[i].engine}'s to ` +
      `${difference.toExponential(1)} of their norm`,
  );
}

function describeRates({ images }: Case, rows: readonly MeasuredRow[]): string[] {
  if (!images) return [];
  const rates = rows.map(({ row: { engine, medianMs } }) => {
    const rate = Math.round((images / medianMs) * 1e3);
    return `${engine} ${rate.toLocaleString('en')}`;
  });
  return [`images per second: ${rates.join(', ')}`];
}

function describeCeiling(ceilings: readonly Ceiling[], { gflops, threads }: Row): string[] {
  if (ceilings.length === 0 || gflops === null) return [];
  const single = median(ceilings.map((ceiling) => ceiling.gflops));
  const all = single * threads;
  return [
    `${ceilings[0].label}: ${formatNumber(single)} GFLOP/s on one core, times ${threads} = ` +
      `${formatNumber(all)}; reached ${formatNumber(gflops)} = ` +
      `${((gflops / all) * 100).toFixed(1)} %`,
  ];
}
