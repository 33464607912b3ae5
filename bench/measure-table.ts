/** Measures many short cases for one table, with one process of each peer for all of them. */

import type { BusyMeter } from './busy-meter.js';
import type { CaseServer, Peer } from './peers/peer.js';
import type { Session } from './session.js';
import type { Case } from './workload.js';

export interface TableOptions {
  readonly peers: readonly Peer[];
  readonly threads: number;
  /** Seconds of counted steps for each engine and case, and over how many turns they are spread. */
  readonly seconds: number;
  readonly rounds: number;
  /** Sampled once a case. */
  readonly meter: BusyMeter;
  /** Called before each case. */
  readonly progress?: (id: string) => void;
}

export interface MeasuredTable<Measured> {
  readonly measured: readonly Measured[];
  /** Why engines were left out, once for each reason. */
  readonly skipped: readonly string[];
}

/** What `measure` makes of each of `cases`, given the sessions of all peers that have the case. */
export async function measureTable<Subject extends Case, Measured>(
  cases: readonly Subject[],
  options: TableOptions,
  measure: (subject: Subject, peers: readonly Session[]) => Promise<Measured>,
): Promise<MeasuredTable<Measured>> {
  const skipped = new Set<string>();
  const unknown = new Map<string, number>();
  const servers: (readonly [string, CaseServer])[] = [];
  try {
    for (const peer of options.peers) {
      const server = await peer.start(options);
      if ('skipped' in server) skipped.add(server.skipped);
      else servers.push([peer.name, server]);
    }
    const measured: Measured[] = [];
    for (const subject of cases) {
      options.progress?.(subject.id);
      const sessions: Session[] = [];
      for (const [name, server] of servers) {
        const session = await server.open(subject.id);
        if (!('skipped' in session)) sessions.push(session);
        else if (session.unknownCase) unknown.set(name, (unknown.get(name) ?? 0) + 1);
        else skipped.add(session.skipped);
      }
      await options.meter.sample();
      measured.push(await measure(subject, sessions));
    }
    const counted = [...unknown].map(
      ([name, count]) => `${name}: cannot run ${count} of these ${cases.length}`,
    );
    return { measured, skipped: [...skipped, ...counted] };
  } finally {
    for (const [, server] of servers) await server.close();
  }
}
