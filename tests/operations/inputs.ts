/** Inputs that many rows share. */

import { type CaseInput, distinct, exactly, specialValues } from '../cases/case.js';

/** Every special value. */
export const specials: CaseInput = exactly(specialValues);

/** A few special values, each beside each. */
const chosen = [
  0,
  -0,
  1,
  -0.5,
  2,
  -3,
  Infinity,
  -Infinity,
  NaN,
  2 ** -149,
  -(2 ** -127),
  1e20,
  -1e-20,
];
export const specialPairs: readonly [CaseInput, CaseInput] = [
  exactly(chosen.flatMap((value) => chosen.map(() => value))),
  exactly(chosen.flatMap(() => chosen)),
];

/** `distinct` numbers moved by `by` and scaled: positive ones, those around another kink. */
export function scaled(
  shape: readonly number[],
  { by = 0, factor = 1, seed = 1 }: { by?: number; factor?: number; seed?: number },
): CaseInput {
  const input = distinct(shape, seed);
  return { ...input, data: Float32Array.from(input.data, (x) => x * factor + by) };
}
