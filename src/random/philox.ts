/** Philox 4x32-10, the counter-based random generator of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (2011). */

import { ValueError } from '../graph/errors.js';

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_32 = 2 ** 32;

/** The high 32 bits of an unsigned 32 x 32 bit product, in 16-bit halves that a double holds exactly. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + (middle >>> 16) + (carry >>> 16);
}

/**
 * Four random 32-bit words for a 128-bit counter and a 64-bit key, low words first.
 *
 * Writes into `out` and returns it, so that a loop makes no garbage.
 *
 *     philox4x32([0, 0, 0, 0], [0, 0]) // [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
 */
export function philox4x32(
  counter: Uint32Array | readonly number[],
  key: Uint32Array | readonly [number, number],
  out: Uint32Array = new Uint32Array(4),
): Uint32Array {
  let c0 = counter[0] >>> 0;
  let c1 = counter[1] >>> 0;
  let c2 = counter[2] >>> 0;
  let c3 = counter[3] >>> 0;
  let k0 = key[0] >>> 0;
  let k1 = key[1] >>> 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

/**
 * A stream of random numbers that depends only on `(seed, stream)` and the position in it.
 *
 * The key is `[seed low, seed high]`, the counter `[block low, block high, stream, 0]`; every block
 * gives four 32-bit words. Throws ValueError when the seed is not a safe integer of zero or more,
 * or the stream not a whole number below 2^32.
 *
 *     const random = new Philox(42);
 *     random.uniform(); // the same number on every machine
 */
export class Philox {
  readonly #key = new Uint32Array(2);
  readonly #counter = new Uint32Array(4);
  readonly #words = new Uint32Array(4);
  #next = 4;
  #spareNormal = Number.NaN;

  constructor(seed: number, stream = 0) {
    checkWhole('seed', seed, Number.MAX_SAFE_INTEGER);
    checkWhole('stream', stream, TWO_32 - 1);
    this.#key[0] = seed % TWO_32;
    this.#key[1] = Math.floor(seed / TWO_32);
    this.#counter[2] = stream;
  }

  /** Moves to the first word of a block of four words: `seek(0)` starts the stream again. */
  seek(block: number): this {
    checkWhole('block', block, Number.MAX_SAFE_INTEGER);
    this.#counter[0] = block % TWO_32;
    this.#counter[1] = Math.floor(block / TWO_32);
    this.#next = 4;
    this.#spareNormal = Number.NaN;
    return this;
  }

  /** A stream of its own that goes on from where this one stands now. */
  clone(): Philox {
    const copy = new Philox(0);
    copy.#key.set(this.#key);
    copy.#counter.set(this.#counter);
    copy.#words.set(this.#words);
    copy.#next = this.#next;
    copy.#spareNormal = this.#spareNormal;
    return copy;
  }

  /** Passes over `count` uniform numbers as if they had been drawn, but at once. */
  skipUniform(count: number): this {
    checkWhole('count', count, Number.MAX_SAFE_INTEGER / 8);
    const left = 4 - this.#next;
    if (count <= left) {
      this.#next += count;
      return this;
    }
    const spare = this.#spareNormal;
    const [low, high] = this.#counter;
    this.seek(high * TWO_32 + low + Math.floor((count - left) / 4));
    this.#spareNormal = spare;
    for (let rest = (count - left) % 4; rest > 0; rest--) this.uint32();
    return this;
  }

  /** Passes over `count` normal numbers as if they had been drawn, but at once. */
  skipNormal(count: number): this {
    if (count > 0 && !Number.isNaN(this.#spareNormal)) {
      this.#spareNormal = Number.NaN;
      count--;
    }
    // Two words make two normal numbers.
    this.skipUniform(count - (count % 2));
    if (count % 2 === 1) this.normal();
    return this;
  }

  /** A whole number, 0 to 2^32 - 1. */
  uint32(): number {
    if (this.#next === 4) {
      philox4x32(this.#counter, this.#key, this.#words);
      this.#counter[0]++;
      if (this.#counter[0] === 0) this.#counter[1]++;
      this.#next = 0;
    }
    return this.#words[this.#next++];
  }

  /** A number in [0, 1), a multiple of 2^-24, so that float32 holds it exactly. */
  uniform(): number {
    return (this.uint32() >>> 8) * 2 ** -24;
  }

  /**
   * A number from the standard normal distribution (Box and Muller, 1958).
   *
   * NOTE: `Math.log` and `Math.cos` may differ in the last bit from one JavaScript engine to another.
   */
  normal(): number {
    if (!Number.isNaN(this.#spareNormal)) {
      const spare = this.#spareNormal;
      this.#spareNormal = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** A whole number, 0 to `limit - 1`, each equally likely. */
  integer(limit: number): number {
    checkWhole('limit', limit, TWO_32, 1);
    // Words beyond the last full multiple of the limit would favour small results.
    const end = TWO_32 - (TWO_32 % limit);
    let word = this.uint32();
    while (word >= end) word = this.uint32();
    return word % limit;
  }

  /** The numbers 0 to `n - 1` in random order, every order equally likely (Fisher and Yates). */
  permutation(n: number): Uint32Array<ArrayBuffer> {
    checkWhole('n', n, TWO_32 - 1);
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }
}

function checkWhole(what: string, value: number, max: number, min = 0): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new ValueError(
      `Philox: ${what} is ${value}; expected a whole number from ${min} to ${max}`,
    );
  }
}
