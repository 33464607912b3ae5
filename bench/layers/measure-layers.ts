/** Measures layer after layer: our engine, one process of each peer and a plain copy take turns. */

import { differenceBetween } from '../benchmark.js';
import type { BusyMeter } from '../busy-meter.js';
import type { CaseServer, Peer } from '../peers/peer.js';
import { type Bandwidth, type Row, rowOf } from '../report.js';
import { measureInRounds } from '../rounds.js';
import type { Session } from '../session.js';
import { median } from '../statistics.js';
import type { LayerCase } from '../workload.js';
import { openCopy } from './copy.js';
import { gigabytesPerSecond } from './traffic.js';

export interface LayersOptions {
  readonly peers: readonly Peer[];
  readonly threads: number;
  /** Seconds of counted steps for each engine and layer, and over how many turns they are spread. */
  readonly seconds: number;
  readonly rounds: number;
  /** Sampled once a layer. */
  readonly meter: BusyMeter;
  /** Called before each layer. */
  readonly progress?: (id: string) => void;
}

/** One layer: a row for our engine and each peer, and what it moved. */
export interface MeasuredLayer extends Bandwidth {
  /** Ours first. */
  readonly rows: readonly Row[];
  /** The largest difference of results between us and a peer, as a share of their norm. */
  readonly difference: number | null;
}

export interface MeasuredLayers {
  readonly layers: readonly MeasuredLayer[];
  /** Why engines were left out, once for each reason. */
  readonly skipped: readonly string[];
}

/** Measures `cases`; throws an Error where an engine does not compute the same as ours. */
export async function measureLayers(
  cases: readonly LayerCase[],
  options: LayersOptions,
): Promise<MeasuredLayers> {
  const skipped = new Set<string>();
  const servers: CaseServer[] = [];
  try {
    for (const peer of options.peers) {
      const server = await (peer.start?.(options) ?? { skipped: `${peer.name}: has no layers` });
      if ('skipped' in server) skipped.add(server.skipped);
      else servers.push(server);
    }
    const layers: MeasuredLayer[] = [];
    for (const subject of cases) {
      options.progress?.(subject.id);
      const sessions: Session[] = [];
      for (const server of servers) {
        const session = await server.open(subject.id);
        if ('skipped' in session) skipped.add(session.skipped);
        else sessions.push(session);
      }
      await options.meter.sample();
      layers.push(await measureLayer(subject, sessions, options));
    }
    return { layers, skipped: [...skipped] };
  } finally {
    for (const server of servers) await server.close();
  }
}

async function measureLayer(
  subject: LayerCase,
  peers: readonly Session[],
  { seconds, rounds }: LayersOptions,
): Promise<MeasuredLayer> {
  const own = await subject.open();
  const copy = openCopy(own.traffic.workingSet);
  try {
    const differences = peers.map((peer) => differenceBetween(subject, own, peer) ?? 0);
    const times = await measureInRounds([own, ...peers, copy], { seconds, rounds });
    const rows = [own, ...peers].map(({ engine, threads }, i) =>
      rowOf({ workload: subject.id, engine, threads }, { times: times[i], flops: subject.flops }),
    );
    const { bytes } = own.traffic;
    return {
      workload: subject.id,
      rows,
      memoryBound: subject.memoryBound,
      bytes,
      gigabytesPerSecond: gigabytesPerSecond(bytes, rows[0].medianMs),
      copyGigabytesPerSecond: gigabytesPerSecond(copy.bytes, median(times[times.length - 1])),
      difference: differences.length > 0 ? Math.max(...differences) : null,
    };
  } finally {
    await copy.close();
    await own.close();
  }
}
