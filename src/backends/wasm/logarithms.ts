/** Logarithms of four floats, each within about two units in the last place. */

import { type Func, i32, type V128 } from './assembler.js';
import type { Features } from './features.js';
import { type Formula, multiplyAdd, polynomial, real } from './formula.js';

import { f32x4, i32x4, v128 } from './simd.js';

/** (log(1 + z) - z + z^2 / 2) / z^3 for 1 + z between sqrt(1/2) and sqrt(2) (Cephes, Moshier). */
const coefficients = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];

const smallestNormal = 0x00800000;
const infinity = 0x7f800000;
/** sqrt(1/2) */
const leastMantissa = 0x3f3504f3;

const whole = (f: Func, value: number): V128 => f.constant(i32x4.const(value));

/** log(x) - log(2^shift) for normal, finite, positive x. */
function logOfNormal(features: Features, f: Func, x: V128, shift?: V128): V128 {
  const madd = (a: V128, b: V128, c: V128): V128 => multiplyAdd(features, a, b, c);
  // x = 2^e m with m between sqrt(1/2) and sqrt(2).
  const exponent = f.hold(i32x4.shrS(i32x4.sub(x, whole(f, leastMantissa)), 23));
  const m = i32x4.sub(x, i32x4.shl(exponent, 23));
  const inX = f32x4.convertI32x4S(exponent);
  const e = f.hold(shift ? f32x4.sub(inX, shift) : inX);
  const z = f.hold(f32x4.sub(m, real(f, 1)));
  const square = f.hold(f32x4.mul(z, z));
  const p = polynomial(features, f, z, coefficients);
  const cubic = f.hold(f32x4.mul(f32x4.mul(p, z), square));
  const low = f.hold(madd(e, real(f, -2.1219444e-4), cubic));
  const y = f.hold(madd(square, real(f, -0.5), low));
  return madd(e, real(f, 0.693359375), f32x4.add(z, y));
}

/** log(x) of any x. */
function logOfAny(features: Features, f: Func, x: V128): V128 {
  const tiny = f.hold(f32x4.lt(x, f32x4.const(2 ** -126)));
  const scaled = f.hold(v128.bitselect(f32x4.mul(x, f32x4.const(2 ** 23)), x, tiny));
  const sum = logOfNormal(features, f, scaled, v128.and(tiny, f32x4.const(23)));
  const finite = f32x4.lt(x, f32x4.const(Infinity));
  const usual = f.hold(v128.bitselect(sum, x, finite));
  const zero = f32x4.eq(x, f32x4.const(0));
  const atZero = f.hold(v128.bitselect(f32x4.const(-Infinity), usual, zero));
  const negative = f32x4.lt(x, f32x4.const(0));
  return v128.bitselect(f32x4.const(Number.NaN), atZero, negative);
}

const log: Formula = (features, f, x) => {
  const result = f.hold(logOfNormal(features, f, x));
  // As signed numbers, with the smallest normal one moved down to the lowest there is.
  const moved = i32x4.sub(x, whole(f, smallestNormal - 2 ** 31));
  const isNormal = i32x4.gtS(whole(f, infinity - smallestNormal - 2 ** 31), moved);
  // Not by a call: registers would be saved around it whether it is made or not.
  f.if(i32.ne(i32x4.bitmask(isNormal), 15), () => f.set(result, logOfAny(features, f, x)));
  return result;
};

const log1p: Formula = (features, f, x) => {
  // What rounding 1 + x loses is made up for by x / ((1 + x) - 1) (Kahan).
  const sum = f.hold(f32x4.add(x, real(f, 1)));
  const logarithm = f.hold(log(features, f, sum));
  const lost = f32x4.div(x, f32x4.sub(sum, real(f, 1)));
  const corrected = f.hold(f32x4.mul(logarithm, lost));
  const finite = f32x4.lt(sum, real(f, Infinity));
  const usual = f.hold(v128.bitselect(corrected, logarithm, finite));
  return v128.bitselect(x, usual, f32x4.eq(sum, real(f, 1)));
};

export const logarithms = { log, log1p };
