/** What only a new process can tell: how long a first and a second start take, and the most memory held. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCase, type Peer } from './peers/peer.js';
import { foveaAlone } from './peers/registry.js';
import { type MemoryUse, type Row, rowOf } from './report.js';
import { formatMegabytes, formatMilliseconds } from './table.js';
import type { Case } from './workload.js';

export interface NewProcessesOptions {
  readonly peers: readonly Peer[];
  readonly threads: number;
}

export interface Starts {
  /** The time of the first compilation: of a first start, and of the next with what the first has cached. */
  readonly rows: readonly Row[];
  /** Of our engine and every peer that is installed. */
  readonly memory: readonly MemoryUse[];
  readonly lines: readonly string[];
}

/** Steps after which the resident set has seen everything. */
const steps = 3;

/** Starts our engine twice and each peer once, each in a process of its own, for a few steps of `subject`. */
export async function measureNewProcesses(
  subject: Case,
  { peers, threads }: NewProcessesOptions,
): Promise<Starts> {
  // A cache that is empty at first, whatever earlier runs have left in the user's.
  const cache = await mkdtemp(join(tmpdir(), 'fovea-bench-'));
  try {
    const options = { threads, environment: { XDG_CACHE_HOME: cache } };
    const first = await startOnce(foveaAlone, subject.id, options);
    const second = await startOnce(foveaAlone, subject.id, options);
    if (!first || !second) throw new Error(`${subject.id}: our engine does not know this case`);
    const others = [];
    for (const peer of peers) others.push(await startOnce(peer, subject.id, { threads }));
    const rows = [
      { workload: `${subject.id}/compile`, time: first.compileMs },
      { workload: `${subject.id}/compile-again`, time: second.compileMs },
    ].map(({ workload, time }) =>
      rowOf({ workload, engine: 'fovea', threads }, { times: [time], flops: 0 }),
    );
    const memory = [first, ...others].flatMap((start) => start?.memory ?? []);
    return { rows, memory, lines: [describeStarts(rows), describeMemory(memory)] };
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

interface Start {
  readonly compileMs: number;
  readonly memory: MemoryUse;
}

/** Null where the engine does not have the case, or is not there. */
async function startOnce(
  peer: Peer,
  workload: string,
  options: Parameters<Peer['start']>[0],
): Promise<Start | null> {
  const session = await openCase(peer, workload, options);
  if ('skipped' in session) return null;
  try {
    await session.round({ seconds: 0, settle: steps - 1 });
    const memory = { workload, engine: session.engine, peakBytes: await session.peakBytes() };
    return { compileMs: session.compileMs ?? 0, memory };
  } finally {
    await session.close();
  }
}

const describeStarts = ([first, second]: readonly Row[]): string =>
  `first compile in a new process ${formatMilliseconds(first.medianMs)}, in the next ` +
  formatMilliseconds(second.medianMs);

const describeMemory = (memory: readonly MemoryUse[]): string =>
  `peak resident set of a process that makes ${steps} steps: ` +
  memory.map(({ engine, peakBytes }) => `${engine} ${formatMegabytes(peakBytes)}`).join(', ');
