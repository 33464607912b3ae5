/** One case of a benchmark: our engine and the peers in turns, and what there is to say about them. */

import type { BusyMeter } from './busy-meter.js';
import { largestDifference } from './fingerprint.js';
import type { OwnSession } from './own-session.js';
import type { Peer } from './peers/peer.js';
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
      const opened = await peer.open(subject.id, { threads });
      if ('skipped' in opened) skipped.push(opened.skipped);
      else sessions.push(opened);
    }
    const checks = sessions.slice(1).flatMap((session) => describeCheck(subject, own, session));
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
      ...checks,
      ...describeRates(subject, rows),
      ...describeCeiling(ceilings, rows[0].row),
      ...skipped,
    ];
    return { rows, lines };
  } finally {
    for (const session of sessions) if (session !== own) await session.close();
  }
}

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

/** Compares what both engines make of the same data; throws an Error when it is not the same. */
export function differenceBetween(
  { id, agreement }: Pick<Case, 'id' | 'agreement'>,
  own: Session,
  peer: Session,
): number | null {
  if (!own.check) return null;
  try {
    return largestDifference(own.check, peer.check ?? {}, agreement);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${id}: ${own.engine} and ${peer.engine}: ${message}`, { cause });
  }
}

function describeCheck(subject: Case, own: Session, peer: Session): string[] {
  const difference = differenceBetween(subject, own, peer);
  if (difference === null) return [];
  return [
    `equal work: ${Object.keys(own.check ?? {}).length} results of the same data agree with ` +
      `${peer.engine}'s to ${difference.toExponential(1)} of their norm`,
  ];
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
