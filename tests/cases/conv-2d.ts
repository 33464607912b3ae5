/** Cases of the convolution: strides, paddings, dilations, groups, its own gradients, values fused around it. */

import { grad } from '../../src/autodiff/index.js';
import type { Tensor } from '../../src/graph/tensor.js';
import {
  add,
  type Conv2dOptions,
  conv2d,
  expand,
  fill,
  flip,
  maxPool2d,
  mul,
  permute,
  relu,
  reshape,
  slice,
  sum,
  transpose,
} from '../../src/ops/index.js';
import { type Case, exactly, normal, type PrimitiveCases } from './case.js';

const convolution = (
  x: readonly number[],
  weight: readonly number[],
  options: Conv2dOptions = {},
): Case => ({
  name: `[${x}] * [${weight}] ${JSON.stringify(options)}`,
  inputs: [normal(x, 1), normal(weight, 2)],
  build: (input, filters) => conv2d(input, filters, options),
});

/** Forward and both gradients as three outputs of one graph, as a training step has them. */
const trained = (
  x: readonly number[],
  weight: readonly number[],
  options: Conv2dOptions = {},
): Case => ({
  name: `forward and backward [${x}] * [${weight}] ${JSON.stringify(options)}`,
  inputs: [normal(x, 1), normal(weight, 2)],
  build: (input, filters) => {
    const y = conv2d(input, filters, options);
    return [y, ...grad(sum(mul(y, y)), [input, filters])];
  },
});

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

export const conv2dCases: PrimitiveCases = {
  gradient: 'smooth',
  cases: [
    convolution([1, 1, 1, 1], [1, 1, 1, 1]),
    convolution([1, 1, 4, 4], [1, 1, 3, 3]),
    convolution([2, 3, 5, 7], [4, 3, 3, 2]),
    convolution([2, 3, 5, 7], [4, 3, 1, 1]),
    convolution([1, 2, 5, 5], [3, 2, 5, 5]),
    convolution([1, 2, 6, 5], [3, 2, 3, 3], { padding: 1 }),
    convolution([1, 2, 6, 5], [3, 2, 3, 3], { padding: 'same' }),
    convolution([1, 2, 5, 6], [2, 2, 2, 4], { padding: 'same', dilation: [2, 1] }),
    convolution([1, 2, 6, 5], [2, 2, 3, 3], { padding: [0, 2, 1, 3] }),
    convolution([1, 2, 7, 8], [2, 2, 3, 3], { stride: 2 }),
    convolution([1, 2, 7, 8], [2, 2, 3, 2], { stride: [3, 2], padding: [1, 0] }),
    convolution([1, 1, 9, 8], [2, 1, 3, 3], { dilation: [2, 3] }),
    convolution([1, 2, 9, 9], [2, 2, 2, 3], { stride: 2, dilation: 2, padding: [2, 1, 0, 3] }),
    convolution([2, 4, 5, 5], [6, 2, 3, 3], { groups: 2 }),
    convolution([2, 3, 5, 6], [3, 1, 3, 3], { groups: 3, padding: 1 }),
    convolution([1, 3, 7, 7], [6, 1, 3, 2], { groups: 3, stride: 2, dilation: [1, 2], padding: 1 }),
    convolution([1, 1, 2, 2], [1, 1, 3, 3], { padding: 2, stride: 3 }),
    convolution([0, 3, 5, 5], [2, 3, 3, 3], { padding: 1 }),
    convolution([2, 3, 5, 5], [0, 3, 3, 3]),
    convolution([1, 2, 3, 9], [3, 2, 1, 9]),
    {
      name: 'with bias, ReLU and pooling',
      inputs: [normal([2, 1, 8, 8], 1), normal([3, 1, 3, 3], 2), normal([3], 3)],
      build: (x, weight, bias) =>
        maxPool2d(relu(conv2d(x, weight, { bias, padding: 1 })), { kernelSize: 2 }),
    },
    {
      name: 'of transposed pictures with flipped filters',
      inputs: [normal([2, 2, 5, 7], 1), normal([3, 2, 2, 3], 2)],
      build: (x, weight) => conv2d(transpose(x), flip(weight, [2, 3]), { padding: 1 }),
    },
    {
      name: 'of channels last, filters as they are stored elsewhere',
      inputs: [normal([2, 6, 7, 3], 1), normal([3, 3, 3, 4], 2)],
      build: (x, weight) =>
        conv2d(permute(x, [0, 3, 1, 2]), permute(weight, [3, 2, 0, 1]), { stride: 2, padding: 1 }),
    },
    {
      name: 'of slices with steps',
      inputs: [normal([3, 4, 9, 11], 1), normal([4, 5, 3, 3], 2)],
      build: (x, weight) =>
        conv2d(
          slice(x, { start: [1, 0, 1, 2], step: [1, 2, 2, 1] }),
          slice(weight, { start: [0, 1, 0, 0], end: [4, 3, 3, 3], step: [2, 1, 1, 1] }),
        ),
    },
    {
      name: 'of one picture for the whole batch',
      inputs: [normal([1, 2, 5, 5], 1), normal([3, 2, 3, 3], 2)],
      build: (x, weight) => conv2d(expand(x, [4, 2, 5, 5]), weight, { padding: 1 }),
    },
    {
      name: 'with ones',
      inputs: [normal([2, 1, 5, 5], 1)],
      build: (x) => conv2d(x, fill(1, [1, 1, 3, 3]), { padding: 1 }),
    },
    {
      name: 'cropped',
      inputs: [normal([1, 2, 7, 8], 1), normal([2, 2, 3, 3], 2)],
      build: (x, weight) =>
        slice(conv2d(x, weight, { padding: 2 }), { start: [0, 0, 1, 3], end: [1, 2, 8, 8] }),
    },
    ...[
      [1, 2],
      [2, 1],
      [2, 2],
    ].map((stride) => ({
      name: `cropped, with stride [${stride}]`,
      inputs: [normal([1, 2, 7, 8], 1), normal([2, 2, 3, 3], 2)],
      build: (x: Tensor, weight: Tensor) => {
        const y = conv2d(x, weight, { stride: [stride[0], stride[1]], padding: 2 });
        return slice(y, { start: [0, 0, 1, 2], end: [1, 2, 4, 4] });
      },
    })),
    {
      name: 'two in a row',
      inputs: [normal([1, 2, 6, 6], 1), normal([3, 2, 3, 3], 2), normal([2, 3, 2, 2], 3)],
      build: (x, first, second) => conv2d(conv2d(x, first, { padding: 1 }), second, { stride: 2 }),
    },
    {
      name: 'a residual block',
      inputs: [normal([1, 2, 4, 4], 1), normal([2, 2, 3, 3], 2)],
      build: (x, weight) => relu(add(conv2d(x, weight, { padding: 1 }), x)),
    },
  ],
  special: [
    trained([4, 1, 12, 12], [6, 1, 5, 5], { padding: 2 }),
    trained([3, 6, 10, 10], [16, 6, 5, 5]),
    trained([2, 3, 9, 8], [4, 3, 3, 3], { stride: 2, padding: 1 }),
    trained([2, 4, 8, 8], [8, 2, 3, 3], { groups: 2, padding: 1 }),
    trained([2, 4, 9, 9], [4, 1, 3, 3], { groups: 4, stride: 2, padding: [0, 1, 1, 0] }),
    trained([1, 2, 11, 12], [3, 2, 3, 3], { dilation: 2, stride: 3, padding: 2 }),
    trained([0, 2, 5, 5], [3, 2, 3, 3], { padding: 1 }),
    convolution([2, 17, 19, 21], [33, 17, 3, 3], { padding: 1 }),
    convolution([3, 5, 32, 33], [8, 5, 4, 4], { stride: 2, padding: 1 }),
    convolution([1, 32, 14, 14], [37, 32, 1, 1]),
    {
      name: 'bias, ReLU, residual and the flattened result, all asked for',
      inputs: [
        normal([2, 2, 5, 5], 1),
        normal([3, 2, 3, 3], 2),
        normal([3], 3),
        normal([2, 3, 5, 5], 4),
      ],
      build: (x, weight, bias, residual) => {
        const y = conv2d(x, weight, { bias, padding: 1 });
        const active = relu(y);
        const joined = add(active, residual);
        return [y, active, joined, reshape(joined, [2, -1])];
      },
    },
    {
      name: 'NaN and infinities stay in their windows',
      inputs: [
        exactly([1, 2, 3, 4, 5, nan, 7, 8, 9, infinity, 1, 2, 3, 4, 5, 6], [1, 1, 4, 4]),
        exactly([1, 0, -1, 2], [1, 1, 2, 2]),
      ],
      build: (x: Tensor, weight: Tensor) => conv2d(x, weight, { padding: 1 }),
    },
  ],
};
