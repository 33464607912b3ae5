/** Functions of four floats that are computed in double precision, two lanes at a time, and rounded once. */

import type { Func, V128 } from './assembler.js';
import { f32x4, f64x2, i32x4, i64x2, v128 } from './simd.js';

export type DoubleFunction =
  | 'sin'
  | 'cos'
  | 'atan'
  | 'pow'
  | 'floorDivide'
  | 'remainder'
  | 'floorDivideI32'
  | 'remainderI32';

/** Writes the body of a function of vectors, which must return. */
export type Emitter = (f: Func, ...args: readonly V128[]) => void;

const d = f64x2.const;

/** a + b x + c x^2 + ... */
function series(f: Func, x: V128, coefficients: readonly number[]): V128 {
  const sum = f.local('v128');
  const [last, ...others] = [...coefficients].reverse();
  f.set(sum, d(last));
  for (const c of others) f.set(sum, f64x2.add(f64x2.mul(sum, x), d(c)));
  return sum;
}

/** The first `count` of f(0), f(1), ... */
const terms = (count: number, term: (n: number) => number): number[] =>
  Array.from({ length: count }, (_, n) => term(n));

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

const lowerHalf = f64x2.promoteLowF32x4;
const upperHalf = (x: V128): V128 => f64x2.promoteLowF32x4(v128.shuffle32(x, x, [2, 3, 2, 3]));

/** f(x) of float lanes by way of `compute`, which works on two doubles. */
const halves =
  (compute: (f: Func, ...args: readonly V128[]) => V128): Emitter =>
  (f, ...args) => {
    const [low, high] = [lowerHalf, upperHalf].map((half) => {
      const doubles = args.map((arg) => f.hold(half(arg)));
      return f.hold(f32x4.demoteF64x2Zero(compute(f, ...doubles)));
    });
    f.return(v128.shuffle32(low, high, [0, 1, 4, 5]));
  };

/** The same for int32 lanes. */
const integerHalves =
  (compute: (f: Func, ...args: readonly V128[]) => V128): Emitter =>
  (f, ...args) => {
    const [low, high] = [[0, 1, 0, 1] as const, [2, 3, 2, 3] as const].map((lanes) => {
      const doubles = args.map((arg) =>
        f.hold(f64x2.convertLowI32x4S(v128.shuffle32(arg, arg, lanes))),
      );
      return f.hold(i32x4.truncSatF64x2SZero(compute(f, ...doubles)));
    });
    const whole = v128.shuffle32(low, high, [0, 1, 4, 5]);
    f.return(v128.andnot(whole, i32x4.eq(args[1], i32x4.const(0))));
  };

/** pi / 2 in three parts; the product of the first with a whole number below 2^26 is exact. */
const halfPi = [1.570796325802803, 9.920935739593517e-10, 5.721188726109832e-18] as const;

/** sin(x + quarter turns * pi / 2); beyond |x| = 10^8 only within [-1, 1]. */
const sineAhead = (quarterTurns: number) =>
  halves((f, x) => {
    const n = f.hold(f64x2.nearest(f64x2.mul(x, d(2 / Math.PI))));
    const away = f.local('v128');
    f.set(away, x);
    for (const part of halfPi) f.set(away, f64x2.sub(away, f64x2.mul(n, d(part))));
    const r = f.hold(f64x2.max(d(-0.8), f64x2.min(d(0.8), away)));
    const square = f.hold(f64x2.mul(r, r));
    const alternating = (offset: number) => (k: number) => (-1) ** k / factorial(2 * k + offset);
    const sine = f.hold(f64x2.mul(r, series(f, square, terms(7, alternating(1)))));
    const cosine = series(f, square, terms(8, alternating(0)));
    const turned = f.hold(f64x2.add(n, d(quarterTurns)));
    const rest = (modulus: number): V128 =>
      f64x2.sub(turned, f64x2.mul(d(modulus), f64x2.floor(f64x2.mul(turned, d(1 / modulus)))));
    const value = f.hold(v128.bitselect(cosine, sine, f64x2.eq(rest(2), d(1))));
    const signed = f.hold(v128.bitselect(f64x2.neg(value), value, f64x2.ge(rest(4), d(2))));
    // The sine of -0 is -0.
    return quarterTurns === 0 ? v128.bitselect(x, signed, f64x2.eq(x, d(0))) : signed;
  });

const atan: Emitter = halves((f, x) => {
  // atan(x) = pi / 2 - atan(1 / x) above 1; then pi / 4 + atan((t - 1) / (t + 1)) above tan(pi / 8).
  const size = f.hold(f64x2.abs(x));
  const steep = f.hold(f64x2.gt(size, d(1)));
  const t = f.hold(v128.bitselect(f64x2.div(d(1), size), size, steep));
  const wide = f.hold(f64x2.gt(t, d(Math.SQRT2 - 1)));
  const turned = f64x2.div(f64x2.sub(t, d(1)), f64x2.add(t, d(1)));
  const u = f.hold(v128.bitselect(turned, t, wide));
  const square = f.hold(f64x2.mul(u, u));
  const angle = f64x2.mul(
    u,
    series(
      f,
      square,
      terms(14, (k) => (-1) ** k / (2 * k + 1)),
    ),
  );
  const within = f.hold(f64x2.add(angle, v128.and(wide, d(Math.PI / 4))));
  const whole = v128.bitselect(f64x2.sub(d(Math.PI / 2), within), within, steep);
  return v128.or(whole, v128.and(x, d(-0)));
});

/** floor(a / b), and what is left of a. */
function divided(f: Func, a: V128, b: V128): { quotient: V128; rest: V128 } {
  const quotient = f.hold(f64x2.floor(f64x2.div(a, b)));
  const rest = f.hold(f64x2.sub(a, f64x2.mul(quotient, b)));
  // The division rounds: a quotient just below a whole number may have come out as that number.
  const zero = d(0);
  const below = v128.and(f64x2.gt(b, zero), f64x2.lt(rest, zero));
  const above = v128.and(f64x2.lt(b, zero), f64x2.gt(rest, zero));
  const wrong = f.hold(v128.or(below, above));
  return {
    quotient: f64x2.sub(quotient, v128.and(wrong, d(1))),
    rest: f64x2.add(rest, v128.and(wrong, b)),
  };
}

const remainder: Emitter = halves((f, a, b) => {
  const rest = f.hold(divided(f, a, b).rest);
  // Of a finite number an infinite divisor leaves the number itself, or is added once.
  const opposite = v128.or(
    v128.and(f64x2.lt(a, d(0)), f64x2.gt(b, d(0))),
    v128.and(f64x2.gt(a, d(0)), f64x2.lt(b, d(0))),
  );
  const beyond = f.hold(v128.bitselect(b, a, opposite));
  const finite = f64x2.lt(f64x2.abs(a), d(Infinity));
  const apart = v128.and(f64x2.eq(f64x2.abs(b), d(Infinity)), finite);
  return v128.bitselect(beyond, rest, apart);
});

const pow: Emitter = (f, base, exponent) => {
  const size = f.hold(f32x4.abs(base));
  const [low, high] = [lowerHalf, upperHalf].map((half) => {
    const power = powerOfSize(f, f.hold(half(size)), half(exponent));
    return f.hold(f32x4.demoteF64x2Zero(power));
  });
  const usual = f.hold(v128.shuffle32(low, high, [0, 1, 4, 5]));
  const zero = f32x4.const(0);
  const one = f32x4.const(1);
  const isWhole = (x: V128): V128 => f32x4.eq(f32x4.nearest(x), x);
  const whole = f.hold(isWhole(exponent));
  const odd = v128.andnot(whole, isWhole(f32x4.mul(exponent, f32x4.const(0.5))));
  const signed = f.hold(v128.or(usual, v128.and(odd, v128.and(base, f32x4.const(-0)))));
  const real = v128.or(whole, v128.or(f32x4.ge(base, zero), f32x4.eq(size, f32x4.const(Infinity))));
  const number = v128.or(real, f32x4.ne(base, base));
  const defined = f.hold(v128.bitselect(signed, f32x4.const(Number.NaN), number));
  const unit = v128.and(f32x4.eq(size, one), f32x4.eq(f32x4.abs(exponent), f32x4.const(Infinity)));
  const certain = v128.or(f32x4.eq(exponent, zero), v128.or(f32x4.eq(base, one), unit));
  f.return(v128.bitselect(one, defined, certain));
};

/** 2^(y log2(x)) for x of zero or more. */
function powerOfSize(f: Func, x: V128, y: V128): V128 {
  // x = 2^e m with m between sqrt(1/2) and sqrt(2); a double's exponent as a double by way of 2^52.
  const mantissa = v128.and(x, i64x2.const(0x000fffffffffffffn));
  const m = f.hold(v128.or(mantissa, d(1)));
  const large = f.hold(f64x2.gt(m, d(Math.SQRT2)));
  const middle = f.hold(v128.bitselect(f64x2.mul(m, d(0.5)), m, large));
  const biased = f64x2.sub(v128.or(i64x2.shrU(x, 52), d(2 ** 52)), d(2 ** 52 + 1023));
  const e = f.hold(f64x2.add(biased, v128.and(large, d(1))));
  const s = f.hold(f64x2.div(f64x2.sub(middle, d(1)), f64x2.add(middle, d(1))));
  const square = f.hold(f64x2.mul(s, s));
  const tail = series(
    f,
    square,
    terms(9, (k) => 2 / Math.LN2 / (2 * k + 1)),
  );
  const usual = f.hold(f64x2.add(e, f64x2.mul(s, tail)));
  const finite = f64x2.lt(x, d(Infinity));
  const orInfinite = f.hold(v128.bitselect(usual, x, finite));
  const logarithm = v128.bitselect(d(-Infinity), orInfinite, f64x2.eq(x, d(0)));
  // Within what a double's exponent holds, and far beyond a float's.
  const limited = f64x2.max(d(-1000), f64x2.min(d(1000), f64x2.mul(y, logarithm)));
  const t = f.hold(limited);
  const n = f.hold(f64x2.nearest(t));
  const r = f.hold(f64x2.sub(t, n));
  const power = series(
    f,
    r,
    terms(13, (k) => Math.LN2 ** k / factorial(k)),
  );
  const scale = i64x2.shl(f64x2.add(n, d(2 ** 52 + 1023)), 52);
  return f64x2.mul(power, scale);
}

export const doubleFunctions: { readonly [Name in DoubleFunction]: Emitter } = {
  sin: sineAhead(0),
  cos: sineAhead(1),
  atan,
  pow,
  floorDivide: halves((f, a, b) => divided(f, a, b).quotient),
  remainder,
  floorDivideI32: integerHalves((f, a, b) => divided(f, a, b).quotient),
  remainderI32: integerHalves((f, a, b) => divided(f, a, b).rest),
};

/** Those of two arguments. */
export const ofTwo: ReadonlySet<string> = new Set<DoubleFunction>([
  'pow',
  'floorDivide',
  'remainder',
  'floorDivideI32',
  'remainderI32',
]);
