/** Fingerprints of results: whether two engines that were given the same data computed the same. */

import type { Tensor } from '../src/index.js';
import type { AnyModule } from '../src/nn/index.js';
import { hashedValues } from './hashed-data.js';

/** What is left of a tensor: its length and its place along one fixed direction. */
export interface Fingerprint {
  readonly norm: number;
  /** The sum of the elements times numbers of variance 1, so that signs and order count. */
  readonly projection: number;
}

/** By the name of the result, such as `loss` or `gradient of fc1.weight`. */
export type Fingerprints = Readonly<Record<string, Fingerprint>>;

export interface Agreement {
  /** The largest difference allowed, as a share of the norm. Default: 1e-4. */
  readonly tolerance?: number;
  /** Random masks differ from engine to engine: norms alone are compared, to a hundredth. Default: false. */
  readonly random?: boolean;
}

const directionSeed = 99;
/** Made once, as long as was needed so far. */
let direction: Float32Array = new Float32Array();

/** The fingerprint of `values`, in double precision; bench/peers/pytorch/fingerprint.py makes the same. */
export function fingerprintOf(values: ArrayLike<number>): Fingerprint {
  if (direction.length < values.length) direction = hashedValues(values.length, directionSeed);
  let squares = 0;
  let projection = 0;
  for (let i = 0; i < values.length; i++) {
    squares += values[i] * values[i];
    projection += values[i] * direction[i];
  }
  return { norm: Math.sqrt(squares), projection };
}

/**
 * The largest difference between the results of two engines, as a share of the norm.
 *
 * Throws an Error when they differ by more than is allowed, when the engines do not have the same
 * results, or when a result is 0 or not finite: then they were not measured at equal work.
 */
export function largestDifference(
  own: Fingerprints,
  theirs: Fingerprints,
  { random = false, tolerance = random ? 1e-2 : 1e-4 }: Agreement = {},
): number {
  const names = Object.keys(own);
  const extra = Object.keys(theirs).filter((name) => !(name in own));
  if (names.length === 0 || extra.length > 0 || names.some((name) => !(name in theirs))) {
    throw new Error(
      `expected the same results from both engines, got ${names.join(', ') || 'none'} ` +
        `and ${Object.keys(theirs).join(', ') || 'none'}`,
    );
  }
  const differences = names.map((name) => {
    const difference = differenceOf(own[name], theirs[name], random);
    if (difference <= tolerance) return difference;
    throw new Error(
      `${name} differs: ${describe(own[name])} here and ${describe(theirs[name])} there, ` +
        `allowed is a share of ${tolerance}; the engines do not do the same work`,
    );
  });
  return Math.max(...differences);
}

/** NaN where a result is 0 or not finite. */
function differenceOf(a: Fingerprint, b: Fingerprint, random: boolean): number {
  const norm = Math.min(a.norm, b.norm);
  if (!(norm > 0)) return Number.NaN;
  const byNorm = Math.abs(a.norm - b.norm) / norm;
  return random ? byNorm : Math.max(byNorm, Math.abs(a.projection - b.projection) / norm);
}

const describe = ({ norm, projection }: Fingerprint): string =>
  `norm ${norm.toPrecision(7)}, projection ${projection.toPrecision(7)}`;

/** The fingerprints of the gradients of a model's parameters, by their names behind `prefix`. */
export function gradientFingerprints(
  model: AnyModule,
  gradients: readonly Tensor[],
  prefix = '',
): Fingerprints {
  const entries = model
    .namedParameters()
    .map(([name], i) => [`gradient of ${prefix}${name}`, fingerprintOf(gradients[i].data())]);
  return Object.fromEntries(entries);
}
