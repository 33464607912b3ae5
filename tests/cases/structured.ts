/** Cases of the structured primitives: every attribute, operands that are views, values fused around them. */

import { apply } from '../../src/graph/primitive.js';
import type { Tensor } from '../../src/graph/tensor.js';
import type { StructuredName, WindowAttributes } from '../../src/graph/vocabulary.js';
import {
  add,
  argmax,
  avgPool2d,
  cast,
  expand,
  fill,
  flip,
  Generator,
  gather,
  iota,
  matmul,
  maxPool2d,
  mul,
  type PadOptions,
  type PoolOptions,
  pad,
  permute,
  relu,
  reshape,
  scatterAdd,
  slice,
  sub,
  sum,
  sumPool2d,
  tensor,
  transpose,
  uniform,
  windowArgmaxPrimitive,
} from '../../src/ops/index.js';
import {
  type Case,
  type CaseInput,
  distinct,
  exactly,
  integers,
  normal,
  type PrimitiveCases,
} from './case.js';
import { conv2dCases } from './conv-2d.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const product = (a: readonly number[], b: readonly number[]): Case => ({
  name: `[${a}] x [${b}]`,
  inputs: [normal(a, 1), normal(b, 2)],
  build: matmul,
});

const matmulCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    product([1, 1], [1, 1]),
    product([1, 7], [7, 1]),
    product([5, 1], [1, 9]),
    product([3, 5], [5, 7]),
    product([4, 8], [8, 12]),
    product([13, 17], [17, 11]),
    product([9, 3], [3, 33]),
    product([0, 4], [4, 5]),
    product([3, 0], [0, 5]),
    product([3, 4], [4, 0]),
    product([2, 3, 4], [2, 4, 5]),
    product([2, 3, 4], [4, 5]),
    product([3, 4], [2, 4, 5]),
    product([2, 1, 3, 4], [5, 4, 2]),
    product([0, 3, 4], [0, 4, 5]),
    product([64, 100], [100, 84]),
    {
      name: 'both transposed',
      inputs: [normal([5, 3], 1), normal([7, 5], 2)],
      build: (a, b) => matmul(transpose(a), transpose(b)),
    },
    {
      name: 'transposed, each in its batch',
      inputs: [normal([2, 5, 3], 1), normal([2, 7, 5], 2)],
      build: (a, b) => matmul(transpose(a), transpose(b)),
    },
    {
      name: 'of slices with steps',
      inputs: [normal([9, 11], 1), normal([12, 9], 2)],
      build: (a, b) =>
        matmul(
          slice(a, { start: [1, 2], step: [2, 2] }),
          slice(b, { start: [2, 1], end: [7, 9], step: [1, 3] }),
        ),
    },
    {
      name: 'reversed',
      inputs: [normal([4, 6], 1), normal([6, 5], 2)],
      build: (a, b) => matmul(flip(a, [1]), flip(b, [0, 1])),
    },
    {
      name: 'expanded',
      inputs: [normal([1, 6], 1), normal([6, 1], 2)],
      build: (a, b) => matmul(expand(a, [4, 6]), expand(b, [6, 3])),
    },
    {
      name: 'with ones',
      inputs: [normal([4, 6], 1)],
      build: (a) => matmul(a, fill(1, [6, 5])),
    },
    {
      name: 'an operand with itself',
      inputs: [normal([6, 6], 1)],
      build: (a) => matmul(a, a),
    },
    {
      name: 'a Gram matrix',
      inputs: [normal([6, 4], 1)],
      build: (a) => matmul(transpose(a), a),
    },
    {
      name: 'batch and rows swapped',
      inputs: [normal([4, 3, 5], 1), normal([3, 5, 2], 2)],
      build: (a, b) => matmul(permute(a, [1, 0, 2]), b),
    },
    {
      name: 'flattened pictures',
      inputs: [normal([3, 2, 4, 4], 1), normal([5, 32], 2)],
      build: (a, b) => matmul(reshape(a, [3, 32]), transpose(b)),
    },
    {
      name: 'of a permuted tensor that is flattened',
      inputs: [normal([4, 3, 5], 1), normal([15, 2], 2)],
      build: (a, b) => matmul(reshape(permute(a, [0, 2, 1]), [4, 15]), b),
    },
    {
      name: 'with bias',
      inputs: [normal([9, 5], 1), normal([7, 5], 2), normal([7], 3)],
      build: (x, weight, bias) => add(matmul(x, transpose(weight)), bias),
    },
    {
      name: 'with what is computed before',
      inputs: [normal([6, 5], 1), normal([5, 4], 2)],
      build: (a, b) => matmul(mul(a, 2), add(b, b)),
    },
    {
      name: 'then transposed and added to',
      inputs: [normal([6, 5], 1), normal([5, 4], 2), normal([4, 6], 3)],
      build: (a, b, c) => add(transpose(matmul(a, b)), c),
    },
    {
      name: 'two in a row',
      inputs: [normal([6, 5], 1), normal([5, 4], 2), normal([4, 3], 3)],
      build: (a, b, c) => matmul(matmul(a, b), c),
    },
  ],
  special: [
    product([257, 65], [65, 129]),
    product([33, 1031], [1031, 7]),
    {
      name: 'bias, ReLU and residual, all three asked for',
      inputs: [normal([9, 5], 1), normal([5, 7], 2), normal([7], 3), normal([9, 7], 4)],
      build: (x, weight, bias, residual) => {
        const sum = add(matmul(x, weight), bias);
        const active = relu(sum);
        return [sum, active, add(active, residual)];
      },
    },
    {
      name: 'asked for under three shapes',
      inputs: [normal([6, 5], 1), normal([5, 4], 2)],
      build: (a, b) => {
        const y = matmul(a, b);
        const once = reshape(y, [3, 8]);
        return [y, once, reshape(once, [2, 2, 6])];
      },
    },
    {
      name: 'NaN and infinities reach their row or column',
      inputs: [
        exactly([1, 2, nan, 4, infinity, 6, 7, 8, 9], [3, 3]),
        exactly([1, 0, 2, 0, 0, 3, 1, -infinity, 1], [3, 3]),
      ],
      build: matmul,
    },
    {
      name: 'products too small or too large for float32',
      inputs: [exactly([1e-30, 1e-30, 1e30, 1], [2, 2]), exactly([1e-30, 0, 0, 1e30], [2, 2])],
      build: matmul,
    },
  ],
};

const padding = (
  name: string,
  input: CaseInput,
  options: PadOptions,
  around: (x: Tensor) => Tensor = (x) => x,
): Case => ({ name, inputs: [input], build: (x) => pad(around(x), options) });

const padCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    padding('one dimension', normal([5]), { low: [2], high: [3] }),
    padding('four sides', normal([2, 3, 4, 5]), { low: [0, 0, 1, 2], high: [0, 0, 3, 0] }),
    padding('interior', normal([4, 3]), { low: [0, 0], high: [0, 0], interior: [1, 2] }),
    padding('everything', normal([2, 3]), { low: [1, 0], high: [2, 1], interior: [2, 1] }),
    padding('a value', normal([2, 3]), { low: [1, 1], high: [1, 1], value: -2.5 }),
    padding('cropping', normal([6, 7]), { low: [-1, 2], high: [0, -3] }),
    padding('interior and cropping', normal([4, 4]), {
      low: [-2, 0],
      high: [-1, 1],
      interior: [2, 1],
    }),
    padding('one element', normal([1, 1]), { low: [2, 3], high: [1, 0], interior: [5, 5] }),
    padding('nothing', normal([0, 3]), { low: [2, 1], high: [1, 1], interior: [1, 1], value: 7 }),
    padding('a transpose', normal([3, 5]), { low: [1, 0], high: [0, 2] }, (x) => transpose(x)),
    padding('a reversed slice', normal([4, 9]), { low: [1, 1], high: [1, 1] }, (x) =>
      slice(flip(x, [1]), { start: [1, 1], step: [1, 2] }),
    ),
    padding('an expanded row', normal([1, 4]), { low: [1, 1], high: [0, 1] }, (x) =>
      expand(x, [3, 4]),
    ),
    padding('rank 5', normal([2, 1, 3, 2, 3]), {
      low: [0, 1, 0, 1, 2],
      high: [1, 0, 2, 0, 0],
      interior: [1, 0, 0, 2, 1],
    }),
    padding('what is computed before', normal([3, 4]), { low: [1, 1], high: [1, 1] }, (x) =>
      mul(x, x),
    ),
    {
      name: 'and arithmetic behind it',
      inputs: [normal([3, 4], 1), normal([6], 2)],
      build: (x, y) => relu(add(pad(x, { low: [1, 1], high: [1, 1] }), y)),
    },
    {
      name: 'with two readers',
      inputs: [normal([3, 4], 1)],
      build: (x) => {
        const padded = pad(x, { low: [1, 0], high: [0, 1] });
        return mul(padded, sum(padded, 1, { keepDims: true }));
      },
    },
    {
      name: 'cropped again',
      inputs: [normal([5, 6], 1)],
      build: (x) => slice(pad(x, { low: [2, 2], high: [2, 2] }), { start: [1, 2], end: [8, 9] }),
    },
    {
      name: 'cropped into the elements',
      inputs: [normal([5, 6], 1)],
      build: (x) => slice(pad(x, { low: [2, 2], high: [2, 2] }), { start: [3, 0], end: [9, 7] }),
    },
  ],
  special: [
    padding('with infinity', normal([3, 3]), { low: [1, 1], high: [1, 1], value: -infinity }),
    padding('with NaN', normal([3, 3]), { low: [1, 0], high: [0, 1], value: nan }),
    padding('int32', integers(-9, 9, [3, 4]), { low: [1, 0], high: [0, 2], value: -2147483648 }),
    padding('int32 interior', integers(-9, 9, [5]), {
      low: [1],
      high: [2],
      interior: [3],
      value: 7,
    }),
    padding('large', normal([8, 3, 33, 35]), { low: [0, 0, 2, 1], high: [0, 0, 2, 3] }),
    padding('NaN inside', exactly([1, nan, infinity, -0]), { low: [1], high: [1], interior: [1] }),
  ],
};

type Pool = (x: Tensor, options: PoolOptions) => Tensor;

const windows: readonly (readonly [readonly number[], PoolOptions])[] = [
  [[2, 3, 6, 8], { kernelSize: 2 }],
  [[2, 3, 7, 9], { kernelSize: 2 }],
  [[1, 2, 7, 9], { kernelSize: 3, stride: 2, padding: 1 }],
  [[1, 2, 7, 7], { kernelSize: [3, 2], stride: [1, 3] }],
  [[2, 2, 9, 8], { kernelSize: [2, 3], stride: 1, dilation: [3, 2] }],
  [[1, 2, 5, 6], { kernelSize: 3, stride: 1, padding: [1, 0, 0, 1] }],
  [[1, 1, 1, 1], { kernelSize: 1 }],
  [[3, 1, 5, 4], { kernelSize: [5, 4] }],
  [[0, 3, 6, 6], { kernelSize: 2 }],
  [[2, 0, 6, 6], { kernelSize: 2 }],
  [[1, 2, 9, 9], { kernelSize: 2, stride: 3 }],
];

/** Pooling over every kind of window, over views, and with values fused behind it. */
const overWindows = (filler: (shape: readonly number[]) => CaseInput, pool: Pool): Case[] => [
  ...windows.map(([shape, options]) => ({
    name: `[${shape}] by ${JSON.stringify(options)}`,
    inputs: [filler(shape)],
    build: (x: Tensor) => pool(x, options),
  })),
  {
    name: 'of transposed pictures',
    inputs: [filler([2, 3, 6, 8])],
    build: (x) => pool(transpose(x), { kernelSize: 2 }),
  },
  {
    name: 'of channels last',
    inputs: [filler([2, 6, 8, 3])],
    build: (x) => pool(permute(x, [0, 3, 1, 2]), { kernelSize: [2, 3], stride: 2 }),
  },
  {
    name: 'of reversed pictures, cropped',
    inputs: [filler([2, 2, 7, 9])],
    build: (x) =>
      pool(slice(flip(x, [2, 3]), { start: [0, 1, 1, 0], step: [1, 1, 1, 2] }), { kernelSize: 2 }),
  },
];

const pooled = (pool: Pool): Case[] => [
  {
    name: 'of what is computed before, doubled behind it',
    inputs: [distinct([2, 2, 6, 6])],
    build: (x) => mul(pool(mul(x, 0.5), { kernelSize: 3 }), 2),
  },
  {
    name: 'flattened',
    inputs: [distinct([3, 2, 4, 4])],
    build: (x) => mul(reshape(pool(x, { kernelSize: 2 }), [3, 8]), 3),
  },
];

const specialPlanes = exactly(
  [
    [nan, 1, 2, 2],
    [3, 4, 2, nan],
    [-infinity, -infinity, 0, -0],
    [-infinity, -infinity, -0, infinity],
  ].flat(),
  [1, 1, 4, 4],
);

/** Large and special inputs of a pooling. */
const specialWindows = (pool: Pool): Case[] => [
  { name: 'special values', inputs: [specialPlanes], build: (x) => pool(x, { kernelSize: 2 }) },
  {
    name: 'special values that overlap',
    inputs: [specialPlanes],
    build: (x) => pool(x, { kernelSize: 3, stride: 1 }),
  },
  {
    name: 'large',
    inputs: [normal([16, 6, 28, 28])],
    build: (x) => pool(x, { kernelSize: 2 }),
  },
  {
    name: 'all equal',
    inputs: [exactly(new Array<number>(36).fill(1), [1, 1, 6, 6])],
    build: (x) => pool(x, { kernelSize: 3, stride: 1, padding: 1 }),
  },
];

const indices = (low: number, high: number, shape: readonly number[]) =>
  integers(low, high, shape, 5);

const gatherCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    { name: 'rows', inputs: [normal([4, 6]), indices(0, 5, [4, 3])], build: gather },
    { name: 'repeats', inputs: [normal([2, 3]), indices(0, 2, [2, 9])], build: gather },
    { name: 'outside', inputs: [normal([4, 6]), indices(-3, 9, [4, 7])], build: gather },
    { name: 'one', inputs: [normal([1, 1]), indices(0, 0, [1, 1])], build: gather },
    { name: 'no rows', inputs: [normal([0, 6]), indices(0, 5, [0, 2])], build: gather },
    { name: 'no indices', inputs: [normal([3, 6]), indices(0, 5, [3, 0])], build: gather },
    { name: 'of nothing', inputs: [normal([3, 0]), indices(0, 5, [3, 2])], build: gather },
    {
      name: 'of a transpose',
      inputs: [normal([6, 4]), indices(0, 5, [3, 4])],
      build: (x, index) => gather(transpose(x), transpose(index)),
    },
    {
      name: 'of what is computed, doubled',
      inputs: [normal([4, 6]), indices(0, 5, [4, 3])],
      build: (x, index) => mul(gather(mul(x, x), index), 2),
    },
    {
      name: 'of reversed slices, at one index for all rows',
      inputs: [normal([5, 9]), indices(0, 3, [1, 4])],
      build: (x, index) =>
        gather(slice(flip(x, [1]), { start: [0, 1], step: [1, 2] }), expand(index, [5, 4])),
    },
    {
      name: 'at a fixed index',
      inputs: [normal([4, 6])],
      build: (x) => gather(x, fill(3, [4, 2], 'int32')),
    },
    {
      name: 'at the diagonal',
      inputs: [normal([6, 6])],
      build: (x) => gather(x, iota([6, 1], 0)),
    },
  ],
  special: [
    { name: 'large', inputs: [normal([500, 31]), indices(0, 30, [500, 5])], build: gather },
    { name: 'int32', inputs: [integers(-9, 9, [3, 4]), indices(-1, 4, [3, 8])], build: gather },
    {
      name: 'at the maximum',
      inputs: [distinct([5, 7])],
      build: (x) => gather(x, argmax(x, 1, { keepDims: true })),
    },
    { name: 'NaN', inputs: [exactly([nan, 1], [1, 2]), indices(0, 2, [1, 6])], build: gather },
  ],
};

const scatter = (size: number) => (x: Tensor, index: Tensor) => scatterAdd(x, index, size);

const scatterAddCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    { name: 'rows', inputs: [normal([4, 3]), indices(0, 5, [4, 3])], build: scatter(6) },
    { name: 'collisions', inputs: [normal([2, 40]), indices(0, 2, [2, 40])], build: scatter(3) },
    { name: 'outside', inputs: [normal([4, 7]), indices(-3, 9, [4, 7])], build: scatter(6) },
    { name: 'one', inputs: [normal([1, 1]), indices(0, 0, [1, 1])], build: scatter(1) },
    { name: 'no rows', inputs: [normal([0, 3]), indices(0, 5, [0, 3])], build: scatter(6) },
    { name: 'no elements', inputs: [normal([3, 0]), indices(0, 5, [3, 0])], build: scatter(6) },
    { name: 'into nothing', inputs: [normal([3, 2]), indices(0, 5, [3, 2])], build: scatter(0) },
    {
      name: 'of a transpose',
      inputs: [normal([3, 4]), indices(0, 5, [3, 4])],
      build: (x, index) => scatterAdd(transpose(x), transpose(index), 6),
    },
    {
      name: 'of a reversed slice, at one index for all rows',
      inputs: [normal([5, 9]), indices(0, 6, [1, 4])],
      build: (x, index) =>
        scatterAdd(slice(flip(x, [1]), { start: [0, 1], step: [1, 2] }), expand(index, [5, 4]), 7),
    },
    {
      name: 'of what is computed, with arithmetic behind it',
      inputs: [normal([4, 3]), indices(0, 5, [4, 3]), normal([4, 6], 9)],
      build: (x, index, y) => relu(sub(scatterAdd(mul(x, x), index, 6), y)),
    },
    {
      name: 'into pictures',
      inputs: [normal([6, 4]), indices(0, 11, [6, 4])],
      build: (x, index) => mul(reshape(scatterAdd(x, index, 12), [2, 3, 3, 4]), 2),
    },
  ],
  special: [
    { name: 'large', inputs: [normal([300, 49]), indices(0, 195, [300, 49])], build: scatter(196) },
    {
      name: 'NaN',
      inputs: [exactly([nan, 1, infinity], [1, 3]), indices(0, 3, [1, 3])],
      build: scatter(4),
    },
    { name: 'int32', inputs: [integers(-9, 9, [3, 8]), indices(-1, 4, [3, 8])], build: scatter(4) },
  ],
};

const drawn = (
  name: string,
  shapes: readonly (readonly number[])[],
  seed = 0,
  stream = 0,
): Case => ({
  name,
  inputs: [],
  build: () => {
    const generator = new Generator(seed, stream);
    return shapes.map((shape) => uniform(shape, generator));
  },
});

const uniformCases: PrimitiveCases = {
  gradient: 'none',
  cases: [],
  special: [
    drawn('one number', [[]]),
    drawn('fewer than a block', [[3]], 7),
    drawn('a block and a bit', [[5]], 7),
    drawn('a matrix', [[7, 9]], 1),
    drawn('large', [[33, 1031]], 2 ** 40 + 3),
    drawn('nothing', [[0, 4]]),
    drawn('the largest seed', [[8]], Number.MAX_SAFE_INTEGER),
    drawn('another stream', [[8]], 1, 2 ** 31 + 5),
    drawn('one after the other', [[3], [2, 3], [4]], 5),
    {
      name: 'scaled and transposed',
      inputs: [normal([5, 3])],
      build: (x) => add(transpose(mul(uniform([3, 5], new Generator(4)), 2)), x),
    },
    {
      name: 'a state that is computed',
      inputs: [integers(0, 1000, [4])],
      build: (x) => {
        const generator = new Generator(3);
        generator.state.assign(mul(x, tensor(new Int32Array([1, 1, -1, 1]), [4])));
        return uniform([6], generator);
      },
    },
    {
      name: 'dropout',
      inputs: [normal([9, 11])],
      build: (x) =>
        mul(x, cast(cast(mul(uniform([9, 11], new Generator(2)), 2), 'int32'), 'float32')),
    },
  ],
};

/** Every name once: the compiler asks for the cases of a new primitive here. */
export const structuredCases: { readonly [Name in StructuredName]: PrimitiveCases } = {
  matmul: matmulCases,
  conv2d: conv2dCases,
  pad: padCases,
  windowSum: {
    gradient: 'smooth',
    cases: [
      ...overWindows(normal, sumPool2d),
      ...pooled(sumPool2d),
      {
        name: 'mean without the padding',
        inputs: [normal([1, 2, 5, 7])],
        build: (x) =>
          avgPool2d(x, { kernelSize: 3, stride: 2, padding: 1, countIncludePad: false }),
      },
    ],
    special: specialWindows(sumPool2d),
  },
  windowMax: {
    gradient: 'smooth',
    cases: [...overWindows(distinct, maxPool2d), ...pooled(maxPool2d)],
    special: specialWindows(maxPool2d),
  },
  windowArgmax: {
    gradient: 'none',
    cases: [],
    special: [
      ...overWindows(distinct, windowArgmax),
      ...specialWindows(windowArgmax),
      {
        name: 'as numbers',
        inputs: [distinct([2, 3, 6, 6])],
        build: (x) => mul(cast(windowArgmax(x, { kernelSize: 2 }), 'float32'), 0.5),
      },
    ],
  },
  gather: gatherCases,
  scatterAdd: scatterAddCases,
  uniform: uniformCases,
};

/** The index of each window's maximum: the same windows as maxPool2d's. */
function windowArgmax(x: Tensor, options: PoolOptions): Tensor {
  const source = maxPool2d(x, options).source;
  if (source.kind !== 'apply') throw new Error('maxPool2d is expected to be one application');
  return apply(windowArgmaxPrimitive, source.inputs, source.attributes as WindowAttributes);
}
