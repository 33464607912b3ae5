/** The functions of four floats that rest on e^x, and erf: branchless formulas that kernels contain themselves. */

import type { Func, V128 } from './assembler.js';
import type { Features } from './features.js';
import { type Formula, multiplyAdd, polynomial, real } from './formula.js';
import { f32x4, i32x4, v128 } from './simd.js';

/** (e^r - 1) / r within half of ln 2, to 2^-29 of e^r (minimax), the highest power first. */
const exponential = [
  1.3843592545e-3, 8.374207976e-3, 4.1668005547e-2, 0.16666430659, 0.49999994186, 1.0000000323,
];

/** ln 2 in two parts; the product of the first with a whole number below 2^15 is exact. */
const ln2 = [0.693359375, -2.1219444e-4] as const;

/** Added to a number below 2^22, leaves it rounded to a whole one in the lowest bits. */
const rounder = 1.5 * 2 ** 23;

interface Reduced {
  /** 2^(n + scale), where x is n ln 2 + r. */
  readonly power: V128;
  /** r / unit. */
  readonly rest: V128;
  readonly sum: V128;
}

/** x = unit x', where x' is given, within what the power of two can be. */
function reduce(features: Features, f: Func, x: V128, { unit = 1, scale = 0 } = {}): Reduced {
  const shifted = real(f, rounder + 127 + scale);
  const sum = f.hold(multiplyAdd(features, x, real(f, unit * Math.LOG2E), shifted));
  const n = f.hold(f32x4.sub(sum, shifted));
  const high = f.hold(multiplyAdd(features, n, real(f, -ln2[0] / unit), x));
  const rest = f.hold(multiplyAdd(features, n, real(f, -ln2[1] / unit), high));
  // The exponent stands in the lowest bits; everything above it is shifted out.
  return { power: i32x4.shl(sum, 23), rest, sum };
}

/** (e^(unit r) - 1) / r. */
const slope = (unit: number): number[] =>
  exponential.map((c, i) => c * unit ** (exponential.length - i));

/** e^(unit r). */
const growth = (unit = 1): number[] => [...slope(unit), 1];

/** x within lowest and highest; NaN stays NaN. */
const within = (f: Func, x: V128, lowest: number, highest: number): V128 =>
  f32x4.pmax(f32x4.pmin(x, real(f, highest)), real(f, lowest));

const exp: Formula = (features, f, x) => {
  const limited = f.hold(within(f, x, -104, 88.8));
  const { rest, sum } = reduce(features, f, limited, { scale: 127 });
  const p = polynomial(features, f, rest, growth());
  // 2^n in two factors, so that it reaches subnormal numbers and infinity.
  const halfway = real(f, rounder + 127);
  const half = f.hold(multiplyAdd(features, limited, real(f, Math.LOG2E / 2), halfway));
  const factors = [half, i32x4.sub(sum, half)].map((exponent) => i32x4.shl(exponent, 23));
  return f32x4.mul(f32x4.mul(p, factors[0]), factors[1]);
};

/** e^-x for x of 0 or more: one power of two, moved up by a factor that is taken off again. */
const expOfMinus: Formula = (features, f, x) => {
  const limited = f.hold(f32x4.pmin(x, real(f, 104)));
  const { power, rest } = reduce(features, f, limited, { unit: -1, scale: 64 });
  const p = polynomial(features, f, rest, growth(-1));
  return f32x4.mul(f32x4.mul(p, power), real(f, 2 ** -64));
};

const sigmoid: Formula = (features, f, x) => {
  // s / (s + s e^-x), so small an s that no e^-x overflows.
  const limited = f.hold(within(f, x, -104, 40));
  const { power, rest } = reduce(features, f, limited, { unit: -1, scale: -64 });
  const p = polynomial(features, f, rest, growth(-1));
  const s = real(f, 2 ** -64);
  return f32x4.div(s, multiplyAdd(features, p, power, s));
};

/** `value` with the sign of x, which it has unless it is 0. */
const withSign = (f: Func, value: V128, x: V128): V128 => v128.or(value, v128.and(x, real(f, -0)));

const tanh: Formula = (features, f, x) => {
  // (e^2|x| - 1) / (e^2|x| + 1), the numerator without cancellation; from 9.1 on it is 1.
  const size = f.hold(f32x4.pmin(v128.and(x, f.constant(i32x4.const(0x7fffffff))), real(f, 9.1)));
  const { power, rest } = reduce(features, f, size, { unit: 2 });
  const p = f.hold(f32x4.mul(polynomial(features, f, rest, slope(2)), rest));
  const s = f.hold(power);
  const less1 = f.hold(multiplyAdd(features, p, s, f32x4.sub(s, real(f, 1))));
  return withSign(f, f32x4.div(less1, f32x4.add(less1, real(f, 2))), x);
};

const expm1: Formula = (features, f, x) => {
  // 2^n (e^r - 1) + (2^n - 1), of halves, so that 2^n does not overflow before the result does.
  const limited = f.hold(within(f, x, -18, 88.8));
  const { power, rest } = reduce(features, f, limited, { scale: -1 });
  const p = f.hold(f32x4.mul(polynomial(features, f, rest, slope(1)), rest));
  const s = f.hold(power);
  const half = f.hold(multiplyAdd(features, p, s, f32x4.sub(s, real(f, 0.5))));
  return withSign(f, f32x4.add(half, half), x);
};

/** erf(x) / x as a quotient of polynomials in x^2 (minimax), the highest power first. */
const errorNumerator = [
  2.0419849988684e-6, 2.8480964829214e-4, 3.779609920457e-3, 5.279029160738e-2, 0.19078359007835,
  1.1283791065216,
];
const errorDenominator = [
  3.800428021349944e-5, 1.1652146931737661e-3, 0.01499744039028883, 0.11425744742155075,
  0.5024102926254272, 1,
];

const erf: Formula = (features, f, x) => {
  // From 3.9 on the quotient stays what it is there, and its product with x is above 1.
  const square = f.hold(f32x4.pmin(f32x4.mul(x, x), real(f, 3.9 ** 2)));
  const numerator = polynomial(features, f, square, errorNumerator);
  const denominator = polynomial(features, f, square, errorDenominator);
  return within(f, f32x4.div(f32x4.mul(x, numerator), denominator), -1, 1);
};

export const exponentials = { exp, expOfMinus, sigmoid, tanh, expm1, erf };
