/** Logarithms of four floats, each within about two units in the last place. */

import type { Func, V128 } from './assembler.js';
import type { Formula } from './exponentials.js';
import type { Features } from './features.js';
import { multiplyAdd, polynomial } from './multiply-add.js';
import { f32x4, i32x4, v128 } from './simd.js';

/** (log(1 + z) - z + z^2 / 2) / z^3 for 1 + z between sqrt(1/2) and sqrt(2) (Cephes, Moshier). */
const logarithm = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];

function log(features: Features, f: Func, x: V128): V128 {
  const madd = (a: V128, b: V128, c: V128): V128 => multiplyAdd(features, a, b, c);
  const tiny = f.hold(f32x4.lt(x, f32x4.const(2 ** -126)));
  const scaled = f.hold(v128.bitselect(f32x4.mul(x, f32x4.const(2 ** 23)), x, tiny));
  // x = 2^e m with m between sqrt(1/2) and sqrt(2).
  const bits = f.hold(i32x4.sub(scaled, i32x4.const(0x3f3504f3)));
  const exponent = f.hold(i32x4.shrS(bits, 23));
  const e = f.hold(f32x4.sub(f32x4.convertI32x4S(exponent), v128.and(tiny, f32x4.const(23))));
  const m = i32x4.add(v128.and(bits, i32x4.const(0x007fffff)), i32x4.const(0x3f3504f3));
  const z = f.hold(f32x4.sub(m, f32x4.const(1)));
  const square = f.hold(f32x4.mul(z, z));
  const p = polynomial(features, f, z, logarithm);
  const cubic = f.hold(f32x4.mul(f32x4.mul(p, z), square));
  const low = f.hold(madd(e, f32x4.const(-2.1219444e-4), cubic));
  const y = f.hold(madd(square, f32x4.const(-0.5), low));
  const sum = f.hold(madd(e, f32x4.const(0.693359375), f32x4.add(z, y)));
  const finite = f32x4.lt(x, f32x4.const(Infinity));
  const usual = f.hold(v128.bitselect(sum, x, finite));
  const zero = f32x4.eq(x, f32x4.const(0));
  const atZero = f.hold(v128.bitselect(f32x4.const(-Infinity), usual, zero));
  const negative = f32x4.lt(x, f32x4.const(0));
  return v128.bitselect(f32x4.const(Number.NaN), atZero, negative);
}

function log1p(features: Features, f: Func, x: V128): V128 {
  // What rounding 1 + x loses is made up for by x / ((1 + x) - 1) (Kahan).
  const sum = f.hold(f32x4.add(x, f32x4.const(1)));
  const logarithmOfSum = f.hold(log(features, f, sum));
  const lost = f32x4.div(x, f32x4.sub(sum, f32x4.const(1)));
  const corrected = f.hold(f32x4.mul(logarithmOfSum, lost));
  const finite = f32x4.lt(sum, f32x4.const(Infinity));
  const usual = f.hold(v128.bitselect(corrected, logarithmOfSum, finite));
  return v128.bitselect(x, usual, f32x4.eq(sum, f32x4.const(1)));
}

export const logarithms = { log, log1p } satisfies Record<string, Formula>;

export type LogarithmName = keyof typeof logarithms;
