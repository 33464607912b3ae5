/** The busy meter: how many cores other programs keep busy while no engine of ours is running. */

import { cpus } from 'node:os';

/** What the meter waits first, until threads that spin for more work have gone to sleep. */
const calmMilliseconds = 100;
const sampleMilliseconds = 200;

export class BusyMeter {
  readonly #samples: number[] = [];

  /** Watches the machine for a moment; nothing of the benchmark may run meanwhile. */
  async sample(): Promise<void> {
    await sleep(calmMilliseconds);
    const before = cpus().map(({ times }) => times);
    await sleep(sampleMilliseconds);
    this.#samples.push(
      busyCores(
        before,
        cpus().map(({ times }) => times),
      ),
    );
  }

  /** Cores kept busy, on average over the samples; 0 without any. */
  get busyCores(): number {
    const total = this.#samples.reduce((sum, sample) => sum + sample, 0);
    return this.#samples.length === 0 ? 0 : total / this.#samples.length;
  }

  /** A warning where times cannot be trusted, else nothing. */
  warning(): string[] {
    if (this.busyCores < 0.2) return [];
    return [
      `note: other programs kept ${this.busyCores.toFixed(1)} cores busy; times are longer than on a ` +
        'quiet machine, and not by the same factor for every engine, so do not quote these ratios',
    ];
  }
}

interface CoreTimes {
  readonly user: number;
  readonly nice: number;
  readonly sys: number;
  readonly idle: number;
  readonly irq: number;
}

/** The cores' busy shares between two readings, added up. */
export function busyCores(before: readonly CoreTimes[], after: readonly CoreTimes[]): number {
  return after.reduce((sum, now, core) => {
    const then = before[core];
    const idle = now.idle - then.idle;
    const busy =
      now.user - then.user + (now.nice - then.nice) + (now.sys - then.sys) + (now.irq - then.irq);
    return idle + busy > 0 ? sum + busy / (idle + busy) : sum;
  }, 0);
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
