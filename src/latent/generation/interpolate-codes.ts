/** The way from one code to another: straight, or along the sphere on which codes of a Gaussian lie. */

import { ValueError } from '../../graph/errors.js';

export interface InterpolationOptions {
  /** Codes on the way, both ends among them. Default: 10. */
  readonly steps?: number;
  /** Along a great circle instead of a straight line. Default: false. */
  readonly spherical?: boolean;
}

/** Directions closer than this to each other, or to opposites, have no circle through them. */
const SMALLEST_SINE = 1e-6;

/**
 * The codes [steps, latent] from `from` to `to`, both among them.
 *
 * Codes drawn from a Gaussian of many dimensions have nearly the same length, and the middle of a straight line
 * between two of them is much shorter; `spherical` turns the one into the other at even angles, while the length
 * changes evenly in the plane of both (K. Shoemake, "Animating rotation with quaternion curves", 1985; T. White,
 * "Sampling Generative Networks", 2016). Parallel and opposite codes are joined by a straight line. Throws
 * ValueError for codes of different lengths and fewer than two steps.
 *
 *     interpolateCodes(Float32Array.of(1, 0), Float32Array.of(0, 1), { steps: 3, spherical: true });
 *     // [1, 0, 0.707, 0.707, 0, 1]
 */
export function interpolateCodes(
  from: Float32Array,
  to: Float32Array,
  { steps = 10, spherical = false }: InterpolationOptions = {},
): Float32Array {
  if (from.length !== to.length) {
    throw new ValueError(
      `interpolateCodes: the codes have ${from.length} and ${to.length} numbers; expected two of one network`,
    );
  }
  if (!Number.isSafeInteger(steps) || steps < 2) {
    throw new ValueError(
      `interpolateCodes: steps is ${steps}; expected a whole number of 2 or more`,
    );
  }
  const weigh = spherical ? circleWeights(from, to) : lineWeights;
  const codes = new Float32Array(steps * from.length);
  for (let step = 0; step < steps; step++) {
    const [a, b] = weigh(step / (steps - 1));
    for (let d = 0; d < from.length; d++) codes[step * from.length + d] = a * from[d] + b * to[d];
  }
  return codes;
}

type Weights = (share: number) => readonly [from: number, to: number];

const lineWeights: Weights = (share) => [1 - share, share];

function circleWeights(from: Float32Array, to: Float32Array): Weights {
  const lengths = Math.sqrt(dot(from, from) * dot(to, to));
  const cosine = lengths > 0 ? dot(from, to) / lengths : 1;
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const sine = Math.sin(angle);
  if (sine < SMALLEST_SINE) return lineWeights;
  return (share) => [Math.sin((1 - share) * angle) / sine, Math.sin(share * angle) / sine];
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
