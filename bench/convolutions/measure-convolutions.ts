/** Measures convolution after convolution: our engine and one process of each peer take turns. */

import { differencesBetween, enginesOf } from '../benchmark.js';
import { type MeasuredTable, measureTable, type TableOptions } from '../measure-table.js';
import type { OwnSession } from '../own-session.js';
import { type Row, rowOf } from '../report.js';
import { measureInRounds } from '../rounds.js';
import type { Session } from '../session.js';
import type { ConvolutionCase } from '../workload.js';
import type { DirectError } from './direct-error.js';

export interface MeasuredConvolution extends Pick<ConvolutionCase, 'convolution' | 'pass'> {
  /** Ours first. */
  readonly rows: readonly Row[];
  readonly error: DirectError;
  /** How our engine computes it, in words. */
  readonly method: string;
  /** The largest difference of results between us and a peer, as a share of their norm. */
  readonly difference: number | null;
  /** What each engine says of itself, by its name. */
  readonly engines: Readonly<Record<string, string>>;
}

/** Measures `cases`; throws an Error where an engine does not compute the same as ours. */
export const measureConvolutions = (
  cases: readonly ConvolutionCase[],
  options: TableOptions,
): Promise<MeasuredTable<MeasuredConvolution>> =>
  measureTable(cases, options, (subject, peers) => measureConvolution(subject, peers, options));

async function measureConvolution(
  subject: ConvolutionCase,
  peers: readonly Session[],
  { seconds, rounds }: TableOptions,
): Promise<MeasuredConvolution> {
  const own = await subject.open();
  try {
    const differences = await differencesBetween(subject, own, peers);
    const error = own.error();
    const sessions = [own, ...peers];
    const times = await measureInRounds(sessions, { seconds, rounds });
    const rows = sessions.map(({ engine, threads }, i) =>
      rowOf({ workload: subject.id, engine, threads }, { times: times[i], flops: subject.flops }),
    );
    return {
      ...{ convolution: subject.convolution, pass: subject.pass, rows, error },
      method: methodOf(own),
      difference: differences.length > 0 ? Math.max(...differences) : null,
      engines: enginesOf(sessions),
    };
  } finally {
    await own.close();
  }
}

/** Of every kernel that has a choice. */
function methodOf(own: OwnSession): string {
  const methods = own.describe().kernels.flatMap(({ method }) => method ?? []);
  return [...new Set(methods)].join(' + ') || 'direct';
}
