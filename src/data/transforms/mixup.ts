/** Mixup: each picture shines through another one, and so does its label. */

import { ValueError } from '../../graph/errors.js';
import { Philox } from '../../random/philox.js';
import { blockOf, type PicturePlace } from './transform-chain.js';

/** Keeps the choices apart from other random numbers of the same seed. */
const STREAM = 0x4d580000;

/** What a picture is mixed with. */
export interface Mixing {
  /** The number of the other picture. */
  readonly other: number;
  /** The share of the picture itself, 0 to 1. */
  readonly share: number;
}

/**
 * Chooses for each picture, by the seed and the epoch alone, another one of the set and a share from the
 * distribution Beta(alpha, alpha) (Zhang et al. 2017). The loss is mixed as the pictures are:
 * `share * loss(label) + (1 - share) * loss(other label)`.
 *
 * NOTE: `Math.log` and `**` may differ in the last bit from one JavaScript engine to another.
 *
 * Throws ValueError for an alpha that is not above 0.
 */
export class Mixup {
  readonly #random: Philox;
  readonly #length: number;
  readonly #alpha: number;

  constructor(alpha: number, { seed, length }: { seed: number; length: number }) {
    if (!(alpha > 0 && alpha <= 100)) {
      throw new ValueError(`mixup: alpha is ${alpha}; expected above 0, up to 100; often 0.2`);
    }
    this.#alpha = alpha;
    this.#random = new Philox(seed, STREAM);
    this.#length = length;
  }

  choose(place: PicturePlace): Mixing {
    const random = this.#random.seek(blockOf(place));
    const other = random.integer(this.#length);
    const [one, two] = [gamma(this.#alpha, random), gamma(this.#alpha, random)];
    // Tiny alphas may give two zeros.
    return { other, share: one + two > 0 ? one / (one + two) : 1 };
  }
}

/** Writes `share` of the picture and the rest of the other one over the picture. */
export function blend(picture: Uint8Array, other: Uint8Array, share: number): void {
  for (let i = 0; i < picture.length; i++) {
    picture[i] = Math.round(share * picture[i] + (1 - share) * other[i]);
  }
}

/** A number from the gamma distribution (Marsaglia and Tsang 2000). */
function gamma(shape: number, random: Philox): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = random.normal();
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random.uniform()) < normal ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}
