/** The profile: the typical time of each kernel of a step. */

import type { KernelTime } from '../src/compiler/index.js';
import type { OwnSession } from './own-session.js';
import { median } from './statistics.js';
import { formatTable } from './table.js';

/** Medians over the profiles of `runs` steps, kernel by kernel; empty on a backend that cannot tell. */
export function typicalProfile(session: OwnSession, { runs }: { readonly runs: number }) {
  const profiles = Array.from({ length: runs }, () => session.profile());
  return medianTimes(profiles);
}

/** The kernels of the first profile with their median times over all `profiles`. */
export function medianTimes(profiles: readonly (readonly KernelTime[])[]): KernelTime[] {
  return profiles[0].map((kernel, i) => ({
    ...kernel,
    milliseconds: median(profiles.map((profile) => profile[i].milliseconds)),
  }));
}

/** A table of kernels in the order they run, and their total. */
export function formatProfile(kernels: readonly KernelTime[]): string[] {
  if (kernels.length === 0) return ['no profile: this backend does not run kernels'];
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const header = ['kernel', 'layer', 'shape', 'ms', 'share', 'GFLOP/s', 'GB/s', 'computes'];
  const rows = kernels.map(({ kind, scope, shape, milliseconds, flops, bytes, label }) => [
    kind,
    scope || '–',
    shape.join('x') || '1',
    milliseconds.toFixed(4),
    `${((milliseconds / total) * 100).toFixed(1)} %`,
    formatRate(flops, milliseconds),
    formatRate(bytes, milliseconds),
    label.length > 40 ? `${label.slice(0, 39)}…` : label,
  ]);
  return [
    ...formatTable(header, rows),
    `${kernels.length} kernels, ${total.toFixed(3)} ms together`,
  ];
}

/** Billions a second; a dash where nothing is counted or the clock saw no time pass. */
function formatRate(count: number, milliseconds: number): string {
  return count > 0 && milliseconds > 0 ? (count / milliseconds / 1e6).toFixed(2) : '–';
}
