/** What formulas of four floats are made of: held constants, products that are added to something, polynomials. */

import type { Func, V128 } from './assembler.js';
import type { Features } from './features.js';
import { f32x4 } from './simd.js';

/** Writes what computes a function of `x`, a local, where it is needed. */
export type Formula = (features: Features, f: Func, x: V128) => V128;

export const real = (f: Func, value: number): V128 => f.constant(f32x4.const(value));

/** a * b + c, fused where the engine can. */
export function multiplyAdd({ relaxedSimd }: Features, a: V128, b: V128, c: V128): V128 {
  return relaxedSimd ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** The polynomial in x, a local, with these coefficients, the highest power first. */
export function polynomial(
  features: Features,
  f: Func,
  x: V128,
  coefficients: readonly number[],
): V128 {
  const p = f.local('v128');
  const [first, ...others] = coefficients.map((c) => real(f, c));
  f.set(p, first);
  for (const c of others) f.set(p, multiplyAdd(features, p, x, c));
  return p;
}
