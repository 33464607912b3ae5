/** How often a picture can be halved on the way to a map that one convolution covers. */

import { ValueError } from '../../graph/errors.js';

export interface Pyramid {
  /** [height, width] of the smallest map. */
  readonly base: readonly [number, number];
  readonly halvings: number;
}

/** The largest map that a kernel still covers. */
const LARGEST = 9;

/**
 * 28 -> 14 -> 7, 32 and 64 -> ... -> 4, 72 -> ... -> 9: halved while both extents are even and above 4.
 *
 * Throws ValueError for a size that cannot be halved down to 9 or less.
 */
export function pyramidOf(owner: string, height: number, width: number): Pyramid {
  let base: [number, number] = [height, width];
  let halvings = 0;
  while (base.every((extent) => extent % 2 === 0 && extent > 4)) {
    base = [base[0] / 2, base[1] / 2];
    halvings++;
  }
  if (halvings === 0 || Math.max(...base) > LARGEST) {
    throw new ValueError(
      `${owner}: pictures of ${height}x${width} cannot be halved down to ${LARGEST} pixels or less; use 28, 32, ` +
        '64 or 72, or another of 3 to 9 times a power of two',
    );
  }
  return { base, halvings };
}
