/** Functions of four floats at once, each within about two units in the last place (polynomials: Cephes, Moshier; erf: Abramowitz and Stegun 7.1.26 above 1). */

import { type Func, instruction, type ModuleBuilder, unsigned, type V128 } from './assembler.js';
import { type DoubleFunction, doubleFunctions, type Emitter, ofTwo } from './double-math.js';
import type { Features } from './features.js';
import { f32x4, i32x4, v128 } from './simd.js';

type SingleFunction = 'exp' | 'log' | 'tanh' | 'sigmoid' | 'expm1' | 'log1p' | 'erf';

export type MathFunction = SingleFunction | DoubleFunction;

/** What a function calls. */
const callees: { readonly [Name in MathFunction]?: MathFunction } = {
  tanh: 'exp',
  sigmoid: 'exp',
  expm1: 'exp',
  log1p: 'log',
  erf: 'exp',
};

/** a * b + c, fused where the engine can. */
export function multiplyAdd({ relaxedSimd }: Features, a: V128, b: V128, c: V128): V128 {
  return relaxedSimd ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** (e^r - 1 - r) / r^2 for r within half of ln 2, the highest power first. */
const exponential = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
  5.0000001201e-1,
];

/** The Taylor series of erf(x) / x in x^2 up to its tenth term, for |x| < 1. */
const errorSeries = Array.from({ length: 10 }, (_, i) => {
  const n = 9 - i;
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return (2 / Math.sqrt(Math.PI)) * ((-1) ** n / (factorial * (2 * n + 1)));
});

/** erfc(x) exp(x^2) / t in t = 1 / (1 + 0.3275911 x). */
const errorTail = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];

/** The functions that the kernels of one module call, made when first asked for. */
export class MathLibrary {
  readonly #module: ModuleBuilder;
  readonly #features: Features;
  readonly #functions = new Map<MathFunction, Func>();

  constructor(module: ModuleBuilder, features: Features) {
    this.#module = module;
    this.#features = features;
  }

  call(name: MathFunction, ...args: readonly V128[]): V128 {
    return instruction('v128', [0x10, ...unsigned(this.#function(name).index)], ...args);
  }

  #function(name: MathFunction): Func {
    const known = this.#functions.get(name);
    if (known) return known;
    // What a function calls is made first, so that it does not call itself while unfinished.
    const callee = callees[name];
    if (callee) this.#function(callee);
    const params = ofTwo.has(name) ? (['v128', 'v128'] as const) : (['v128'] as const);
    const f = this.#module.function({ params, result: 'v128' });
    this.#functions.set(name, f);
    this.#emitters[name](f, ...params.map((type, i) => f.param(i, type)));
    return f;
  }

  readonly #emitters: { readonly [Name in MathFunction]: Emitter } = {
    ...doubleFunctions,

    exp: (f, x) => {
      // e^x = 2^n e^r with r within half of ln 2; ln 2 is taken off in two parts.
      const limited = f.hold(f32x4.max(f32x4.const(-104), f32x4.min(f32x4.const(89), x)));
      const n = f.hold(f32x4.nearest(f32x4.mul(limited, f32x4.const(Math.LOG2E))));
      const high = f.hold(this.#madd(n, f32x4.const(-0.693359375), limited));
      const r = f.hold(this.#madd(n, f32x4.const(2.1219444e-4), high));
      const p = this.#polynomial(f, r, exponential);
      const power = f.hold(f32x4.add(this.#madd(p, f32x4.mul(r, r), r), f32x4.const(1)));
      // In two steps, so that 2^n reaches subnormal numbers and infinity.
      const whole = f.hold(i32x4.truncSatF32x4S(n));
      const half = f.hold(i32x4.shrS(whole, 1));
      const powerOfTwo = (exponent: V128): V128 =>
        i32x4.shl(i32x4.add(exponent, i32x4.const(127)), 23);
      const rest = i32x4.sub(whole, half);
      f.return(f32x4.mul(f32x4.mul(power, powerOfTwo(half)), powerOfTwo(rest)));
    },

    log: (f, x) => {
      const tiny = f.hold(f32x4.lt(x, f32x4.const(2 ** -126)));
      const scaled = f.hold(v128.bitselect(f32x4.mul(x, f32x4.const(2 ** 23)), x, tiny));
      // x = 2^e m with m between sqrt(1/2) and sqrt(2).
      const bits = f.hold(i32x4.sub(scaled, i32x4.const(0x3f3504f3)));
      const exponent = f.hold(i32x4.shrS(bits, 23));
      const e = f.hold(f32x4.sub(f32x4.convertI32x4S(exponent), v128.and(tiny, f32x4.const(23))));
      const m = i32x4.add(v128.and(bits, i32x4.const(0x007fffff)), i32x4.const(0x3f3504f3));
      const z = f.hold(f32x4.sub(m, f32x4.const(1)));
      const square = f.hold(f32x4.mul(z, z));
      const p = this.#polynomial(
        f,
        z,
        [
          7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
          -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
        ],
      );
      const cubic = f.hold(f32x4.mul(f32x4.mul(p, z), square));
      const low = f.hold(this.#madd(e, f32x4.const(-2.1219444e-4), cubic));
      const y = f.hold(this.#madd(square, f32x4.const(-0.5), low));
      const sum = f.hold(this.#madd(e, f32x4.const(0.693359375), f32x4.add(z, y)));
      const finite = f32x4.lt(x, f32x4.const(Infinity));
      const usual = f.hold(v128.bitselect(sum, x, finite));
      const zero = f32x4.eq(x, f32x4.const(0));
      const atZero = f.hold(v128.bitselect(f32x4.const(-Infinity), usual, zero));
      const negative = f32x4.lt(x, f32x4.const(0));
      f.return(v128.bitselect(f32x4.const(Number.NaN), atZero, negative));
    },

    tanh: (f, x) => {
      const size = f.hold(f32x4.abs(x));
      const square = f.hold(f32x4.mul(x, x));
      const p = this.#polynomial(
        f,
        square,
        [
          -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1,
          -3.33332819422e-1,
        ],
      );
      const sign = f.hold(v128.and(x, f32x4.const(-0)));
      const near = f.hold(v128.or(this.#madd(f32x4.mul(x, square), p, x), sign));
      const exponential = this.call('exp', f32x4.add(size, size));
      const far = f.hold(
        f32x4.sub(
          f32x4.const(1),
          f32x4.div(f32x4.const(2), f32x4.add(exponential, f32x4.const(1))),
        ),
      );
      const signed = v128.or(far, sign);
      f.return(v128.bitselect(near, signed, f32x4.lt(size, f32x4.const(0.625))));
    },

    expm1: (f, x) => {
      // Near 0 without the 1: for x = n ln 2 + r, 2^n (e^r - 1) + (2^n - 1) with n = -1, 0 or 1.
      const n = f.hold(f32x4.nearest(f32x4.mul(x, f32x4.const(Math.LOG2E))));
      const high = f.hold(this.#madd(n, f32x4.const(-0.693359375), x));
      const r = f.hold(this.#madd(n, f32x4.const(2.1219444e-4), high));
      const p = this.#polynomial(f, r, exponential);
      const power = f.hold(this.#madd(p, f32x4.mul(r, r), r));
      const exponent = i32x4.add(i32x4.truncSatF32x4S(n), i32x4.const(127));
      const scale = f.hold(i32x4.shl(exponent, 23));
      const small = this.#madd(power, scale, f32x4.sub(scale, f32x4.const(1)));
      // Of -0 it is -0.
      const near = f.hold(v128.or(small, v128.and(x, f32x4.const(-0))));
      const far = f.hold(f32x4.sub(this.call('exp', x), f32x4.const(1)));
      f.return(v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), f32x4.const(1))));
    },

    log1p: (f, x) => {
      // What rounding 1 + x loses is made up for by x / ((1 + x) - 1) (Kahan).
      const sum = f.hold(f32x4.add(x, f32x4.const(1)));
      const logarithm = f.hold(this.call('log', sum));
      const lost = f32x4.div(x, f32x4.sub(sum, f32x4.const(1)));
      const corrected = f.hold(f32x4.mul(logarithm, lost));
      const finite = f32x4.lt(sum, f32x4.const(Infinity));
      const usual = f.hold(v128.bitselect(corrected, logarithm, finite));
      f.return(v128.bitselect(x, usual, f32x4.eq(sum, f32x4.const(1))));
    },

    erf: (f, x) => {
      const size = f.hold(f32x4.abs(x));
      const square = f.hold(f32x4.mul(x, x));
      const series = this.#polynomial(f, square, errorSeries);
      const near = f.hold(f32x4.mul(x, series));
      const scaled = this.#madd(size, f32x4.const(0.3275911), f32x4.const(1));
      const t = f.hold(f32x4.div(f32x4.const(1), scaled));
      const tail = f.hold(f32x4.mul(this.#polynomial(f, t, errorTail), t));
      const rest = f32x4.mul(tail, this.call('exp', f32x4.neg(square)));
      const far = f.hold(f32x4.sub(f32x4.const(1), rest));
      const signed = v128.or(far, v128.and(x, i32x4.const(-(2 ** 31))));
      f.return(v128.bitselect(near, signed, f32x4.lt(size, f32x4.const(1))));
    },

    sigmoid: (f, x) => {
      const exponential = this.call('exp', f32x4.neg(x));
      f.return(f32x4.div(f32x4.const(1), f32x4.add(f32x4.const(1), exponential)));
    },
  };

  #madd(a: V128, b: V128, c: V128): V128 {
    return multiplyAdd(this.#features, a, b, c);
  }

  /** The polynomial in x with these coefficients, the highest power first. */
  #polynomial(f: Func, x: V128, coefficients: readonly number[]): V128 {
    const p = f.local('v128');
    f.set(p, f32x4.const(coefficients[0]));
    for (const c of coefficients.slice(1)) f.set(p, this.#madd(p, x, f32x4.const(c)));
    return p;
  }
}
