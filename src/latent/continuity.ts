/** continuityOf: how evenly decoded pictures change on the straight way between the codes of two pictures, and what lies in the middle. */

import { ValueError } from '../graph/errors.js';
import { Philox } from '../random/philox.js';
import { type Coder, codesOf, picturesOf } from './features/codes-of.js';
import type { WorkOptions } from './features/progress.js';
import { type Rows, rowAt, squaredDistance } from './features/rows.js';
import { interpolateCodes } from './generation/interpolate-codes.js';

export interface ContinuityOptions extends WorkOptions {
  /** Random pairs of pictures. Default: 1,000, or as many as there are. */
  readonly pairs?: number;
  /** Steps from one code to the other, an even number. Default: 10. */
  readonly steps?: number;
  /** The same seed takes the same pairs. Default: 0. */
  readonly seed?: number;
  /** The probability that a classifier gives its answer for each of some pictures [N, C, H, W], 0..1. */
  readonly certainty: (pictures: Float32Array) => ArrayLike<number>;
  /** From where on a classifier is sure. Default: 0.9. */
  readonly sure?: number;
}

export interface Continuity {
  readonly pairs: number;
  readonly steps: number;
  /** The mean distance of the two codes of a pair. */
  readonly distance: number;
  /**
   * The mean squared change of a pixel for a step of length 1 between codes. It depends on how far apart a network
   * puts its codes: compare it with `changePerWay`.
   */
  readonly changePerUnit: number;
  /** The same where the whole way between the two codes is the unit. */
  readonly changePerWay: number;
  /** The share of pictures in the middle of the way of which a classifier is sure. */
  readonly sureMidpoints: number;
  /** The share of decoded pictures at the ends of which it is: what could be had at best. */
  readonly sureEnds: number;
}

const STREAM = 0x434f0000;

/**
 * Walks from picture to picture through the codes of a network.
 *
 * In a space without holes the picture changes evenly, and half-way there is a picture of something. Throws
 * ValueError for fewer than two pictures, a conditional network (whose pictures on the way belong to no one class) and
 * options out of range.
 *
 *     const { sureMidpoints } = await continuityOf(run, pictures, { certainty });
 */
export async function continuityOf(
  run: Coder,
  pictures: Float32Array,
  options: ContinuityOptions,
): Promise<Continuity> {
  const { steps = 10, seed = 0, certainty, sure = 0.9, signal } = options;
  const size = run.shape.reduce((product, extent) => product * extent, 1);
  const most = Math.floor(pictures.length / size / 2);
  const { pairs = Math.min(1000, most) } = options;
  check(run, { pairs, steps, most });
  const chosen = new Philox(seed, STREAM)
    .permutation(pictures.length / size)
    .subarray(0, 2 * pairs);
  const ends = new Float32Array(2 * pairs * size);
  chosen.forEach((picture, place) => {
    ends.set(pictures.subarray(picture * size, (picture + 1) * size), place * size);
  });
  const codes = await codesOf(run, ends, { signal });
  const ways = waysBetween(codes, steps);
  const decoded = await picturesOf(run, ways, options);
  const places = steps + 1;
  let [distance, changePerUnit, changePerWay] = [0, 0, 0];
  const middles = new Float32Array(pairs * size);
  const outer = new Float32Array(2 * pairs * size);
  for (let pair = 0; pair < pairs; pair++) {
    const first = pair * places;
    const far = squaredDistance(rowAt(ways, first), rowAt(ways, first + steps));
    let change = 0;
    for (let step = 0; step < steps; step++) {
      const [from, to] = [rowAt(decoded, first + step), rowAt(decoded, first + step + 1)];
      change += squaredDistance(from, to) / size;
    }
    // A step is a part of the way: its squared speed is the squared change over the squared length.
    const speed = change * steps;
    distance += Math.sqrt(far) / pairs;
    changePerWay += speed / pairs;
    changePerUnit += speed / (far || 1) / pairs;
    middles.set(rowAt(decoded, first + steps / 2), pair * size);
    outer.set(rowAt(decoded, first), 2 * pair * size);
    outer.set(rowAt(decoded, first + steps), (2 * pair + 1) * size);
  }
  const shareOfSure = (some: Float32Array): number => {
    const found = Array.from(certainty(some));
    return found.filter((probability) => probability > sure).length / found.length;
  };
  return {
    ...{ pairs, steps, distance, changePerUnit, changePerWay },
    sureMidpoints: shareOfSure(middles),
    sureEnds: shareOfSure(outer),
  };
}

/** The codes on the ways between neighbours in pairs, [pairs * (steps + 1), size]. */
function waysBetween(codes: Rows, steps: number): Rows {
  const { size } = codes;
  const count = (codes.count / 2) * (steps + 1);
  const values = new Float32Array(count * size);
  for (let pair = 0; 2 * pair < codes.count; pair++) {
    const [from, to] = [rowAt(codes, 2 * pair), rowAt(codes, 2 * pair + 1)];
    const way = interpolateCodes(from, to, { steps: steps + 1 });
    values.set(way, pair * (steps + 1) * size);
  }
  return { values, count, size };
}

function check(
  run: Coder,
  { pairs, steps, most }: { pairs: number; steps: number; most: number },
): void {
  if (run.numClasses !== null) {
    throw new ValueError(
      'continuityOf: the network is told the class of each code, and between two pictures there is none; ' +
        'give one that was trained without --conditional',
    );
  }
  if (!Number.isInteger(pairs) || pairs < 1 || pairs > most) {
    throw new ValueError(
      `continuityOf: pairs is ${pairs}; the pictures make ${most}, and there must be one at least`,
    );
  }
  if (!Number.isInteger(steps) || steps < 2 || steps % 2 !== 0) {
    throw new ValueError(`continuityOf: steps is ${steps}; expected an even number of 2 or more`);
  }
}
