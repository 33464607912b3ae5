/** The contract of everything that is measured: a session repeats one step, in rounds. */

import type { Fingerprints } from './fingerprint.js';

/** One round of steps. */
export interface Round {
  /** Steps go on until they took this long together; there is always at least one. */
  readonly seconds: number;
  /** Steps that are run first and not counted, so that caches and threads are awake again. */
  readonly settle: number;
}

/** One engine that is ready to run one case as often as one likes. */
export interface Session {
  /** For example `fovea` or `pytorch`. */
  readonly engine: string;
  readonly threads: number;
  /** What a reader has to know, such as the version. */
  readonly note: string;
  /** What the engine makes of data that every engine is given; asked for once, before any round. */
  check?(): Promise<Fingerprints>;
  /** Milliseconds of each counted step. */
  round(round: Round): Promise<readonly number[]>;
  /** The most bytes of memory that the engine's process has held so far, where it has one of its own. */
  peakBytes?(): Promise<number>;
  close(): Promise<void>;
}

/** Why an engine was not measured, in one line, with the command that would mend it. */
export interface Skipped {
  readonly skipped: string;
  /** The engine is there, but has nothing to run this case with. */
  readonly unknownCase?: boolean;
}

/** One step of training or one call of a network, to the end: with its result at hand. */
export type Step = () => unknown;

/** Runs a round of `step` in this process. */
export async function runRound(step: Step, { seconds, settle }: Round): Promise<number[]> {
  for (let i = 0; i < settle; i++) await step();
  const times: number[] = [];
  let elapsed = 0;
  do {
    const start = performance.now();
    const pending = step();
    // A step that is not asynchronous must not pay for a turn of the event loop.
    if (pending instanceof Promise) await pending;
    const time = performance.now() - start;
    times.push(time);
    elapsed += time;
  } while (elapsed < seconds * 1e3);
  return times;
}
