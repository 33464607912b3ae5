/** The random numbers that new layers start from. */

import { Philox } from '../random/philox.js';

let generator = new Philox(0);
let maskSeed = 0;
let maskStreams = 0;

/**
 * Seeds the initialisation and the dropout masks of layers created from now on; without it the seed is 0.
 *
 * Throws ValueError when the seed is not a whole number of zero or more.
 *
 *     manualSeed(7);
 *     const model = new LeNet5(); // the same weights every time
 */
export function manualSeed(seed: number): void {
  generator = new Philox(seed);
  maskSeed = seed;
  maskStreams = 0;
}

/** The generator that `manualSeed` seeded, wherever its stream stands now. */
export const defaultGenerator = (): Philox => generator;

/** Seed and stream for one more layer with random masks; initial weights do not depend on it. */
export function nextMaskStream(): { seed: number; stream: number } {
  maskStreams++;
  return { seed: maskSeed, stream: maskStreams };
}
