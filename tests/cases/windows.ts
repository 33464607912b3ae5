/** Cases of sums, maxima and places of maxima over windows. */

import { apply } from '../../src/graph/primitive.js';
import type { Tensor } from '../../src/graph/tensor.js';
import type { WindowAttributes } from '../../src/graph/vocabulary.js';
import {
  add,
  avgPool2d,
  cast,
  expand,
  flip,
  iota,
  maxPool2d,
  mul,
  type PoolOptions,
  permute,
  reshape,
  slice,
  sumPool2d,
  transpose,
} from '../../src/ops/index.js';
import { windowArgmaxPrimitive } from '../../src/ops/windows.js';
import {
  type Case,
  type CaseInput,
  distinct,
  exactly,
  normal,
  type PrimitiveCases,
} from './case.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

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

/** Planes that threads share, under windows that overlap. */
const manyPlanes: readonly (readonly [readonly number[], PoolOptions])[] = [
  [[2, 9, 7, 6], { kernelSize: 3, stride: 1, padding: 1 }],
  [[1, 17, 9, 13], { kernelSize: 3, stride: 2, padding: 1 }],
  [[4, 5, 8, 3], { kernelSize: [2, 3], stride: 1 }],
  [[16, 1, 11, 9], { kernelSize: [5, 4], stride: [3, 1] }],
  [[16, 1, 6, 9], { kernelSize: [2, 3], stride: 1, dilation: [1, 2] }],
  [[16, 1, 9, 6], { kernelSize: [3, 2], stride: 1, dilation: [2, 1] }],
  [[20, 1, 3, 2], { kernelSize: 3, stride: 1, padding: 1 }],
];

/** Large and special inputs of a pooling. */
const specialWindows = (pool: Pool): Case[] => [
  ...manyPlanes.map(([shape, options]) => ({
    name: `[${shape}] by ${JSON.stringify(options)}`,
    inputs: [normal(shape)],
    build: (x: Tensor) => pool(x, options),
  })),
  {
    name: 'of many planes, reversed, with arithmetic and coordinates behind it',
    inputs: [normal([3, 6, 9, 11], 1), normal([6, 1, 1], 2)],
    build: (x, y) => {
      const windows = pool(flip(transpose(x), [2, 3]), { kernelSize: 3, stride: [1, 2] });
      const numbers = cast(windows, 'float32');
      return add(mul(numbers, y), cast(iota(numbers.shape, 2), 'float32'));
    },
  },
  {
    name: 'special values in many planes',
    inputs: [specialPlanes],
    build: (x) => pool(expand(x, [16, 1, 4, 4]), { kernelSize: [3, 2], stride: 1 }),
  },
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

export const windowSumCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    ...overWindows(normal, sumPool2d),
    ...pooled(sumPool2d),
    {
      name: 'mean without the padding',
      inputs: [normal([1, 2, 5, 7])],
      build: (x) => avgPool2d(x, { kernelSize: 3, stride: 2, padding: 1, countIncludePad: false }),
    },
  ],
  special: specialWindows(sumPool2d),
};

export const windowMaxCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [...overWindows(distinct, maxPool2d), ...pooled(maxPool2d)],
  special: specialWindows(maxPool2d),
};

export const windowArgmaxCases: PrimitiveCases = {
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
};

/** The index of each window's maximum: the same windows as maxPool2d's. */
function windowArgmax(x: Tensor, options: PoolOptions): Tensor {
  const source = maxPool2d(x, options).source;
  if (source.kind !== 'apply') throw new Error('maxPool2d is expected to be one application');
  return apply(windowArgmaxPrimitive, source.inputs, source.attributes as WindowAttributes);
}
