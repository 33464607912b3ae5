/** Cases of the elementwise primitives. */

import type { DType } from '../../src/graph/dtype.js';
import type { Tensor } from '../../src/graph/tensor.js';
import type { ElementwiseName } from '../../src/graph/vocabulary.js';
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
  iota,
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
  type Case,
  type CaseInput,
  distinct,
  exactly,
  integers,
  normal,
  type PrimitiveCases,
  specialPairs,
  specialValues,
} from './case.js';

/** Sizes around the width of vectors and beyond the share of one thread; ranks 0 to 5; nothing. */
const shapes: readonly (readonly number[])[] = [
  [],
  [1],
  [3],
  [4],
  [5],
  [0],
  [2, 0, 3],
  [7, 9],
  [2, 3, 5],
  [2, 1, 3, 5],
  [2, 3, 1, 2, 3],
  [1000, 37],
];

const extremeIntegers = [0, 1, -1, 7, -13, 65536, -65537, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1];

type Filler = (shape: readonly number[], seed: number) => CaseInput;

const overShapes = (filler: Filler, build: (x: Tensor) => Tensor): Case[] =>
  shapes.map((shape) => ({ name: `[${shape}]`, inputs: [filler(shape, 3)], build }));

function unaryCases(filler: Filler, build: (x: Tensor) => Tensor): PrimitiveCases {
  return {
    gradient: 'smooth',
    cases: overShapes(filler, build),
    special: [{ name: 'special values', inputs: [exactly(specialValues)], build }],
  };
}

const integerCase = (build: (x: Tensor) => Tensor): Case => ({
  name: 'int32',
  inputs: [exactly(extremeIntegers, [extremeIntegers.length], 'int32')],
  build,
});

type BinaryOperation = (a: Tensor, b: Tensor) => Tensor;

const pairShapes: readonly (readonly [readonly number[], readonly number[]])[] = [
  ...shapes.map((shape) => [shape, shape] as const),
  [[7, 9], []],
  [[], [5]],
  [
    [4, 1],
    [1, 3],
  ],
  [[2, 3, 5], [5]],
  [
    [2, 3, 5],
    [3, 1],
  ],
  [
    [2, 3, 4, 5],
    [1, 3, 1, 1],
  ],
  [
    [1, 0],
    [4, 1],
  ],
  [
    [33, 1, 17],
    [29, 1],
  ],
];

const overPairs = (left: Filler, right: Filler, build: BinaryOperation): Case[] =>
  pairShapes.map(([a, b]) => ({
    name: `[${a}] and [${b}]`,
    inputs: [left(a, 3), right(b, 4)],
    build,
  }));

function binaryCases(left: Filler, right: Filler, build: BinaryOperation): PrimitiveCases {
  return {
    gradient: 'smooth',
    cases: [
      ...overPairs(left, right, build),
      { name: 'an operand with itself', inputs: [right([3, 5], 6)], build: (x) => build(x, x) },
    ],
    special: [{ name: 'special values', inputs: specialPairs(), build }],
  };
}

/** Every int32 extreme against every other. */
const integerPairs = (build: BinaryOperation): Case => {
  const count = extremeIntegers.length;
  const first = extremeIntegers.flatMap((value) => new Array<number>(count).fill(value));
  const second = extremeIntegers.flatMap(() => extremeIntegers);
  return {
    name: 'int32',
    inputs: [exactly(first, [first.length], 'int32'), exactly(second, [second.length], 'int32')],
    build,
  };
};

const withIntegers = (cases: PrimitiveCases, integer: Case): PrimitiveCases => ({
  ...cases,
  special: [...(cases.special ?? []), integer],
});

/** Operations that have no gradient: everything is compared by value only. */
const discrete = (...special: readonly Case[]): PrimitiveCases => ({
  gradient: 'none',
  cases: [],
  special,
});

const logical = (build: BinaryOperation): PrimitiveCases =>
  discrete(...overPairs(bools, bools, build));

const positive: Filler = (shape, seed) => between(0.05, 4, shape, seed);
const nonzero: Filler = (shape, seed) => between(0.5, 3, shape, seed);
/** Halves of whole numbers, and these moved by a quarter: never equal. */
const lattice: Filler = (shape, seed) => {
  const { data, ...rest } = integers(-20, 20, shape, seed);
  return { ...rest, dtype: 'float32', data: new Float32Array(data).map((x) => x / 2) };
};
const shifted: Filler = (shape, seed) => {
  const { data, ...rest } = lattice(shape, seed);
  return { ...rest, data: data.map((x) => x + 0.25) };
};

const winner = (build: BinaryOperation): PrimitiveCases => ({
  gradient: 'smooth',
  cases: overPairs(lattice, shifted, build),
  special: [
    { name: 'special values', inputs: specialPairs(), build },
    { name: 'ties', inputs: [lattice([50], 1), lattice([50], 2)], build },
    integerPairs(build),
  ],
});

const castCase = (name: string, input: CaseInput, dtype: DType): Case => ({
  name,
  inputs: [input],
  build: (x) => cast(x, dtype),
});

/** Angles that doubles can reduce: multiples of pi / 4, small and large ones, and what has no sine. */
const angles = [
  ...specialValues.filter((x) => !Number.isFinite(x) || Math.abs(x) < 1e8),
  ...Array.from({ length: 33 }, (_, i) => ((i - 16) * Math.PI) / 4),
  1e3,
  -12345.678,
  1e6,
  -9.9e7,
];
const anglesOf = (build: (x: Tensor) => Tensor): Case[] => [
  { name: 'angles', inputs: [exactly(angles)], build },
];

/** Pairs of special values whose quotient is no number or one that doubles hold with room to spare. */
function moderatePairs(): [CaseInput, CaseInput] {
  const pairs = specialValues.flatMap((a) => specialValues.map((b) => [a, b] as const));
  const moderate = pairs.filter(([a, b]) => !(Math.abs(a / b) > 2 ** 28 && Number.isFinite(a / b)));
  return [exactly(moderate.map(([a]) => a)), exactly(moderate.map(([, b]) => b))];
}

const halfway = [
  -1e10, -256.5, -128.7, -2.5, -1, -0.7, -0, 0, 0.7, 1, 2.5, 128.7, 255.9, 256, 1e10,
];
const floats = exactly([...specialValues, ...halfway]);
const wholes = exactly([...extremeIntegers, 16777217, 255, 256, -256], [14], 'int32');
const bytes = exactly([0, 1, 2, 127, 128, 255], [6], 'uint8');

export const elementwiseCases: { readonly [Name in ElementwiseName]: PrimitiveCases } = {
  neg: withIntegers(unaryCases(normal, neg), integerCase(neg)),
  abs: withIntegers(unaryCases(distinct, abs), integerCase(abs)),
  sign: {
    gradient: 'none',
    cases: overShapes(distinct, sign),
    special: [
      { name: 'special values', inputs: [exactly(specialValues)], build: sign },
      integerCase(sign),
    ],
  },
  exp: unaryCases(normal, exp),
  log: unaryCases(positive, log),
  sqrt: unaryCases(positive, sqrt),
  tanh: unaryCases(normal, tanh),
  sigmoid: unaryCases(normal, sigmoid),
  expm1: unaryCases(normal, expm1),
  log1p: unaryCases(positive, log1p),
  erf: unaryCases(normal, erf),
  floor: {
    gradient: 'none',
    cases: overShapes(distinct, floor),
    special: [{ name: 'special values', inputs: [exactly(specialValues)], build: floor }],
  },
  round: {
    gradient: 'none',
    cases: overShapes(distinct, round),
    special: [{ name: 'special values', inputs: [floats], build: round }],
  },
  sin: { ...unaryCases(normal, sin), special: anglesOf(sin) },
  cos: { ...unaryCases(normal, cos), special: anglesOf(cos) },
  atan: unaryCases(normal, atan),
  not: discrete({ name: 'bools', inputs: [bools([3, 7])], build: not }),

  add: withIntegers(binaryCases(normal, normal, add), integerPairs(add)),
  sub: withIntegers(binaryCases(normal, normal, sub), integerPairs(sub)),
  mul: withIntegers(binaryCases(normal, normal, mul), integerPairs(mul)),
  div: binaryCases(normal, nonzero, div),
  pow: {
    gradient: 'smooth',
    cases: [
      ...overPairs(positive, normal, pow),
      { name: 'an operand with itself', inputs: [positive([3, 5], 6)], build: (x) => pow(x, x) },
      { name: 'a cube', inputs: [distinct([3, 5])], build: (x) => pow(x, 3) },
    ],
    special: [{ name: 'special values', inputs: specialPairs(), build: pow }],
  },
  floorDivide: {
    gradient: 'none',
    cases: overPairs(distinct, nonzero, floorDivide),
    special: [
      { name: 'special values', inputs: specialPairs(), build: floorDivide },
      integerPairs(floorDivide),
    ],
  },
  remainder: {
    gradient: 'smooth',
    cases: [
      {
        name: 'of both signs',
        inputs: [exactly([5.3, -5.3, 5.3, -5.3]), exactly([2, 2, -2, -2])],
        build: remainder,
      },
      { name: 'a number', inputs: [between(0.1, 0.9, [3, 5])], build: (x) => remainder(x, 1) },
    ],
    special: [
      ...overPairs(distinct, nonzero, remainder),
      { name: 'special values', inputs: moderatePairs(), build: remainder },
      integerPairs(remainder),
    ],
  },
  maximum: winner(maximum),
  minimum: winner(minimum),
  less: discrete(
    ...overPairs(lattice, lattice, less),
    { name: 'special values', inputs: specialPairs(), build: less },
    integerPairs(less),
  ),
  equal: discrete(
    ...overPairs(lattice, lattice, equal),
    { name: 'special values', inputs: specialPairs(), build: equal },
    integerPairs(equal),
    { name: 'bool', inputs: [bools([9], 1), bools([9], 2)], build: equal },
    { name: 'uint8', inputs: [bytes, bytes], build: equal },
  ),
  and: logical(and),
  or: logical(or),

  where: {
    gradient: 'smooth',
    cases: [
      ...shapes.map((shape) => ({
        name: `[${shape}]`,
        inputs: [bools(shape, 1), normal(shape, 2), normal(shape, 3)],
        build: where,
      })),
      {
        name: 'broadcast',
        inputs: [bools([4, 1, 1], 1), normal([3, 1], 2), normal([5], 3)],
        build: where,
      },
      {
        name: 'a number',
        inputs: [bools([4, 5], 1), normal([4, 5], 2)],
        build: (condition, x) => where(condition, x, 0.25),
      },
    ],
    special: [
      {
        name: 'the branch not taken is NaN',
        inputs: [bools([8], 1), exactly(new Array<number>(8).fill(Number.NaN)), normal([8], 2)],
        build: where,
      },
      {
        name: 'int32',
        inputs: [bools([9], 1), integers(-5, 5, [9], 2), integers(10, 20, [9], 3)],
        build: where,
      },
    ],
  },
  cast: discrete(
    castCase('float32 to int32', floats, 'int32'),
    castCase('float32 to uint8', floats, 'uint8'),
    castCase('float32 to bool', floats, 'bool'),
    castCase('int32 to float32', wholes, 'float32'),
    castCase('int32 to uint8', wholes, 'uint8'),
    castCase('int32 to bool', wholes, 'bool'),
    castCase('uint8 to float32', bytes, 'float32'),
    castCase('uint8 to int32', bytes, 'int32'),
    castCase('uint8 to bool', bytes, 'bool'),
    castCase('bool to float32', bools([7]), 'float32'),
    castCase('bool to int32', bools([7]), 'int32'),
    castCase('bool to uint8', bools([7]), 'uint8'),
    castCase('nothing', exactly([], [0]), 'int32'),
  ),
  iota: discrete(
    ...[
      { shape: [5], dim: 0 },
      { shape: [0], dim: 0 },
      { shape: [3, 7], dim: 0 },
      { shape: [3, 7], dim: 1 },
      { shape: [2, 3, 4, 5], dim: 2 },
    ].map(({ shape, dim }) => ({
      name: `[${shape}] along ${dim}`,
      inputs: [],
      build: () => iota(shape, dim),
    })),
  ),
};
