/** How often pictures are flipped, and its check. */

import { ValueError } from '../../graph/errors.js';

export interface FlipOptions {
  /** How often, 0 to 1. Default: 0.5. */
  readonly probability?: number;
}

/** Throws ValueError for a probability that is none. */
export function checkProbability(owner: string, probability: number): void {
  if (probability >= 0 && probability <= 1) return;
  throw new ValueError(`${owner}: probability is ${probability}; expected 0 to 1`);
}
