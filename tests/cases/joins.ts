/** Cases of concatenation: parts that kernels can write in their places, parts that must be copied, and both. */

import type { Tensor } from '../../src/graph/tensor.js';
import type { JoinName } from '../../src/graph/vocabulary.js';
import {
  add,
  cast,
  concatenate,
  conv2d,
  exp,
  expand,
  fill,
  flip,
  less,
  matmul,
  max,
  maxPool2d,
  maxPool2dWithIndices,
  mul,
  neg,
  pad,
  permute,
  relu,
  reshape,
  scatterRows,
  sigmoid,
  slice,
  stack,
  sub,
  sum,
  sumPool2d,
  tanh,
  transpose,
} from '../../src/ops/index.js';
import {
  bools,
  type Case,
  exactly,
  integers,
  normal,
  type PrimitiveCases,
  specialValues,
} from './case.js';

const of = (
  name: string,
  shapes: readonly (readonly number[])[],
  build: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
): Case => ({ name, inputs: shapes.map((shape, i) => normal(shape, i + 1)), build });

/** The layers of a dense block: each reads all before it. */
function denseBlock(x: Tensor, filters: readonly Tensor[]): Tensor {
  const features = [x];
  for (const weight of filters) {
    features.push(conv2d(relu(concatenate(features, 1)), weight, { padding: 1 }));
  }
  return concatenate(features, 1);
}

const concatenateCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    of(
      'inputs',
      [
        [2, 3],
        [1, 3],
        [4, 3],
      ],
      (...parts) => concatenate(parts),
    ),
    of(
      'in the middle',
      [
        [2, 1, 3],
        [2, 4, 3],
        [2, 2, 3],
      ],
      (...parts) => concatenate(parts, 1),
    ),
    of(
      'along the last',
      [
        [2, 3, 5],
        [2, 3, 1],
      ],
      (...parts) => concatenate(parts, -1),
    ),
    of(
      'of one shape',
      [
        [2, 5],
        [2, 5],
        [2, 5],
      ],
      (...parts) => concatenate(parts, 1),
    ),
    of('numbers', [[], [], []], (...parts) => stack(parts)),
    of('columns', [[7], [7]], (...parts) => stack(parts, 1)),
    of(
      'what is computed',
      [
        [2, 3],
        [2, 4],
      ],
      (x, y) => concatenate([mul(x, x), tanh(y)], 1),
    ),
    of(
      'computed and not',
      [
        [2, 3],
        [2, 4],
      ],
      (x, y) => concatenate([x, exp(y), flip(x, [0])], 1),
    ),
    of('one twice', [[3, 2]], (x) => concatenate([x, tanh(x), x], 1)),
    of('a computed one twice', [[3, 2]], (x) => {
      const y = tanh(x);
      return concatenate([y, y], 1);
    }),
    of('two results of one kernel', [[3, 4]], (x) => concatenate([tanh(x), neg(tanh(x))], 1)),
    of('a part that is read in the kernel of another', [[2, 3]], (x) => {
      const y = tanh(x);
      return concatenate([y, mul(y, y)]);
    }),
    of(
      'a part that is an output',
      [
        [2, 3],
        [2, 2],
      ],
      (x, y) => {
        const z = tanh(x);
        return [z, concatenate([z, mul(y, 2)], 1)];
      },
    ),
    of(
      'a part with other readers',
      [
        [2, 3],
        [2, 2],
      ],
      (x, y) => {
        const z = tanh(x);
        return [concatenate([z, mul(y, 2)], 1), sum(z, 0), matmul(z, transpose(z))];
      },
    ),
    of(
      'a part seen in another shape',
      [
        [2, 6],
        [2, 2],
      ],
      (x, y) => {
        const z = tanh(x);
        return [concatenate([z, mul(y, 2)], 1), mul(reshape(z, [3, 4]), 2)];
      },
    ),
    of(
      'a part in two of them',
      [
        [2, 3],
        [2, 2],
      ],
      (x, y) => {
        const z = tanh(x);
        return [concatenate([z, y], 1), concatenate([exp(y), z], 1)];
      },
    ),
    of(
      'one in another',
      [
        [2, 3],
        [2, 2],
        [2, 4],
      ],
      (x, y, z) => concatenate([tanh(z), concatenate([tanh(x), mul(y, 2)], 1)], 1),
    ),
    of(
      'one in another, across',
      [
        [2, 3],
        [2, 2],
        [3, 5],
      ],
      (x, y, z) => concatenate([concatenate([tanh(x), y], 1), exp(z)]),
    ),
    of(
      'one reshaped in another',
      [
        [2, 3],
        [2, 3],
        [5, 3],
      ],
      (x, y, z) => concatenate([reshape(concatenate([tanh(x), exp(y)], 1), [4, 3]), sigmoid(z)]),
    ),
    of(
      'one permuted in another',
      [
        [2, 3],
        [2, 3],
        [6, 5],
      ],
      (x, y, z) => concatenate([tanh(z), transpose(concatenate([tanh(x), exp(y)], 1))], 1),
    ),
    of('arithmetic behind it', [[2, 3], [2, 4], [7]], (x, y, z) =>
      relu(add(concatenate([tanh(x), y], 1), z)),
    ),
    of(
      'a sum behind it',
      [
        [2, 3],
        [2, 4],
      ],
      (x, y) => sum(mul(concatenate([tanh(x), y], 1), 0.5), 1),
    ),
    of(
      'a slice of it',
      [
        [2, 3],
        [2, 4],
      ],
      (x, y) => slice(concatenate([tanh(x), exp(y)], 1), { start: [0, 4] }),
    ),
    of(
      'a slice over the seam',
      [
        [2, 3],
        [2, 4],
      ],
      (x, y) => mul(slice(concatenate([tanh(x), exp(y)], 1), { start: [0, 2], end: [2, 6] }), 2),
    ),
    of(
      'another shape of it',
      [
        [2, 3],
        [2, 5],
      ],
      (x, y) => mul(reshape(concatenate([tanh(x), exp(y)], 1), [4, 4]), 2),
    ),
    of('split and joined', [[4, 6]], (x) => {
      const y = tanh(x);
      return concatenate([slice(y, { end: [4, 2] }), slice(y, { start: [0, 2], end: [4, 6] })], 1);
    }),
    of('halves in another order', [[4, 6]], (x) =>
      concatenate([neg(slice(x, { start: [0, 3] })), slice(x, { end: [4, 3] })], 1),
    ),
    of(
      'sums, maxima and products',
      [
        [4, 3],
        [3, 5],
        [4, 2],
      ],
      (x, y, z) =>
        concatenate(
          [sum(x, 1, { keepDims: true }), matmul(x, y), max(z, 1, { keepDims: true })],
          1,
        ),
    ),
    of(
      'stacked sums',
      [
        [4, 3],
        [2, 3],
      ],
      (x, y) => stack([sum(x, 0), sum(y, 0)], 1),
    ),
    of(
      'padding and expanded rows',
      [
        [2, 3],
        [1, 4],
      ],
      (x, y) =>
        concatenate([pad(x, { low: [1, 1], high: [0, 0] }), expand(y, [3, 4]), fill(2, [3, 1])], 1),
    ),
    of(
      'scattered rows',
      [
        [2, 3],
        [2, 2],
      ],
      (x, y) => {
        const index = cast(less(x, 0), 'int32');
        return concatenate([y, scatterRows(x, index, { size: 3 })], 1);
      },
    ),
    of(
      'convolutions',
      [
        [2, 3, 5, 4],
        [4, 3, 3, 3],
        [2, 3, 1, 1],
      ],
      (x, a, b) => concatenate([conv2d(x, a, { padding: 1 }), relu(conv2d(x, b))], 1),
    ),
    of(
      'convolutions in groups',
      [
        [2, 4, 4, 4],
        [6, 2, 3, 3],
      ],
      (x, weight) => concatenate([conv2d(x, weight, { padding: 1, groups: 2 }), x], 1),
    ),
    of(
      'along the rows of convolutions',
      [
        [1, 2, 4, 4],
        [3, 2, 3, 3],
      ],
      (x, weight) => {
        const y = conv2d(x, weight, { padding: 1 });
        return concatenate([y, mul(y, 2)], 2);
      },
    ),
    of('pools', [[2, 3, 5, 4]], (x) => {
      const options = { kernelSize: 3, stride: 1, padding: 1 };
      return concatenate([maxPool2d(x, options), sumPool2d(x, options)], 1);
    }),
    of(
      'a dense block',
      [
        [2, 2, 3, 3],
        [2, 2, 3, 3],
        [1, 4, 3, 3],
        [3, 5, 3, 3],
      ],
      (x, ...filters) => denseBlock(x, filters),
    ),
    of(
      'a skip connection',
      [
        [2, 2, 4, 4],
        [3, 2, 3, 3],
        [2, 3, 3, 3],
      ],
      (x, a, b) => {
        const skip = relu(conv2d(x, a, { padding: 1 }));
        const low = maxPool2d(skip, { kernelSize: 2 });
        const up = reshape(
          expand(reshape(low, [2, 3, 2, 1, 2, 1]), [2, 3, 2, 2, 2, 2]),
          [2, 3, 4, 4],
        );
        const both = concatenate([up, skip], 1);
        return conv2d(both, concatenate([b, b], 1), { padding: 1 });
      },
    ),
    of(
      'shuffled channels',
      [
        [2, 2, 2, 3],
        [2, 2, 2, 3],
      ],
      (x, y) => {
        const both = concatenate([tanh(x), sigmoid(y)], 1);
        const groups = permute(reshape(both, [2, 2, 2, 2, 3]), [0, 2, 1, 3, 4]);
        return mul(reshape(groups, [2, 4, 2, 3]), 2);
      },
    ),
    of(
      'and a residual',
      [
        [2, 3],
        [2, 4],
      ],
      (x, y) => {
        const both = concatenate([tanh(x), tanh(y)], 1);
        return sub(both, max(both, 1, { keepDims: true }));
      },
    ),
  ],
  special: [
    {
      name: 'special values',
      inputs: [exactly(specialValues), exactly(specialValues)],
      build: (x, y) => [concatenate([x, y]), stack([neg(x), y])],
    },
    {
      name: 'int32',
      inputs: [integers(-(2 ** 31), 2 ** 31 - 1, [3, 5]), integers(-9, 9, [3, 2], 2)],
      build: (x, y) => concatenate([x, mul(y, y), y], 1),
    },
    {
      name: 'uint8',
      inputs: [exactly([0, 1, 255, 7, 3, 2], [2, 3], 'uint8'), exactly([200, 9], [2, 1], 'uint8')],
      build: (x, y) => concatenate([x, y, cast(mul(cast(y, 'int32'), 1), 'uint8')], 1),
    },
    {
      name: 'bool',
      inputs: [bools([2, 5]), bools([2, 2], 2), normal([2, 3])],
      build: (x, y, z) => concatenate([x, less(z, 0), y], 1),
    },
    {
      name: 'nothing',
      inputs: [normal([0, 3]), normal([0, 2], 2)],
      build: (x, y) => concatenate([x, y], 1),
    },
    {
      name: 'places of maxima',
      inputs: [normal([1, 2, 4, 6])],
      build: (x) => {
        const { output, indices } = maxPool2dWithIndices(x, { kernelSize: 2 });
        return [concatenate([output, mul(output, 2)], 1), concatenate([indices, indices], 3)];
      },
    },
    of(
      'large',
      [
        [4, 33, 29, 31],
        [4, 7, 29, 31],
        [4, 16, 29, 31],
      ],
      (x, y, z) => concatenate([x, relu(y), mul(z, z)], 1),
    ),
    of(
      'large rows',
      [
        [513, 100],
        [513, 31],
      ],
      (x, y) => concatenate([tanh(x), y], 1),
    ),
    of(
      'large, through the last dimension',
      [
        [129, 1],
        [129, 2],
      ],
      (x, y) => [concatenate([x, y, exp(x)], 1)],
    ),
    of(
      'large convolutions',
      [
        [2, 16, 28, 28],
        [24, 16, 3, 3],
        [7, 16, 1, 1],
        [9, 16, 5, 5],
      ],
      (x, a, b, c) =>
        relu(
          concatenate(
            [
              relu(conv2d(x, a, { padding: 1 })),
              conv2d(x, b),
              conv2d(x, c, { padding: 2 }),
              maxPool2d(x, { kernelSize: 3, stride: 1, padding: 1 }),
            ],
            1,
          ),
        ),
    ),
  ],
};

export const joinCases: { readonly [Name in JoinName]: PrimitiveCases } = {
  concatenate: concatenateCases,
};
