/** Measures trials in turns, so that what else the machine does hits all of them. */

import { allocate, type TypedArray } from '../../../graph/dtype.js';
import type { Executable } from '../../contract.js';
import type { Buffer, Plan } from '../../plan.js';
import type { Trial } from './trial.js';

/** Milliseconds of the shortest run of each trial; of hopeless ones among the first runs. */
export type Measure = (
  trials: readonly Trial[],
  load: (plan: Plan) => Executable,
  signal?: AbortSignal,
) => Promise<number[]>;

/** All trials of a kernel together are run for so long, and each so often, at the least. */
const leastMs = 600;
const fewestRounds = 4;
/**
 * Engines run unoptimised code at first, which may be many times slower, and replace it in the background:
 * a trial is warm when all have been run for so long, or it alone in however few runs.
 */
const warmUpMs = 300;
/** Warm trials that take so many times the fastest are not run any more. */
const hopeless = 2;

export const measureTrials: Measure = async (trials, load, signal) => {
  const inputs = trials[0].plan.inputs.map(anyNumbers);
  const loaded: Executable[] = [];
  try {
    for (const { plan } of trials) loaded.push(load(plan));
    const best = trials.map(() => Number.POSITIVE_INFINITY);
    const spent = trials.map(() => 0);
    let left = trials.map((_, i) => i);
    const start = performance.now();
    for (let round = 1; ; round++) {
      for (const i of left) {
        // The convolution itself is the last kernel.
        const time = loaded[i].profile(inputs)!.at(-1)!;
        best[i] = Math.min(best[i], time);
        spent[i] += time;
        signal?.throwIfAborted();
      }
      await nextTurn();
      const passed = performance.now() - start;
      const areWarm = round >= fewestRounds && passed > warmUpMs;
      const fastest = Math.min(...best);
      left = left.filter((i) => best[i] <= hopeless * fastest || !(areWarm || spent[i] > warmUpMs));
      if (round >= fewestRounds && passed > leastMs) break;
    }
    return best;
  } finally {
    for (const executable of loaded) executable.dispose();
  }
};

/** Lets timers and signals have their turn. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Neither zeros nor subnormal numbers, on which processors spend other times. */
function anyNumbers({ dtype, length }: Buffer): TypedArray {
  const data = allocate(dtype, length);
  for (let i = 0; i < length; i++) data[i] = dtype === 'float32' ? 0.5 + (i % 1021) / 2042 : i % 2;
  return data;
}
