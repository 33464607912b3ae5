/** Rows of reading by index, one-hot vectors and masks. */

import {
  gather,
  gatherNd,
  indexSelect,
  maskedFill,
  oneHot,
  takeAlongDim,
  wrapIndex,
} from '../../src/ops/index.js';
import { bools, exactly, integers, normal } from '../cases/case.js';
import { specials } from './inputs.js';
import { named } from './named-row.js';
import type { Family } from './row.js';

const whole = (values: readonly number[], shape?: readonly number[]) =>
  exactly(values, shape, 'int32');

export const gathering: Family = {
  gather: {
    gradient: 'smooth',
    rows: [
      named([normal([4, 6]), integers(0, 5, [4, 9])], (x, index) => gather(x, { dim: 1, index }), {
        torch: 'a.gather(1, b)',
      }),
      named(
        [normal([4, 3, 5]), integers(0, 3, [2, 3, 5])],
        (x, index) => gather(x, { dim: 0, index }),
        { torch: 'a.gather(0, b)' },
      ),
      named(
        [normal([4, 3, 5]), integers(0, 2, [3, 7, 1])],
        (x, index) => gather(x, { dim: -2, index }),
        { torch: 'a.gather(-2, b)' },
      ),
      named([normal([7]), integers(0, 6, [3])], (x, index) => gather(x, { dim: 0, index }), {
        torch: 'a.gather(0, b)',
      }),
      named([normal([3, 1]), integers(0, 0, [2, 4])], (x, index) => gather(x, { dim: -1, index }), {
        torch: 'a.gather(-1, b)',
      }),
      named([normal([3, 4]), integers(0, 3, [0, 4])], (x, index) => gather(x, { dim: 1, index }), {
        torch: 'a.gather(1, b)',
      }),
      named(
        [integers(-9, 9, [2, 5], 2), integers(0, 4, [2, 3])],
        (x, index) => gather(x, { dim: 1, index }),
        { torch: 'a.gather(1, b)' },
      ),
      named([bools([5, 2]), integers(0, 4, [3, 2])], (x, index) => gather(x, { dim: 0, index }), {
        torch: 'a.gather(0, b)',
      }),
      {
        name: 'outside gives 0',
        inputs: [normal([3, 2]), whole([-1, 2, 3, 0], [2, 2])],
        build: (x, index) => gather(x, { dim: 0, index }),
        torch: 'F.pad(a, [0, 0, 1, 1]).gather(0, b + 1)',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [specials, integers(0, specials.data.length - 1, [50])],
        build: (x, index) => gather(x, { dim: 0, index }),
        torch: 'a.gather(0, b)',
      },
    ],
  },
  takeAlongDim: {
    gradient: 'smooth',
    rows: [
      named(
        [normal([1, 6, 2]), integers(0, 5, [3, 4, 1])],
        (x, index) => takeAlongDim(x, { dim: 1, index }),
        { torch: 'torch.take_along_dim(a, b, 1)' },
      ),
      named(
        [normal([3, 5]), integers(0, 2, [1, 5])],
        (x, index) => takeAlongDim(x, { dim: -2, index }),
        { torch: 'torch.take_along_dim(a, b, -2)' },
      ),
      named([normal([3, 5]), integers(0, 14, [2, 4])], (x, index) => takeAlongDim(x, { index }), {
        torch: 'torch.take_along_dim(a, b)',
      }),
      named([normal([1]), integers(0, 0, [1])], (x, index) => takeAlongDim(x, { dim: 0, index }), {
        torch: 'torch.take_along_dim(a, b, 0)',
      }),
    ],
  },
  indexSelect: {
    gradient: 'smooth',
    rows: [
      named(
        [normal([5, 3]), whole([4, 0, 0, 2])],
        (x, index) => indexSelect(x, { dim: 0, index }),
        { torch: 'a.index_select(0, b)' },
      ),
      named([normal([2, 5, 3]), whole([4, 1])], (x, index) => indexSelect(x, { dim: 1, index }), {
        torch: 'a.index_select(1, b)',
      }),
      named(
        [normal([2, 1, 3]), integers(0, 2, [7])],
        (x, index) => indexSelect(x, { dim: -1, index }),
        { torch: 'a.index_select(-1, b)' },
      ),
      named([normal([1]), whole([0])], (x, index) => indexSelect(x, { dim: 0, index }), {
        torch: 'a.index_select(0, b)',
      }),
      named([normal([3, 2]), whole([])], (x, index) => indexSelect(x, { dim: 0, index }), {
        torch: 'a.index_select(0, b)',
      }),
    ],
    special: [
      {
        name: 'special values',
        inputs: [
          { ...specials, shape: [specials.data.length / 2, 2] },
          integers(0, specials.data.length / 2 - 1, [20]),
        ],
        build: (x, index) => indexSelect(x, { dim: 0, index }),
        torch: 'a.index_select(0, b)',
      },
    ],
  },
  gatherNd: {
    gradient: 'smooth',
    rows: [
      named(
        [normal([3, 4]), whole([0, 1, 2, 3, 0, 1], [3, 2])],
        (x, index) => gatherNd(x, { index }),
        {
          torch: 'a[b[:, 0], b[:, 1]]',
        },
      ),
      named(
        [normal([3, 4, 2]), whole([2, 1, 0, 3], [1, 2, 2])],
        (x, index) => gatherNd(x, { index }),
        {
          torch: 'a[b[..., 0], b[..., 1]]',
        },
      ),
      named([normal([3, 1, 2]), whole([2, 0, 2], [3, 1])], (x, index) => gatherNd(x, { index }), {
        torch: 'a[b[..., 0]]',
      }),
      named(
        [normal([2, 3, 4]), integers(0, 2, [2, 5, 1])],
        (x, index) => gatherNd(x, { index, batchDims: 1 }),
        { torch: 'torch.stack([a[i][b[i, :, 0]] for i in range(2)])' },
      ),
      named([normal([2, 2]), whole([1, 0], [2])], (x, index) => gatherNd(x, { index }), {
        torch: 'a[b[0], b[1]]',
      }),
      named([normal([2, 3]), whole([], [0, 2])], (x, index) => gatherNd(x, { index }), {
        torch: 'a[b[:, 0], b[:, 1]]',
      }),
      {
        name: 'outside in either coordinate gives 0',
        inputs: [normal([3, 2]), whole([0, 2, 1, -1, 3, 0, 1, 1], [4, 2])],
        build: (x, index) => gatherNd(x, { index }),
        torch: 'F.pad(a, [1, 1, 1, 1])[b[:, 0] + 1, b[:, 1] + 1]',
      },
    ],
  },
  wrapIndex: {
    gradient: 'none',
    rows: [
      named([integers(-5, 4, [3, 7])], (index) => wrapIndex(index, 5), { torch: 'a % 5' }),
      named([whole([-1])], (index) => wrapIndex(index, 1), { torch: 'a * 0' }),
    ],
  },
  oneHot: {
    gradient: 'none',
    rows: [
      named([integers(0, 4, [2, 3])], (index) => oneHot(index, 5), { torch: 'F.one_hot(a, 5)' }),
      named([whole([2], [])], (index) => oneHot(index, 3), { torch: 'F.one_hot(a, 3)' }),
      named([whole([0, 0])], (index) => oneHot(index, 1), { torch: 'F.one_hot(a, 1)' }),
      named([whole([], [0])], (index) => oneHot(index, 2), { torch: 'torch.zeros(0, 2).long()' }),
      {
        name: 'outside gives zeros',
        inputs: [whole([-1, 3, 1])],
        build: (index) => oneHot(index, 3),
        torch: 'F.one_hot(a + 1, 5)[:, 1:4]',
      },
    ],
  },
  maskedFill: {
    gradient: 'smooth',
    rows: [
      named([normal([2, 3, 4]), bools([3, 1])], (x, mask) => maskedFill(x, mask, 0.5), {
        torch: 'a.masked_fill(b, 0.5)',
      }),
      named([normal([5]), bools([])], (x, mask) => maskedFill(x, mask, -2), {
        torch: 'a.masked_fill(b, -2)',
      }),
      named([integers(-9, 9, [4, 3]), bools([4, 3])], (x, mask) => maskedFill(x, mask, 7), {
        torch: 'a.masked_fill(b, 7)',
      }),
      named([bools([4, 3]), bools([4, 3], 2)], (x, mask) => maskedFill(x, mask, 1), {
        torch: 'a.masked_fill(b, True)',
      }),
    ],
    special: [
      {
        name: 'special values',
        inputs: [specials, bools([specials.data.length])],
        build: (x, mask) => maskedFill(x, mask, Number.NEGATIVE_INFINITY),
        torch: 'a.masked_fill(b, -math.inf)',
      },
    ],
  },
};
