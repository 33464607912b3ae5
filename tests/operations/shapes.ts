/** Rows of operations on shapes, and of joining and parting. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  chunk,
  concatenate,
  detach,
  expand,
  fill,
  flip,
  mul,
  ones,
  permute,
  repeat,
  repeatInterleave,
  reshape,
  scalar,
  slice,
  split,
  stack,
  tensor,
  tile,
  transpose,
  zeros,
} from '../../src/ops/index.js';
import { bools, integers, normal } from '../cases/case.js';
import { specials } from './inputs.js';
import type { Family, OperationRows, Row } from './row.js';

type Build = (x: Tensor) => Tensor | readonly Tensor[];

/** Rows of one input each: its shape, the operation and the same in Python. */
const ofOne = (rows: readonly (readonly [readonly number[], Build, string])[]): OperationRows => ({
  gradient: 'smooth',
  rows: rows.map(([shape, build, torch]) => ({
    name: `[${shape}] ${torch}`,
    inputs: [normal(shape)],
    build,
    torch,
  })),
  special: rows.slice(0, 1).map(([shape, build, torch]): Row => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, (_, i) => specials.data[i % 14]);
    return { name: 'special values', inputs: [{ shape, dtype: 'float32', data }], build, torch };
  }),
});

const three = [normal([2, 1, 3]), normal([2, 4, 3], 2), normal([2, 2, 3], 3)];

export const shapes: Family = {
  reshape: ofOne([
    [[2, 3, 4], (x) => reshape(x, [4, 6]), 'a.reshape(4, 6)'],
    [[2, 3, 4], (x) => reshape(x, [-1, 3]), 'a.reshape(-1, 3)'],
    [[3, 5], (x) => reshape(transpose(x), [15]), 'a.t().reshape(15)'],
    [[1, 1], (x) => reshape(x, []), 'a.reshape([])'],
    [[0, 3], (x) => reshape(x, [3, 0]), 'a.reshape(3, 0)'],
  ]),
  permute: ofOne([
    [[2, 3, 4], (x) => permute(x, [2, 0, 1]), 'a.permute(2, 0, 1)'],
    [[2, 1, 3, 5], (x) => permute(x, [0, -1, 1, 2]), 'a.permute(0, 3, 1, 2)'],
    [[7], (x) => permute(x, [0]), 'a.permute(0)'],
  ]),
  transpose: ofOne([
    [[3, 5], (x) => transpose(x), 'a.transpose(-2, -1)'],
    [[2, 1, 3, 5], (x) => transpose(x, 0, -1), 'a.transpose(0, 3)'],
    [[2, 3, 4], (x) => transpose(x, 1, 1), 'a.transpose(1, 1)'],
  ]),
  expand: ofOne([
    [[3, 1], (x) => expand(x, [2, 3, 4]), 'a.expand(2, 3, 4)'],
    [[], (x) => expand(x, [2, 1]), 'a.expand(2, 1)'],
    [[1, 5], (x) => expand(x, [3, 5]), 'a.expand(3, 5)'],
    [[3, 5], (x) => expand(x, [3, 5]), 'a.expand(3, 5)'],
  ]),
  slice: ofOne([
    [[5, 9], (x) => slice(x, { start: [1, 0], end: [5, 8], step: [2, 3] }), 'a[1:5:2, 0:8:3]'],
    [[5, 9], (x) => slice(x, { start: [4, 8] }), 'a[4:, 8:]'],
    [[7], (x) => slice(x, { step: [4] }), 'a[::4]'],
    [[3, 2], (x) => slice(x, { end: [0, 2] }), 'a[:0]'],
  ]),
  flip: ofOne([
    [[3, 4], (x) => flip(x, [0, 1]), 'a.flip(0, 1)'],
    [[2, 3, 5], (x) => flip(x, [-1]), 'a.flip(-1)'],
    [[1, 3], (x) => flip(x, [0]), 'a.flip(0)'],
    [[3], (x) => flip(x, []), 'a.flip([])'],
  ]),
  detach: {
    gradient: 'kinked',
    rows: [
      { name: 'alone', inputs: [normal([3, 5])], build: detach, torch: 'a.detach()' },
      {
        name: 'beside a gradient',
        inputs: [normal([3, 5])],
        build: (x) => mul(detach(x), x),
        torch: 'a.detach() * a',
      },
    ],
  },
  concatenate: {
    gradient: 'smooth',
    rows: [
      {
        name: 'along 1',
        inputs: three,
        build: (...parts) => concatenate(parts, 1),
        torch: 'torch.cat([a, b, c], 1)',
      },
      {
        name: 'along -2',
        inputs: three,
        build: (...parts) => concatenate(parts, -2),
        torch: 'torch.cat([a, b, c], -2)',
      },
      {
        name: 'along 0, by default',
        inputs: [normal([1, 3]), normal([2, 3], 2)],
        build: (...parts) => concatenate(parts),
        torch: 'torch.cat([a, b])',
      },
      {
        name: 'one twice',
        inputs: [normal([5])],
        build: (x) => concatenate([x, x]),
        torch: 'torch.cat([a, a])',
      },
      {
        name: 'an empty one',
        inputs: [normal([0, 3]), normal([2, 3], 2)],
        build: (...parts) => concatenate(parts),
        torch: 'torch.cat([a, b])',
      },
      {
        name: 'int32',
        inputs: [integers(-9, 9, [3]), integers(-9, 9, [2], 2)],
        build: (...parts) => concatenate(parts),
        torch: 'torch.cat([a, b])',
      },
      {
        name: 'bool',
        inputs: [bools([3]), bools([2], 2)],
        build: (...parts) => concatenate(parts),
        torch: 'torch.cat([a, b])',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [specials, specials],
        build: (...parts) => concatenate(parts),
        torch: 'torch.cat([a, b])',
      },
    ],
  },
  stack: {
    gradient: 'smooth',
    rows: [
      {
        name: 'along 0, by default',
        inputs: [normal([3, 1]), normal([3, 1], 2)],
        build: (...parts) => stack(parts),
        torch: 'torch.stack([a, b])',
      },
      {
        name: 'along 1',
        inputs: [normal([3, 5]), normal([3, 5], 2)],
        build: (...parts) => stack(parts, 1),
        torch: 'torch.stack([a, b], 1)',
      },
      {
        name: 'along -1',
        inputs: [normal([5]), normal([5], 2)],
        build: (...parts) => stack(parts, -1),
        torch: 'torch.stack([a, b], -1)',
      },
      { name: 'one', inputs: [normal([5])], build: (x) => stack([x]), torch: 'torch.stack([a])' },
      {
        name: 'numbers',
        inputs: [normal([]), normal([], 2)],
        build: (...parts) => stack(parts),
        torch: 'torch.stack([a, b])',
      },
    ],
  },
  split: ofOne([
    [[5, 2], (x) => split(x, 2), 'a.split(2)'],
    [[2, 7], (x) => split(x, [3, 1, 3], 1), 'a.split([3, 1, 3], 1)'],
    [[2, 3, 4], (x) => split(x, 3, -1), 'a.split(3, -1)'],
    [[3], (x) => split(x, 9), 'a.split(9)'],
    [[3], (x) => split(x, [0, 3]), 'a.split([0, 3])'],
  ]),
  chunk: ofOne([
    [[5, 2], (x) => chunk(x, 2), 'a.chunk(2)'],
    [[2, 7], (x) => chunk(x, 3, 1), 'a.chunk(3, 1)'],
    [[2, 5], (x) => chunk(x, 4, -1), 'a.chunk(4, -1)'],
    [[3], (x) => chunk(x, 1), 'a.chunk(1)'],
    [[2], (x) => chunk(x, 5), 'a.chunk(5)'],
  ]),
  repeat: ofOne([
    [[2, 3], (x) => repeat(x, [2, 1]), 'a.repeat(2, 1)'],
    [[2, 1], (x) => repeat(x, [2, 3, 4]), 'a.repeat(2, 3, 4)'],
    [[3], (x) => repeat(x, [1]), 'a.repeat(1)'],
    [[], (x) => repeat(x, [3]), 'a.repeat(3)'],
  ]),
  tile: ofOne([
    [[2, 3], (x) => tile(x, [2]), 'a.tile(2)'],
    [[3], (x) => tile(x, [2, 2]), 'a.tile(2, 2)'],
    [[2, 1, 3], (x) => tile(x, [3, 2]), 'a.tile(3, 2)'],
  ]),
  repeatInterleave: ofOne([
    [[2, 3], (x) => repeatInterleave(x, 2), 'a.repeat_interleave(2, 0)'],
    [[2, 3], (x) => repeatInterleave(x, 3, -1), 'a.repeat_interleave(3, -1)'],
    [[2, 1, 3], (x) => repeatInterleave(x, 2, 1), 'a.repeat_interleave(2, 1)'],
    [[3], (x) => repeatInterleave(x, 1), 'a.repeat_interleave(1, 0)'],
  ]),
  tensor: {
    gradient: 'none',
    rows: [
      {
        name: 'numbers',
        inputs: [],
        build: () => tensor([1, 2, 3, -4.5], [2, 2]),
        torch: 'torch.tensor([[1, 2], [3, -4.5]]).double()',
      },
      {
        name: 'int32',
        inputs: [],
        build: () => tensor([1, -2], [2], 'int32'),
        torch: 'torch.tensor([1, -2])',
      },
      {
        name: 'bytes',
        inputs: [],
        build: () => tensor(new Uint8Array([1, 255]), [1, 2]),
        torch: 'torch.tensor([[1, 255]], dtype=torch.uint8)',
      },
      {
        name: 'nothing',
        inputs: [],
        build: () => tensor([], [0]),
        torch: 'torch.zeros(0).double()',
      },
    ],
  },
  scalar: {
    gradient: 'none',
    rows: [
      {
        name: 'float32',
        inputs: [],
        build: () => scalar(-2.5),
        torch: 'torch.tensor(-2.5).double()',
      },
      { name: 'int32', inputs: [], build: () => scalar(7, 'int32'), torch: 'torch.tensor(7)' },
    ],
  },
  fill: {
    gradient: 'none',
    rows: [
      {
        name: 'float32',
        inputs: [],
        build: () => fill(0.5, [2, 3]),
        torch: 'torch.full([2, 3], 0.5).double()',
      },
      {
        name: 'bool',
        inputs: [],
        build: () => fill(1, [3], 'bool'),
        torch: 'torch.full([3], True)',
      },
      {
        name: 'NaN',
        inputs: [],
        build: () => fill(Number.NaN, [2]),
        torch: 'torch.full([2], math.nan).double()',
      },
    ],
  },
  zeros: {
    gradient: 'none',
    rows: [
      {
        name: 'float32',
        inputs: [],
        build: () => zeros([2, 3]),
        torch: 'torch.zeros(2, 3).double()',
      },
      {
        name: 'int32',
        inputs: [],
        build: () => zeros([1], 'int32'),
        torch: 'torch.zeros(1).long()',
      },
    ],
  },
  ones: {
    gradient: 'none',
    rows: [
      {
        name: 'float32',
        inputs: [],
        build: () => ones([2, 3]),
        torch: 'torch.ones(2, 3).double()',
      },
      { name: 'uint8', inputs: [], build: () => ones([1], 'uint8'), torch: 'torch.ones(1).byte()' },
    ],
  },
};
