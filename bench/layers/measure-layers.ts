/** Measures layer after layer: our engine, one process of each peer and a plain copy take turns. */

import { differencesBetween } from '../benchmark.js';
import { type MeasuredTable, measureTable, type TableOptions } from '../measure-table.js';
import { type Bandwidth, type Row, rowOf } from '../report.js';
import { measureInRounds } from '../rounds.js';
import type { Session } from '../session.js';
import { median } from '../statistics.js';
import type { LayerCase } from '../workload.js';
import { openCopy } from './copy.js';
import { gigabytesPerSecond } from './traffic.js';

/** One layer: a row for our engine and each peer, and what it moved. */
export interface MeasuredLayer extends Bandwidth {
  /** Ours first. */
  readonly rows: readonly Row[];
  /** The largest difference of results between us and a peer, as a share of their norm. */
  readonly difference: number | null;
}

/** Measures `cases`; throws an Error where an engine does not compute the same as ours. */
export const measureLayers = (
  cases: readonly LayerCase[],
  options: TableOptions,
): Promise<MeasuredTable<MeasuredLayer>> =>
  measureTable(cases, options, (subject, peers) => measureLayer(subject, peers, options));

async function measureLayer(
  subject: LayerCase,
  peers: readonly Session[],
  { seconds, rounds }: TableOptions,
): Promise<MeasuredLayer> {
  const own = await subject.open();
  const copy = openCopy(own.traffic.workingSet);
  try {
    const differences = await differencesBetween(subject, own, peers);
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
