/** Rows of arithmetic, functions, comparisons, select and cast, elementwise with broadcasting. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  abs,
  add,
  and,
  atan,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  expm1,
  floor,
  floorDivide,
  greater,
  iota,
  isfinite,
  less,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  pow,
  relu,
  remainder,
  round,
  sigmoid,
  sign,
  sin,
  sqrt,
  sub,
  tanh,
  where,
} from '../../src/ops/index.js';
import {
  between,
  bools,
  type CaseInput,
  distinct,
  exactly,
  integers,
  normal,
} from '../cases/case.js';
import { scaled, specialPairs, specials } from './inputs.js';
import type { Family, GradientKind, OperationRows } from './row.js';

/** Of a function of one number: several shapes, and special values; `torch` is an expression of `a`. */
export function unaryRows(
  build: (x: Tensor) => Tensor,
  torch: string,
  {
    input = distinct,
    gradient = 'smooth',
    whole = false,
  }: {
    /** What it is defined and smooth at. */
    input?: (shape: readonly number[], seed?: number) => CaseInput;
    gradient?: GradientKind;
    /** Takes int32 as well. */
    whole?: boolean;
  } = {},
): OperationRows {
  const shapes = [[7], [3, 5], [2, 1, 3], []];
  return {
    gradient,
    rows: [
      ...shapes.map((shape) => ({ name: `[${shape}]`, inputs: [input(shape)], build, torch })),
      ...(whole ? [{ name: 'int32', inputs: [integers(-9, 9, [3, 5])], build, torch }] : []),
    ],
    special: [{ name: 'special values', inputs: [specials], build, torch }],
  };
}

/** Of a function of two numbers: broadcast shapes, and special values; `torch` is an expression of `a` and `b`. */
export function binaryRows(
  build: (a: Tensor, b: Tensor) => Tensor,
  torch: string,
  {
    first = distinct,
    second = (shape) => scaled(shape, { by: 1 / 256, seed: 2 }),
    gradient = 'smooth',
    whole = false,
    special = true,
  }: {
    first?: (shape: readonly number[], seed?: number) => CaseInput;
    /** By default never equal to the first. */
    second?: (shape: readonly number[]) => CaseInput;
    gradient?: GradientKind;
    /** Takes int32 as well. */
    whole?: boolean;
    special?: boolean;
  } = {},
): OperationRows {
  const shapes = [
    [[7], [7]],
    [
      [3, 1, 5],
      [4, 1],
    ],
    [[2, 3], []],
    [[1], [2, 1, 3]],
  ];
  return {
    gradient,
    rows: [
      ...shapes.map(([a, b]) => ({
        name: `[${a}] and [${b}]`,
        inputs: [first(a), second(b)],
        build,
        torch,
      })),
      ...(whole
        ? [
            {
              name: 'int32',
              inputs: [integers(-9, 9, [4, 5]), integers(1, 9, [5], 2)],
              build,
              torch,
            },
          ]
        : []),
    ],
    special: special ? [{ name: 'special values', inputs: [...specialPairs], build, torch }] : [],
  };
}

const positive = (shape: readonly number[]) => between(0.2, 4, shape);
const nonzero = (shape: readonly number[]) => between(0.3, 3, shape, 2);
const withTies = (shape: readonly number[], seed: number) => ({
  ...integers(-2, 2, shape, seed),
  dtype: 'float32' as const,
  data: Float32Array.from(integers(-2, 2, shape, seed).data),
});

/** `rows` and one where some operands are equal, so that PyTorch's share of the gradient is compared. */
function tied(rows: OperationRows, build: (a: Tensor, b: Tensor) => Tensor, torch: string) {
  const inputs = [withTies([30], 1), withTies([30], 2)];
  const row = { name: 'ties', inputs, build, torch, gradient: 'kinked' as const };
  return { ...rows, rows: [...rows.rows, row] };
}

/** `rows` and one at the kink, so that PyTorch's gradient there is compared. */
function atZero(rows: OperationRows, build: (x: Tensor) => Tensor, torch: string): OperationRows {
  const inputs = [exactly([0, -0, 1, 40, -40, 700, -700, Infinity, -Infinity])];
  const row = {
    name: 'gradient at zero and far out',
    inputs,
    build,
    torch,
    gradient: 'kinked' as const,
  };
  return { ...rows, special: [...(rows.special ?? []), row] };
}

const wide = (shape: readonly number[]) => between(-9, 9, shape);
/** Quotients of both signs, none of them near a whole number. */
const divisions = {
  first: (shape: readonly number[]) => scaled(shape, { factor: 64, by: 0.25 }),
  second: (shape: readonly number[]) => scaled(shape, { factor: 64, by: 20.125, seed: 2 }),
  whole: true,
};

/** Without infinities: here it is the floor of their quotient, in PyTorch NaN, or -1 for a quotient of -0. */
const floorDivisions: OperationRows = (() => {
  const build = floorDivide;
  const torch = "torch.div(a, b, rounding_mode='floor')";
  const infinite = (i: number) => specialPairs.some(({ data }) => Math.abs(data[i]) === Infinity);
  const inputs = specialPairs.map(({ data }) => exactly([...data].filter((_, i) => !infinite(i))));
  const special = { name: 'special values', inputs, build, torch };
  return { ...binaryRows(build, torch, { ...divisions, gradient: 'kinked' }), special: [special] };
})();

const powers: OperationRows = (() => {
  const own = binaryRows(pow, 'torch.pow(a, b)', {
    first: positive,
    second: (shape) => normal(shape, 2),
  });
  const rows = [
    { name: 'squares', inputs: [normal([3, 5])], build: (x: Tensor) => pow(x, 2), torch: 'a ** 2' },
    { name: 'cubes', inputs: [normal([3, 5])], build: (x: Tensor) => pow(x, 3), torch: 'a ** 3' },
    { name: 'of 2', inputs: [normal([3, 5])], build: (x: Tensor) => pow(2, x), torch: '2 ** a' },
  ];
  const atZero = {
    name: 'gradient at zero',
    inputs: [exactly([0, 0, 0, 2, -2, 1]), exactly([0, 1, 2, 0, 0, 0])],
    build: pow,
    torch: 'torch.pow(a, b)',
    gradient: 'kinked' as const,
  };
  return { ...own, rows: [...own.rows, ...rows], special: [...(own.special ?? []), atZero] };
})();

export const elementwise: Family = {
  neg: unaryRows(neg, '-a', { whole: true }),
  abs: atZero(unaryRows(abs, 'a.abs()', { whole: true }), abs, 'a.abs()'),
  sign: atZero(unaryRows(sign, 'a.sign()', { gradient: 'kinked', whole: true }), sign, 'a.sign()'),
  exp: unaryRows(exp, 'a.exp()'),
  log: unaryRows(log, 'a.log()', { input: positive }),
  sqrt: unaryRows(sqrt, 'a.sqrt()', { input: positive }),
  tanh: atZero(unaryRows(tanh, 'a.tanh()'), tanh, 'a.tanh()'),
  sigmoid: atZero(unaryRows(sigmoid, 'a.sigmoid()'), sigmoid, 'a.sigmoid()'),
  expm1: unaryRows(expm1, 'torch.expm1(a)'),
  log1p: unaryRows(log1p, 'torch.log1p(a)', { input: positive }),
  erf: unaryRows(erf, 'torch.erf(a)'),
  floor: unaryRows(floor, 'a.floor()', {
    gradient: 'kinked',
    input: (shape) => scaled(shape, { factor: 8 }),
  }),
  round: unaryRows(round, 'a.round()', {
    gradient: 'kinked',
    // Halves among them, which go to the even neighbour.
    input: (shape) => scaled(shape, { factor: 16 }),
  }),
  sin: unaryRows(sin, 'a.sin()', { input: wide }),
  cos: unaryRows(cos, 'a.cos()', { input: wide }),
  atan: unaryRows(atan, 'a.atan()', { input: wide }),
  relu: atZero(unaryRows(relu, 'a.relu()'), relu, 'a.relu()'),
  isfinite: unaryRows(isfinite, 'a.isfinite()', { gradient: 'kinked' }),
  add: binaryRows(add, 'a + b', { whole: true }),
  sub: binaryRows(sub, 'a - b', { whole: true }),
  mul: binaryRows(mul, 'a * b', { whole: true }),
  div: binaryRows(div, 'a / b', { second: nonzero }),
  pow: powers,
  floorDivide: floorDivisions,
  remainder: binaryRows(remainder, 'torch.remainder(a, b)', divisions),
  maximum: tied(
    binaryRows(maximum, 'torch.maximum(a, b)', { whole: true }),
    maximum,
    'torch.maximum(a, b)',
  ),
  minimum: tied(
    binaryRows(minimum, 'torch.minimum(a, b)', { whole: true }),
    minimum,
    'torch.minimum(a, b)',
  ),
  less: binaryRows(less, 'a < b', { gradient: 'kinked', whole: true }),
  greater: binaryRows(greater, 'a > b', { gradient: 'kinked', whole: true }),
  equal: tied(binaryRows(equal, 'a == b', { gradient: 'kinked', whole: true }), equal, 'a == b'),
  not: {
    gradient: 'none',
    rows: [{ name: '[3, 5]', inputs: [bools([3, 5])], build: not, torch: '~a' }],
  },
  and: binaryRows(and, 'a & b', {
    first: bools,
    second: (shape) => bools(shape, 2),
    gradient: 'none',
    special: false,
  }),
  or: binaryRows(or, 'a | b', {
    first: bools,
    second: (shape) => bools(shape, 2),
    gradient: 'none',
    special: false,
  }),
  where: {
    gradient: 'smooth',
    rows: [
      {
        name: 'all three broadcast',
        inputs: [bools([4, 1]), normal([4, 5], 2), normal([5], 3)],
        build: where,
        torch: 'torch.where(a, b, c)',
      },
      {
        name: 'a number',
        inputs: [bools([3, 2]), normal([3, 2], 2)],
        build: (condition, x) => where(condition, x, -1),
        torch: 'torch.where(a, b, torch.full_like(b, -1))',
      },
    ],
    special: [
      {
        name: 'does not mix in the other',
        inputs: [bools([specials.data.length]), specials],
        build: (condition, x) => where(condition, x, 0),
        torch: 'torch.where(a, b, torch.zeros_like(b))',
      },
    ],
  },
  cast: {
    gradient: 'kinked',
    rows: [
      {
        name: 'float32 to int32',
        inputs: [scaled([12], { factor: 8 })],
        build: (x) => cast(x, 'int32'),
        torch: 'a.long()',
      },
      {
        name: 'float32 to bool',
        inputs: [exactly([0, -0, 0.5, -2, 1e-20])],
        build: (x) => cast(x, 'bool'),
        torch: 'a.bool()',
      },
      {
        name: 'int32 to float32',
        inputs: [integers(-9, 9, [5])],
        build: (x) => cast(x, 'float32'),
        torch: 'a.double()',
      },
      {
        name: 'int32 to uint8',
        inputs: [integers(0, 255, [5])],
        build: (x) => cast(x, 'uint8'),
        torch: 'a.byte()',
      },
      {
        name: 'bool to float32',
        inputs: [bools([5])],
        build: (x) => cast(x, 'float32'),
        torch: 'a.double()',
      },
      {
        name: 'to itself',
        inputs: [normal([5])],
        build: (x) => cast(x, 'float32'),
        torch: 'a * 1',
      },
    ],
  },
  iota: {
    gradient: 'none',
    rows: [
      {
        name: 'rows',
        inputs: [],
        build: () => iota([3, 4], 0),
        torch: 'torch.arange(3).view(3, 1).expand(3, 4)',
      },
      {
        name: 'columns',
        inputs: [],
        build: () => iota([3, 4], 1),
        torch: 'torch.arange(4).expand(3, 4)',
      },
      { name: 'one', inputs: [], build: () => iota([1], 0), torch: 'torch.arange(1)' },
    ],
  },
};
