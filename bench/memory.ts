/** Memory over many steps: the resident set and the arena early on and at the end. */

import type { OwnSession } from './own-session.js';
import { formatMegabytes } from './table.js';

export interface MemorySample {
  readonly step: number;
  readonly residentBytes: number;
  readonly arenaBytes: number;
}

export interface MemoryWatch {
  /** After a tenth of the steps, and after all. */
  readonly samples: readonly [MemorySample, MemorySample];
  /** Milliseconds of each step. */
  readonly times: readonly number[];
}

/** Runs `steps` steps and samples the memory; throws a RangeError below ten steps. */
export async function watchMemory(
  session: OwnSession,
  { steps }: { readonly steps: number },
): Promise<MemoryWatch> {
  if (steps < 10) throw new RangeError(`watchMemory: expected at least 10 steps, got ${steps}`);
  const early = Math.floor(steps / 10);
  const times: number[] = [];
  const samples: MemorySample[] = [];
  for (let step = 1; step <= steps; step++) {
    const start = performance.now();
    await session.step();
    times.push(performance.now() - start);
    if (step === early || step === steps) {
      const arenaBytes = session.describe().arenaBytes;
      samples.push({ step, residentBytes: process.memoryUsage.rss(), arenaBytes });
    }
  }
  return { samples: [samples[0], samples[1]], times };
}

/** One line for each sample and one for the growth between them. */
export function formatMemory({ samples: [early, late] }: MemoryWatch): string[] {
  const lines = [early, late].map(
    ({ step, residentBytes, arenaBytes }) =>
      `after ${step.toLocaleString('en')} steps: resident set ${formatMegabytes(residentBytes)}, ` +
      `arena ${formatMegabytes(arenaBytes)}`,
  );
  const growth = late.residentBytes - early.residentBytes;
  const share = (growth / early.residentBytes) * 100;
  const sign = growth < 0 ? '-' : '+';
  const change = `${sign}${formatMegabytes(Math.abs(growth))} (${sign}${Math.abs(share).toFixed(1)} %)`;
  const arena = late.arenaBytes - early.arenaBytes;
  return [...lines, `change in between: resident set ${change}, arena ${formatMegabytes(arena)}`];
}
