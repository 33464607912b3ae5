/** Codes around one of them: a component varied, a plane laid through it, a property added by strength. */

import { ValueError } from '../../graph/errors.js';
import { meanCode } from './code-statistics.js';

/**
 * Codes [dims, values, latent]: `code` with one of its components set to one of the values at a time.
 *
 * `values` are given for each dimension, in its own numbers. Throws ValueError for a dimension that there is not.
 *
 *     traversal(code, { dims: [0, 3], values: () => [-3, 0, 3] }); // six codes
 */
export function traversal(
  code: ArrayLike<number>,
  { dims, values }: { dims: readonly number[]; values: (dim: number) => readonly number[] },
): Float32Array {
  const rows = dims.flatMap((dim) => {
    checkDimension(dim, code.length);
    return values(dim).map((value) => {
      const varied = Float32Array.from(code);
      varied[dim] = value;
      return varied;
    });
  });
  return joined(rows, code.length);
}

/** Two directions in a latent space, each as long as a deviation along it. */
export interface Plane {
  readonly origin: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly up: ArrayLike<number>;
}

/** The plane of two dimensions through `origin`; each direction as long as the dimension's deviation. */
export function planeOfDimensions(
  origin: ArrayLike<number>,
  [first, second]: readonly [number, number],
  deviation: (dim: number) => number,
): Plane {
  const along = (dim: number): Float64Array => {
    checkDimension(dim, origin.length);
    const direction = new Float64Array(origin.length);
    direction[dim] = deviation(dim);
    return direction;
  };
  return { origin, right: along(first), up: along(second) };
}

/**
 * Codes [n, n, latent] on a plane at all pairs of `places`, rows from the top (the largest place) down, columns from
 * left to right.
 */
export function planeCodes({ origin, right, up }: Plane, places: readonly number[]): Float32Array {
  const downwards = [...places].reverse();
  const rows = downwards.flatMap((y) =>
    places.map((x) => Float32Array.from(origin, (value, d) => value + x * right[d] + y * up[d])),
  );
  return joined(rows, origin.length);
}

/**
 * The direction of a property: the mean of codes [N, latent] that have it less the mean of codes that have not (Larsen
 * et al., "Autoencoding beyond pixels using a learned similarity metric", 2016).
 *
 * Throws ValueError when there are no codes on either side.
 */
export function attributeVector(
  { having, lacking }: { having: Float32Array; lacking: Float32Array },
  latent: number,
): Float32Array {
  for (const [name, codes] of Object.entries({ having, lacking })) {
    if (codes.length > 0 && codes.length % latent === 0) continue;
    throw new ValueError(
      `attributeVector: ${name} holds ${codes.length} numbers; expected codes of ${latent} each, one or more`,
    );
  }
  const without = meanCode(lacking, latent);
  return Float32Array.from(meanCode(having, latent), (value, d) => value - without[d]);
}

/** Codes [strengths, latent]: `code` with each of the strengths times `vector` added. */
export function withAttribute(
  code: ArrayLike<number>,
  vector: ArrayLike<number>,
  strengths: readonly number[],
): Float32Array {
  const rows = strengths.map((strength) =>
    Float32Array.from(code, (value, d) => value + strength * vector[d]),
  );
  return joined(rows, code.length);
}

/** `steps` numbers from `from` to `to`, both among them. */
export const evenNumbers = (from: number, to: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) =>
    steps === 1 ? (from + to) / 2 : from + ((to - from) * i) / (steps - 1),
  );

function joined(rows: readonly Float32Array[], latent: number): Float32Array {
  const codes = new Float32Array(rows.length * latent);
  rows.forEach((row, i) => {
    codes.set(row, i * latent);
  });
  return codes;
}

function checkDimension(dim: number, latent: number): void {
  if (Number.isInteger(dim) && dim >= 0 && dim < latent) return;
  throw new ValueError(`there is no dimension ${dim}; a code has dimensions 0 to ${latent - 1}`);
}
