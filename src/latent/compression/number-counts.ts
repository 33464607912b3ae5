/** The distribution of small integers of one component of codes: what is near a number that was seen is likely. */

import { AdaptiveCounts, LARGEST_STEP } from './adaptive-counts.js';
import type { RangeDecoder, RangeEncoder } from './range-coder.js';

/** Numbers from -REACH to REACH have shares; others are written out behind the symbol ESCAPE. */
const REACH = 127;
const ESCAPE = 2 * REACH + 1;
const HALF = 2 ** 16;
/** The largest number, and its negative the smallest, that can be coded. */
export const LARGEST_NUMBER = 2 ** 31 - 1;

/** Widths are in sixteenths of a number. */
export const WIDTH_UNIT = 16;
const NARROWEST = 5;
/** Of the mean change, which is a little more than the deviation. */
const FIRST_SHARE = 3 / 4;
/** A width shrinks by this with every doubling of what was seen, about as the best widths for densities do. */
const SHRINKING = 7 / 8;

/**
 * A density estimate with kernels (Parzen 1962): it starts as one wide bump around zero, and every number that was
 * coded adds a bump around itself, narrower and narrower.
 */
export class NumberCounts extends AdaptiveCounts {
  private count = 0;
  private last = 0;
  /** The sum of the sizes of numbers and, from the second on, of their changes, in sixteenths. */
  private changes: number;
  private share = FIRST_SHARE;

  /** `spread` is the usual size of numbers, in sixteenths. */
  constructor(spread: number) {
    const first = bump(Math.max(NARROWEST, Math.floor((5 * spread) / 4)));
    // The first bump weighs as much as two numbers; none is impossible.
    super(Float64Array.from({ length: ESCAPE + 1 }, (_, i) => 1 + 2 * first[Math.abs(i - REACH)]));
    this.changes = spread;
  }

  encodeNumber(value: number, encoder: RangeEncoder): void {
    if (Math.abs(value) <= REACH) {
      this.encode(value + REACH, encoder);
      return;
    }
    this.encode(ESCAPE, encoder);
    const raised = value + LARGEST_NUMBER;
    for (const start of [Math.floor(raised / HALF), raised % HALF]) {
      encoder.encode({ start, size: 1, total: HALF });
    }
  }

  decodeNumber(decoder: RangeDecoder): number {
    const symbol = this.decode(decoder);
    if (symbol !== ESCAPE) return symbol - REACH;
    const half = () => {
      const start = decoder.find(HALF);
      decoder.take({ start, size: 1 });
      return start;
    };
    return half() * HALF + half() - LARGEST_NUMBER;
  }

  protected override seen(symbol: number): number {
    this.count++;
    // At 2, 4, 8 and so on.
    if (this.count > 1 && (this.count & (this.count - 1)) === 0) this.share *= SHRINKING;
    if (this.count > 1) this.changes += WIDTH_UNIT * Math.abs(symbol - this.last);
    this.last = symbol;
    if (symbol === ESCAPE) {
      this.counts[ESCAPE] += LARGEST_STEP / 16;
      return LARGEST_STEP / 16;
    }
    const heights = bump(Math.max(NARROWEST, Math.floor((this.changes / this.count) * this.share)));
    let added = 0;
    for (let i = 0; i < ESCAPE; i++) {
      const height = heights[Math.abs(i - symbol)];
      this.counts[i] += height;
      added += height;
    }
    return added;
  }
}

/** Bumps by their width; a file has few. */
const bumps = new Map<number, Float64Array>();
const MOST_BUMPS = 1000;

/** Heights at distances 0, 1, 2 ... of a bump of LARGEST_STEP shares or a few less, whose tails are long. */
function bump(width: number): Float64Array {
  const known = bumps.get(width);
  if (known) return known;
  // NOTE: quotients and products of doubles have the same bits everywhere, which exp() and pow() do not.
  const shape = Float64Array.from({ length: 2 * REACH + 1 }, (_, distance) => {
    const share = width ** 2 / (width ** 2 + (WIDTH_UNIT * distance) ** 2);
    return share * share;
  });
  const sum = shape.reduce((total, height, i) => total + (i === 0 ? 1 : 2) * height, 0);
  const heights = shape.map((height) => Math.floor((LARGEST_STEP * height) / sum));
  if (bumps.size >= MOST_BUMPS) bumps.clear();
  bumps.set(width, heights);
  return heights;
}
