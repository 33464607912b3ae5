/**
 * Error bounds: how far from the float64 reference each element of a graph may be, by running error analysis.
 *
 * This is the one rule of comparison in the exactness tests. Every operation may round its result
 * once (a few times inside exp, log, tanh, sigmoid); the error of its operands goes through its
 * derivative; a sum of n terms may be off by 2 + 2 sqrt(n) roundings of the sum of the magnitudes
 * (Higham and Mary, "A New Approach to Probabilistic Rounding Error Analysis", 2019). Where a
 * comparison or an index could fall either way within the bounds, what follows from it is free.
 * Integers and bools must be equal, NaN and infinities in the same places.
 */

import type { Value } from '../src/backends/reference/kernel.js';
import type { Tensor } from '../src/graph/tensor.js';
import type { PrimitiveName } from '../src/graph/vocabulary.js';
import { type ErrorRule, errorRules, type Precision } from './error-rules.js';

export const float32: Precision = {
  roundoff: 2 ** -24,
  largest: 3.4028234663852886e38,
  smallest: 2 ** -149,
};
export const float64: Precision = {
  roundoff: 2 ** -53,
  largest: Number.MAX_VALUE,
  smallest: Number.MIN_VALUE,
};

/** The largest error of every tensor in `order`, whose reference values are `values`. */
export function errorBounds(
  order: readonly Tensor[],
  values: ReadonlyMap<Tensor, Value>,
  precision: Precision,
): Map<Tensor, Float64Array> {
  const bounds = new Map<Tensor, Float64Array>();
  for (const tensor of order) {
    const output = values.get(tensor)!;
    const source = tensor.source;
    let errors: Float64Array;
    if (source.kind === 'apply') {
      const rule = errorRules[source.primitive.name] as ErrorRule<PrimitiveName>;
      const inputs = source.inputs.map((input) => {
        const value = values.get(input)!;
        return { ...value, errors: asOperand(bounds.get(input)!, value, precision) };
      });
      errors = rule({ inputs, attributes: source.attributes, output, precision });
    } else {
      // What no Float32Array holds may be rounded; an infinity is exact.
      const doubles = source.kind === 'data' && source.data instanceof Float64Array;
      const rounds = output.dtype === 'float32' && (source.kind === 'fill' || doubles);
      const roundoff = rounds ? precision.roundoff : 0;
      errors = Float64Array.from(output.data, (value) =>
        Number.isFinite(value) ? Math.abs(value) * roundoff : 0,
      );
    }
    bounds.set(tensor, settled(errors, output));
  }
  return bounds;
}

/** Infinities and NaN are exact. */
const settled = (errors: Float64Array, { data }: Value): Float64Array =>
  errors.map((error, i) => {
    if (!Number.isFinite(data[i])) return error === Infinity ? Infinity : 0;
    return Number.isNaN(error) ? Infinity : error;
  });

/** What overflows is an infinity only in the backend: all that follows from it is free. */
const asOperand = (errors: Float64Array, { data }: Value, { largest }: Precision): Float64Array =>
  errors.map((error, i) =>
    Number.isFinite(data[i]) && Math.abs(data[i]) > largest ? Infinity : error,
  );

/** Throws at the first element of `actual` that is further from `expected` than `errors` allow. */
export function assertWithin(
  actual: ArrayLike<number>,
  expected: Value,
  { errors, precision, what }: { errors: Float64Array; precision: Precision; what: string },
): void {
  const { data } = expected;
  if (actual.length !== data.length) {
    throw new Error(`${what}: ${actual.length} elements, expected ${data.length}`);
  }
  for (let i = 0; i < data.length; i++) {
    if (agrees(actual[i], data[i], errors[i], precision)) continue;
    throw new Error(
      `${what}: element ${i} of [${expected.shape}] is ${actual[i]}, ` +
        `expected ${data[i]} within ${errors[i]}`,
    );
  }
}

function agrees(actual: number, expected: number, error: number, { largest }: Precision): boolean {
  if (Object.is(actual, expected) || actual === expected || error === Infinity) return true;
  if (Number.isFinite(expected) && Math.abs(expected) + error > largest) {
    if (actual === Math.sign(expected) * Infinity) return true;
  }
  return Math.abs(actual - expected) <= error;
}
