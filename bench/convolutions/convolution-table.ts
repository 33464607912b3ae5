/** The table of convolutions: times, rates, ratios, errors. */

import { formatNumber, formatTable } from '../table.js';
import type { Convolution } from './convolution.js';
import type { MeasuredConvolution } from './measure-convolutions.js';

/** GFLOP/s that 3 x 3 convolutions of stride 1 with 64 channels or more are meant to reach. */
const goals = { forward: 140, 'input-gradient': 100, 'filter-gradient': 100 } as const;

/** One line for each convolution and pass, then what falls short of the goals. */
export function formatConvolutions(measured: readonly MeasuredConvolution[]): string[] {
  const peers = [
    ...new Set(measured.flatMap(({ rows }) => rows.slice(1).map((row) => row.engine))),
  ];
  const header = [
    ...['pass', 'convolution', 'fovea ms', 'GFLOP/s'],
    ...peers.flatMap((peer) => [`${peer} ms`, 'GFLOP/s', 'ratio']),
    ...['largest error', 'rms error', 'method'],
  ];
  const cells = measured.map((one) => {
    const [own] = one.rows;
    return [
      ...[one.pass, nameOf(one), formatNumber(own.medianMs), formatNumber(own.gflops ?? 0)],
      ...peers.flatMap((peer) => besidePeer(one, peer)),
      ...[one.error.max, one.error.rms].map((error) => error.toExponential(1)),
      one.method,
    ];
  });
  return [...formatTable(header, cells), '', ...summarizeConvolutions(measured)];
}

/** Which 3 x 3 convolutions stay below the goals, how large errors are, and whether engines agree. */
function summarizeConvolutions(measured: readonly MeasuredConvolution[]): string[] {
  const goal = measured.filter(({ convolution }) => hasGoal(convolution));
  const short = goal.filter(({ rows: [{ gflops }], pass }) => (gflops ?? 0) < goals[pass]);
  const names = short.map((one) => `${nameOf(one)}/${one.pass}`);
  const lines = [
    'errors: shares of the root mean square of a direct convolution in float64, on a sample of elements',
  ];
  if (goal.length > 0) {
    lines.unshift(
      `3x3, stride 1, 64 channels or more, at ${goals.forward} GFLOP/s forward and ` +
        `${goals['input-gradient']} in each gradient or more: ${goal.length - short.length} of ` +
        `${goal.length}${names.length > 0 ? `; not ${names.join(', ')}` : ''}`,
    );
  }
  const differences = measured.flatMap(({ difference }) => difference ?? []);
  if (differences.length > 0) {
    lines.push(
      `equal work: all results of the same data agree, to ${Math.max(...differences).toExponential(1)} ` +
        'of their norm',
    );
  }
  return lines;
}

function besidePeer({ rows }: MeasuredConvolution, peer: string): string[] {
  const row = rows.find(({ engine }) => engine === peer);
  if (!row) return ['–', '–', '–'];
  return [row.medianMs, row.gflops ?? 0, rows[0].medianMs / row.medianMs].map(formatNumber);
}

const nameOf = ({ rows: [{ workload }] }: MeasuredConvolution): string => workload.split('/')[1];

const hasGoal = ({ kernelSize, stride, depthwise, inChannels }: Convolution): boolean =>
  kernelSize === 3 && stride === 1 && !depthwise && inChannels >= 64;
