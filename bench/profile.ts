/** The profile: the time of each kernel of a step, averaged over runs. */

import type { KernelTime } from '../src/compiler/index.js';
import type { OwnSession } from './own-session.js';
import { formatNumber, formatTable } from './table.js';

/** Profiles of `runs` steps, averaged kernel by kernel; empty on a backend that cannot tell. */
export function averageProfile(session: OwnSession, { runs }: { readonly runs: number }) {
  const profiles = Array.from({ length: runs }, () => session.profile());
  return meanTimes(profiles);
}

/** The kernels of the first profile with their mean times over all `profiles`. */
export function meanTimes(profiles: readonly (readonly KernelTime[])[]): KernelTime[] {
  return profiles[0].map((kernel, i) => ({
    ...kernel,
    milliseconds:
      profiles.reduce((total, profile) => total + profile[i].milliseconds, 0) / profiles.length,
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

/** Billions a second; a dash where the clock saw no time pass. */
function formatRate(count: number, milliseconds: number): string {
  return milliseconds > 0 ? formatNumber(count / milliseconds / 1e6) : '–';
}
