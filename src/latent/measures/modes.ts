/** Modes: how many kinds of pictures a generator makes, and how evenly. */

import { ValueError } from '../../graph/errors.js';

export interface ModesFound {
  /** Kinds of which there is one picture or more. */
  readonly found: number;
  readonly count: number;
  /** The Kullback-Leibler divergence of the shares of kinds from equal ones, in nats: 0 when all are as common. */
  readonly divergence: number;
}

/**
 * Counts the kinds among pictures of which `kinds` tells the kind, 0 to `count` - 1, such as the three digits of
 * stacked MNIST read as one number (Metz et al. 2017).
 *
 * Throws ValueError when there are no pictures, or a kind is out of range.
 *
 *     const { found, divergence } = modesOf(kinds, 1000);
 */
export function modesOf(kinds: ArrayLike<number>, count: number): ModesFound {
  if (kinds.length === 0) throw new ValueError('modesOf: there are no pictures; give at least one');
  const numbers = new Float64Array(count);
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i];
    if (!Number.isInteger(kind) || kind < 0 || kind >= count) {
      throw new ValueError(`modesOf: kind ${i} is ${kind}; expected 0 to ${count - 1}`);
    }
    numbers[kind]++;
  }
  const shares = numbers.filter((number) => number > 0).map((number) => number / kinds.length);
  const divergence = shares.reduce((sum, share) => sum + share * Math.log(share * count), 0);
  return { found: shares.length, count, divergence };
}
