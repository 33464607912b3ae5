/** Rows of sorting, the largest few, and what is accumulated along a dimension. */

import {
  cummax,
  cummin,
  cumprod,
  cumsum,
  sort,
  topK,
  type ValuesWithIndices,
} from '../../src/ops/index.js';
import { bools, distinct, exactly, integers, normal } from '../cases/case.js';
import { specials } from './inputs.js';
import { named } from './named-row.js';
import type { Family } from './row.js';

const both = ({ values, indices }: ValuesWithIndices) => [values, indices];
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Infinities of both signs and NaN, each with numbers before and behind it. */
const rough = exactly(
  [1, infinity, 2, 3, 1, -infinity, 2, -0, 4, nan, 2, 1, -0, 0, -1, 5, infinity, -infinity, 1, 2],
  [4, 5],
);

export const ordering: Family = {
  sort: {
    gradient: 'smooth',
    rows: [
      named([distinct([3, 7])], (x) => both(sort(x)), { torch: 'a.sort()' }),
      named([distinct([3, 5, 2])], (x) => both(sort(x, { dim: 1, descending: true })), {
        torch: 'a.sort(1, True)',
      }),
      named([distinct([4, 1])], (x) => both(sort(x, { dim: -1 })), { torch: 'a.sort(-1)' }),
      named([distinct([5, 3])], (x) => both(sort(x, { dim: -2 })), { torch: 'a.sort(-2)' }),
      named([normal([0, 3])], (x) => both(sort(x, { dim: 0 })), { torch: 'a.sort(0)' }),
      named([integers(0, 3, [2, 20])], (x) => both(sort(x, { descending: true })), {
        torch: 'torch.sort(a, stable=True, descending=True)',
      }),
      named([bools([9])], (x) => both(sort(x)), { torch: 'torch.sort(a, stable=True)' }),
    ],
    special: [
      {
        name: 'special values',
        inputs: [specials],
        build: (x) => both(sort(x)),
        torch: 'torch.sort(a, stable=True)',
      },
      {
        name: 'special values, falling',
        inputs: [specials],
        build: (x) => both(sort(x, { descending: true })),
        torch: 'torch.sort(a, stable=True, descending=True)',
      },
    ],
  },
  topK: {
    gradient: 'smooth',
    rows: [
      named([distinct([3, 7])], (x) => both(topK(x, 2)), { torch: 'a.topk(2)' }),
      named([distinct([4, 5, 2])], (x) => both(topK(x, 3, { dim: 1, largest: false })), {
        torch: 'a.topk(3, 1, False)',
      }),
      named([distinct([5, 3])], (x) => both(topK(x, 5, { dim: -2 })), { torch: 'a.topk(5, -2)' }),
      named([distinct([5, 1])], (x) => both(topK(x, 1, { sorted: false })), { torch: 'a.topk(1)' }),
      named([distinct([5, 3])], (x) => both(topK(x, 0)), { torch: 'a.topk(0)' }),
      {
        name: 'the first of equal ones',
        inputs: [integers(0, 3, [4, 9])],
        build: (x) => both(topK(x, 5)),
        torch: '[y[:, :5] for y in torch.sort(a, stable=True, descending=True)]',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [specials],
        build: (x) => topK(x, 9).values,
        torch: 'a.topk(9)[0]',
      },
      {
        name: 'the smallest special values',
        inputs: [specials],
        build: (x) => topK(x, 9, { largest: false }).values,
        torch: 'a.topk(9, largest=False)[0]',
      },
    ],
  },
  cumsum: {
    gradient: 'smooth',
    rows: [
      named([normal([3, 7])], (x) => cumsum(x, 1), { torch: 'a.cumsum(1)' }),
      named([normal([4, 3, 2])], (x) => cumsum(x, 0), { torch: 'a.cumsum(0)' }),
      named([normal([2, 9])], (x) => cumsum(x, -1, { reverse: true }), {
        torch: 'a.flip(-1).cumsum(-1).flip(-1)',
      }),
      named([normal([2, 5])], (x) => cumsum(x, 1, { exclusive: true }), {
        torch: 'F.pad(a.cumsum(1)[:, :-1], [1, 0])',
      }),
      named([normal([2, 5])], (x) => cumsum(x, 1, { exclusive: true, reverse: true }), {
        torch: 'F.pad(a.flip(1).cumsum(1).flip(1)[:, 1:], [0, 1])',
      }),
      named([normal([3, 1])], (x) => cumsum(x, 1), { torch: 'a.cumsum(1)' }),
      named([normal([3, 0])], (x) => cumsum(x, 1), { torch: 'a.cumsum(1)' }),
      named([integers(-9, 9, [2, 33])], (x) => cumsum(x, 1), { torch: 'a.cumsum(1)' }),
      named([bools([8])], (x) => cumsum(x, 0), { torch: 'a.cumsum(0)' }),
    ],
    special: [
      { name: 'special values', inputs: [rough], build: (x) => cumsum(x, 1), torch: 'a.cumsum(1)' },
      {
        name: 'special values in reverse, exclusive',
        inputs: [rough],
        build: (x) => cumsum(x, 1, { exclusive: true, reverse: true }),
        torch: 'F.pad(a.flip(1).cumsum(1).flip(1)[:, 1:], [0, 1])',
      },
    ],
  },
  cumprod: {
    gradient: 'smooth',
    rows: [
      named([normal([3, 7])], (x) => cumprod(x, 1), { torch: 'a.cumprod(1)' }),
      named([normal([4, 3, 2])], (x) => cumprod(x, 0), { torch: 'a.cumprod(0)' }),
      named([normal([2, 6])], (x) => cumprod(x, -1, { reverse: true }), {
        torch: 'a.flip(-1).cumprod(-1).flip(-1)',
      }),
      named([normal([2, 5])], (x) => cumprod(x, 1, { exclusive: true }), {
        torch: 'F.pad(a.cumprod(1)[:, :-1], [1, 0], value=1.0)',
      }),
      named([exactly([2, 0, 3, 0, 5], [1, 5])], (x) => cumprod(x, 1), { torch: 'a.cumprod(1)' }),
      named([normal([1])], (x) => cumprod(x, 0), { torch: 'a.cumprod(0)' }),
      named([integers(-3, 3, [2, 9])], (x) => cumprod(x, 1), { torch: 'a.cumprod(1)' }),
    ],
    special: [
      {
        name: 'special values',
        inputs: [rough],
        build: (x) => cumprod(x, 1),
        torch: 'a.cumprod(1)',
      },
    ],
  },
  cummax: {
    gradient: 'smooth',
    rows: [
      named([distinct([3, 7])], (x) => both(cummax(x, 1)), { torch: 'list(a.cummax(1))' }),
      named([distinct([9, 2])], (x) => both(cummax(x, -2)), { torch: 'list(a.cummax(-2))' }),
      named([distinct([1, 1])], (x) => both(cummax(x, 0)), { torch: 'list(a.cummax(0))' }),
      named([integers(0, 3, [2, 12])], (x) => both(cummax(x, 1)), { torch: 'list(a.cummax(1))' }),
    ],
    special: [
      {
        name: 'special values',
        inputs: [rough],
        build: (x) => both(cummax(x, 1)),
        torch: 'list(a.cummax(1))',
      },
    ],
  },
  cummin: {
    gradient: 'smooth',
    rows: [
      named([distinct([3, 7])], (x) => both(cummin(x, 1)), { torch: 'list(a.cummin(1))' }),
      named([distinct([5, 2])], (x) => both(cummin(x, 0)), { torch: 'list(a.cummin(0))' }),
      named([integers(0, 3, [2, 12])], (x) => both(cummin(x, -1)), { torch: 'list(a.cummin(-1))' }),
    ],
    special: [
      {
        name: 'special values',
        inputs: [rough],
        build: (x) => both(cummin(x, 1)),
        torch: 'list(a.cummin(1))',
      },
    ],
  },
};
