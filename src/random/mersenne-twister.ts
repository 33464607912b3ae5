/** MersenneTwister: NumPy's older generator, for what other programs drew with a seed of it. */

const length = 624;
const distance = 397;

/**
 * MT19937 (Matsumoto and Nishimura 1998), seeded as `numpy.random.seed(seed)` does.
 *
 *     const random = new MersenneTwister(0);
 *     random.uniform() // 0.5488135039273248
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(length);
  #next = length;

  /** `seed`: the lowest 32 bits of a whole number. */
  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < length; i++) {
      const last = this.#state[i - 1];
      this.#state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
  }

  /** The next number in [0, 1), of 53 random bits. */
  uniform(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  #word(): number {
    if (this.#next === length) this.#twist();
    let word = this.#state[this.#next++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < length; i++) {
      const word = (state[i] & 0x80000000) | (state[(i + 1) % length] & 0x7fffffff);
      state[i] = state[(i + distance) % length] ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
