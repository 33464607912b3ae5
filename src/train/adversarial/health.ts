/** HealthWatch: notices when a game of two players goes wrong, and says what helps. */

import type { Metrics } from '../epoch-means.js';

type Ailment = 'saturated' | 'collapsed';

export interface HealthWarning {
  readonly kind: Ailment | 'rolled-back';
  /** Rounds taken by then. */
  readonly steps: number;
  /** What was seen, and what to do about it. */
  readonly message: string;
}

/** How many rounds the discriminator may win before it is said to be saturated. */
const PATIENCE = 200;
/** Scores of real samples and fakes that are this far apart leave the generator next to nothing to learn from. */
const CERTAIN = 0.98;
/** Samples that differ by less than this share of what real ones differ by are all alike. */
const ALIKE = 0.25;

const remedies: Readonly<Record<Ailment, string>> = {
  saturated:
    "lower the discriminator's learning rate, smooth its labels, blur its samples with instance noise, or " +
    'take a loss whose slopes do not vanish, such as hinge or wasserstein-gp',
  collapsed:
    'go back to an earlier checkpoint with a lower learning rate, add a gradient penalty (r1 or wasserstein-gp) ' +
    'or spectral norm, or take larger batches',
};

export class HealthWatch {
  readonly #isProbability: boolean;
  #certain = 0;
  readonly #told = new Set<Ailment>();

  /** `isProbability`: whether scores are probabilities; others have no scale to be judged by. */
  constructor(isProbability: boolean) {
    this.#isProbability = isProbability;
  }

  /** Whether nothing is known to be wrong. */
  get healthy(): boolean {
    return this.#told.size === 0;
  }

  /** Begins anew. */
  forget(): void {
    this.#told.clear();
    this.#certain = 0;
  }

  /** Looks at what a round told. */
  afterRound(steps: number, { realScore, fakeScoreAfter }: Metrics): HealthWarning | null {
    if (!this.#isProbability) return null;
    const apart = Math.abs(realScore - fakeScoreAfter);
    this.#certain = apart > CERTAIN ? this.#certain + 1 : 0;
    if (this.#certain < PATIENCE) return this.#recovered('saturated');
    const seen = `for ${PATIENCE} rounds the discriminator has told real samples from fakes with certainty`;
    return this.#warn('saturated', steps, seen);
  }

  /** Looks at samples [count, size] of one noise, beside real ones. */
  afterSamples(
    steps: number,
    { samples, real, size }: { samples: Float32Array; real: Float32Array; size: number },
  ): HealthWarning | null {
    const share = meanDistance(samples, size) / meanDistance(real, size);
    if (!(share < ALIKE)) return this.#recovered('collapsed');
    const seen = `its samples differ by ${Math.round(100 * share)} % of what real ones differ by`;
    return this.#warn('collapsed', steps, seen);
  }

  #recovered(kind: Ailment): null {
    this.#told.delete(kind);
    return null;
  }

  /** Each ailment is told once, until it has gone. */
  #warn(kind: Ailment, steps: number, seen: string): HealthWarning | null {
    if (this.#told.has(kind)) return null;
    this.#told.add(kind);
    return { kind, steps, message: `round ${steps}: ${seen}; ${remedies[kind]}` };
  }
}

/** The mean distance between neighbours in the list of rows of `size` numbers. */
function meanDistance(rows: Float32Array, size: number): number {
  const count = rows.length / size;
  let total = 0;
  for (let row = 0; row + 1 < count; row++) {
    let squares = 0;
    for (let i = 0; i < size; i++)
      squares += (rows[(row + 1) * size + i] - rows[row * size + i]) ** 2;
    total += Math.sqrt(squares);
  }
  return total / (count - 1);
}
