/** Rows of rounding, clamping, roots, exponential, trigonometric and hyperbolic functions. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  acos,
  acosh,
  asin,
  asinh,
  atan2,
  atanh,
  ceil,
  clamp,
  cosh,
  exp2,
  fmod,
  frac,
  hypot,
  lerp,
  log2,
  log10,
  logAddExp,
  reciprocal,
  rsqrt,
  sinh,
  square,
  tan,
  trunc,
} from '../../src/ops/index.js';
import { between, exactly, integers, normal } from '../cases/case.js';
import { binaryRows, unaryRows } from './elementwise.js';
import { scaled, specialPairs, specials } from './inputs.js';
import type { Family, OperationRows, Row } from './row.js';

const across = (low: number, high: number) => (shape: readonly number[], seed?: number) =>
  between(low, high, shape, seed);
const positive = across(0.2, 4);
const nonzero = (shape: readonly number[]) => between(0.3, 3, shape, 2);
/** Between the whole numbers from -9 to 9. */
const betweenWholes = (shape: readonly number[]) => scaled(shape, { factor: 8 });

/** `own` and a row where the gradient is compared at these places, too. */
function gradientAt(
  values: readonly number[],
  own: OperationRows,
  build: (x: Tensor) => Tensor,
  torch: string,
): OperationRows {
  const name = `gradient at ${values.map((x) => (Object.is(x, -0) ? '-0' : x))}`;
  const row: Row = { name, inputs: [exactly(values)], build, torch, gradient: 'kinked' };
  return { ...own, special: [...(own.special ?? []), row] };
}

/** Both kinds of rows of a function of one number. */
const unaryAt = (
  values: readonly number[],
  build: (x: Tensor) => Tensor,
  torch: string,
  options?: Parameters<typeof unaryRows>[2],
): OperationRows => gradientAt(values, unaryRows(build, torch, options), build, torch);

const rounding: Family = {
  ceil: unaryRows(ceil, 'a.ceil()', { gradient: 'kinked', input: betweenWholes, whole: true }),
  trunc: unaryRows(trunc, 'a.trunc()', { gradient: 'kinked', input: betweenWholes, whole: true }),
  frac: unaryAt([0, 1, -1, 2.5, -2.5], frac, 'a.frac()', { input: betweenWholes }),
  fmod: binaryRows(fmod, 'torch.fmod(a, b)', {
    first: across(-9, 9),
    second: nonzero,
    whole: true,
  }),
};

const arithmetic: Family = {
  clamp: {
    gradient: 'smooth',
    rows: [
      {
        name: 'two numbers',
        inputs: [normal([3, 5])],
        build: (x) => clamp(x, { min: -0.5, max: 0.75 }),
        torch: 'a.clamp(-0.5, 0.75)',
      },
      {
        name: 'only min',
        inputs: [normal([7])],
        build: (x) => clamp(x, { min: 0.1 }),
        torch: 'a.clamp(min=0.1)',
      },
      {
        name: 'only max',
        inputs: [normal([2, 1, 3])],
        build: (x) => clamp(x, { max: -0.1 }),
        torch: 'a.clamp(max=-0.1)',
      },
      {
        name: 'tensors that broadcast',
        inputs: [normal([4, 5]), normal([4, 1], 2), normal([5], 3)],
        build: (x, min, max) => clamp(x, { min, max }),
        torch: 'a.clamp(b, c)',
      },
      {
        name: 'min above max',
        inputs: [normal([9])],
        build: (x) => clamp(x, { min: 1, max: -1 }),
        torch: 'a.clamp(1, -1)',
        gradient: 'none',
      },
      {
        name: 'int32',
        inputs: [integers(-9, 9, [3, 5])],
        build: (x) => clamp(x, { min: -3, max: 4 }),
        torch: 'a.clamp(-3, 4)',
      },
    ],
    special: [
      {
        name: 'at the bounds, outside and NaN',
        inputs: [specials],
        build: (x) => clamp(x, { min: -1, max: 2 }),
        torch: 'a.clamp(-1, 2)',
        gradient: 'kinked',
      },
      {
        name: 'special bounds',
        inputs: [...specialPairs],
        build: (x, min) => clamp(x, { min }),
        torch: 'a.clamp(min=b)',
        gradient: 'kinked',
      },
    ],
  },
  reciprocal: unaryRows(reciprocal, 'a.reciprocal()', { input: positive }),
  rsqrt: unaryAt([0, 0.25, Infinity], rsqrt, 'a.rsqrt()', { input: positive }),
  square: unaryRows(square, 'a.square()'),
  lerp: {
    gradient: 'smooth',
    rows: [
      {
        name: 'a number near the start',
        inputs: [normal([3, 5]), normal([5], 2)],
        build: (a, b) => lerp(a, b, 0.3),
        torch: 'torch.lerp(a, b.expand(3, 5), 0.3)',
      },
      {
        name: 'a number near the end',
        inputs: [normal([3, 1]), normal([5], 2)],
        build: (a, b) => lerp(a, b, 0.8),
        torch: 'torch.lerp(a, b, 0.8)',
      },
      {
        name: 'tensors that broadcast',
        inputs: [normal([4, 1]), normal([5], 2), between(-0.5, 1.5, [4, 5], 3)],
        build: lerp,
        torch: 'torch.lerp(a, b, c)',
      },
      {
        name: 'a number for the start',
        inputs: [normal([7])],
        build: (x) => lerp(2, x, 0.25),
        torch: 'torch.lerp(torch.full_like(a, 2), a, 0.25)',
      },
    ],
    special: [
      {
        name: 'exactly the ends',
        inputs: [exactly([1e20, 1, -3]), exactly([1, 1e20, 0.1]), exactly([1, 1, 0])],
        build: lerp,
        torch: 'torch.lerp(a, b, c)',
      },
    ],
  },
  hypot: binaryRows(hypot, 'torch.hypot(a, b)'),
};

const exponential: Family = {
  exp2: unaryAt([0, -0, 1, 40, -40, 127, -149, -Infinity], exp2, 'a.exp2()'),
  log2: unaryRows(log2, 'a.log2()', { input: positive }),
  log10: unaryRows(log10, 'a.log10()', { input: positive }),
  logAddExp: binaryRows(logAddExp, 'torch.logaddexp(a, b)'),
};

const equalPair = [exactly([1, -2, 0, 700]), exactly([1, -2, 0, 700])];
const withEqual: OperationRows = {
  ...exponential.logAddExp,
  rows: [
    ...exponential.logAddExp.rows,
    { name: 'equal', inputs: equalPair, build: logAddExp, torch: 'torch.logaddexp(a, b)' },
  ],
};

const trigonometric: Family = {
  tan: unaryAt([0, -0, 1.5, -1.5], tan, 'a.tan()', { input: across(-1.3, 1.3) }),
  asin: unaryAt([0, -0, 1, -1, 0.99999994, 2 ** -149], asin, 'a.asin()', {
    input: across(-0.9, 0.9),
  }),
  acos: unaryAt([0, -0, 1, -1, 0.99999994, 2 ** -149], acos, 'a.acos()', {
    input: across(-0.9, 0.9),
  }),
  atan2: {
    // To the left of the cut, clear of the axes.
    ...binaryRows(atan2, 'torch.atan2(a, b)', { second: across(-3, -0.4) }),
    special: [
      {
        name: 'every quarter, zeros of both signs and infinities',
        inputs: [...specialPairs],
        build: atan2,
        torch: 'torch.atan2(a, b)',
      },
      {
        name: 'gradient in every quarter, along the axes and where both are equal',
        inputs: [
          exactly([0, -0, 1, -1, 2, 2, -2, 0, -0, 3, 0.5, -3, -0.5]),
          exactly([1, 1, 0, 0, 2, -2, 2, -3, -3, 1, 4, 2, 7]),
        ],
        build: atan2,
        torch: 'torch.atan2(a, b)',
        gradient: 'kinked',
      },
    ],
  },
};

const farOut = [0, -0, 2 ** -149, -1e-20, 0.5, 39.9, 40.1, -40.1, 88, -89];

const hyperbolic: Family = {
  sinh: unaryAt(farOut, sinh, 'a.sinh()'),
  cosh: unaryAt(farOut, cosh, 'a.cosh()'),
  asinh: unaryAt([...farOut, 1e10, -1e10, Infinity], asinh, 'a.asinh()'),
  acosh: unaryAt([1, 1.0000001, 2, 1e8, 1e10, Infinity], acosh, 'a.acosh()', {
    input: across(1.2, 5),
  }),
  atanh: unaryAt([0, -0, 1, -1, 0.99999994, 1e-20], atanh, 'a.atanh()', {
    input: across(-0.9, 0.9),
  }),
};

export const functions: Family = {
  ...rounding,
  ...arithmetic,
  ...exponential,
  logAddExp: withEqual,
  ...trigonometric,
  ...hyperbolic,
};
