/** Rows of writing by index. */

import {
  indexAdd,
  type ScatterReduction,
  scatter,
  scatterAdd,
  scatterNd,
  scatterReduce,
} from '../../src/ops/index.js';
import { bools, distinct, exactly, integers, normal } from '../cases/case.js';
import { named } from './named-row.js';
import type { Family, Row } from './row.js';

const whole = (values: readonly number[], shape?: readonly number[]) =>
  exactly(values, shape, 'int32');

/** int32 [2, 3], no two in a row equal. */
const apart = whole([0, 2, 4, 3, 1, 0], [2, 3]);
/** int32 [3, 4], some in a row equal. */
const often = whole([0, 2, 2, 0, 1, 1, 1, 4, 3, 0, 3, 3], [3, 4]);
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const reductions: readonly ScatterReduction[] = ['sum', 'prod', 'mean', 'amax', 'amin'];

/** Each way to join, with and without what was there. */
const reduced: readonly Row[] = reductions.flatMap((reduce) =>
  [true, false].map((includeSelf) =>
    named(
      [distinct([3, 5]), often, distinct([3, 4], 2)],
      (x, index, source) => scatterReduce(x, { dim: 1, index, source, reduce, includeSelf }),
      {
        torch: `a.scatter_reduce(1, b, c, '${reduce}', include_self=${includeSelf ? 'True' : 'False'})`,
      },
    ),
  ),
);

export const scattering: Family = {
  scatter: {
    gradient: 'smooth',
    rows: [
      named(
        [normal([2, 5]), apart, normal([2, 3], 2)],
        (x, index, source) => scatter(x, { dim: 1, index, source }),
        { torch: 'a.scatter(1, b, c)' },
      ),
      named(
        [normal([4, 3, 2]), whole([3, 1], [1, 2, 1]), normal([2, 3, 2], 2)],
        (x, index, source) => scatter(x, { dim: 0, index, source }),
        // Its gradient refuses a source that is larger than the index.
        { torch: 'a.scatter(0, b, c[:1, :2, :1])' },
      ),
      named(
        [normal([1, 1]), whole([0], [1, 1]), normal([1, 1], 2)],
        (x, index, source) => scatter(x, { dim: -1, index, source }),
        { torch: 'a.scatter(-1, b, c)' },
      ),
      named([normal([2, 5]), apart], (x, index) => scatter(x, { dim: 1, index, source: 0.25 }), {
        torch: 'a.scatter(1, b, 0.25)',
      }),
      named(
        [normal([3, 2]), whole([], [0, 2]), normal([0, 2], 2)],
        (x, index, source) => scatter(x, { dim: 0, index, source }),
        { torch: 'a.scatter(0, b, c)' },
      ),
      named(
        [integers(-9, 9, [2, 5]), apart, integers(10, 20, [2, 3])],
        (x, index, source) => scatter(x, { dim: 1, index, source }),
        { torch: 'a.scatter(1, b, c)' },
      ),
      named(
        [bools([2, 5]), apart, bools([2, 3], 2)],
        (x, index, source) => scatter(x, { dim: 1, index, source }),
        { torch: 'a.scatter(1, b, c)' },
      ),
      {
        name: 'the last of several',
        inputs: [normal([6]), whole([3, 1, 3, 3, 1]), normal([5], 2)],
        build: (x, index, source) => scatter(x, { dim: 0, index, source }),
        torch: 'torch.stack([a[0], c[4], a[2], c[3], a[4], a[5]])',
      },
      {
        name: 'outside is dropped',
        inputs: [normal([3]), whole([-1, 1, 3]), normal([3], 2)],
        build: (x, index, source) => scatter(x, { dim: 0, index, source }),
        torch: 'F.pad(a, [1, 1]).scatter(0, b + 1, c)[1:4]',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [exactly([nan, -0, infinity, 1]), whole([1, 3]), exactly([-0, nan])],
        build: (x, index, source) => scatter(x, { dim: 0, index, source }),
        torch: 'a.scatter(0, b, c)',
      },
    ],
  },
  scatterAdd: {
    gradient: 'smooth',
    rows: [
      named(
        [normal([3, 5]), often, normal([3, 4], 2)],
        (x, index, source) => scatterAdd(x, { dim: 1, index, source }),
        { torch: 'a.scatter_add(1, b, c)' },
      ),
      named(
        [normal([4, 3, 2]), integers(0, 3, [5, 2, 2]), normal([6, 3, 2], 2)],
        (x, index, source) => scatterAdd(x, { dim: 0, index, source }),
        { torch: 'a.scatter_add(0, b, c[:5, :2])' },
      ),
      named(
        [integers(-9, 9, [1, 5]), integers(0, 4, [1, 9]), integers(-9, 9, [1, 9], 2)],
        (x, index, source) => scatterAdd(x, { dim: -1, index, source }),
        { torch: 'a.scatter_add(-1, b, c)' },
      ),
      {
        name: 'outside is dropped',
        inputs: [normal([3]), whole([-1, 1, 3, 1]), normal([4], 2)],
        build: (x, index, source) => scatterAdd(x, { dim: 0, index, source }),
        torch: 'F.pad(a, [1, 1]).scatter_add(0, b + 1, c)[1:4]',
      },
    ],
  },
  scatterReduce: {
    gradient: 'smooth',
    rows: [
      ...reduced,
      named(
        [distinct([4, 3, 2]), integers(0, 3, [5, 2, 1]), distinct([6, 3, 2], 2)],
        (x, index, source) => scatterReduce(x, { dim: 0, index, source, reduce: 'amin' }),
        { torch: "a.scatter_reduce(0, b, c[:5, :2, :1], 'amin')" },
      ),
      named(
        [integers(-9, 9, [3, 5]), often, integers(-9, 9, [3, 4], 2)],
        (x, index, source) => scatterReduce(x, { dim: 1, index, source, reduce: 'prod' }),
        { torch: "a.scatter_reduce(1, b, c, 'prod')" },
      ),
      {
        name: 'equal ones share the gradient',
        inputs: [exactly([1, 2, 3]), whole([0, 0, 1, 2, 2]), exactly([1, 1, 2, 5, 5])],
        build: (x, index, source) => scatterReduce(x, { dim: 0, index, source, reduce: 'amax' }),
        torch: "a.scatter_reduce(0, b, c, 'amax')",
        gradient: 'kinked',
      },
      {
        name: 'zeros among the factors',
        inputs: [exactly([1, 0, 3]), whole([0, 0, 1, 2, 2]), exactly([0, 4, 2, 0, 0])],
        build: (x, index, source) => scatterReduce(x, { dim: 0, index, source, reduce: 'prod' }),
        torch: "a.scatter_reduce(0, b, c, 'prod')",
        gradient: 'kinked',
      },
    ],
    special: reductions.map((reduce) => ({
      name: `special values, ${reduce}`,
      inputs: [
        exactly([nan, 1, infinity, -infinity, 2, -0]),
        whole([0, 1, 1, 2, 3, 4]),
        exactly([1, nan, 2, 3, infinity, -infinity]),
      ],
      build: (x, index, source) => scatterReduce(x, { dim: 0, index, source, reduce }),
      torch: `a.scatter_reduce(0, b, c, '${reduce}')`,
    })),
  },
  indexAdd: {
    gradient: 'smooth',
    rows: [
      named(
        [normal([5, 3]), whole([4, 0, 0, 2]), normal([4, 3], 2)],
        (x, index, source) => indexAdd(x, { dim: 0, index, source }),
        { torch: 'a.index_add(0, b, c)' },
      ),
      named(
        [normal([2, 5, 1]), whole([1, 1, 1]), normal([2, 3, 1], 2)],
        (x, index, source) => indexAdd(x, { dim: -2, index, source, alpha: -0.5 }),
        { torch: 'a.index_add(-2, b, c, alpha=-0.5)' },
      ),
      named(
        [integers(-9, 9, [4]), whole([3]), integers(-9, 9, [1], 2)],
        (x, index, source) => indexAdd(x, { dim: 0, index, source }),
        { torch: 'a.index_add(0, b, c)' },
      ),
    ],
  },
  scatterNd: {
    gradient: 'smooth',
    rows: [
      named(
        [normal([3, 4]), whole([0, 1, 2, 3], [2, 2]), normal([2], 2)],
        (x, index, source) => scatterNd(x, { index, source }),
        { torch: 'a.index_put([b[:, 0], b[:, 1]], c)' },
      ),
      named(
        [normal([5, 1, 2]), whole([4, 0], [2, 1]), normal([2, 1, 2], 2)],
        (x, index, source) => scatterNd(x, { index, source }),
        { torch: 'a.index_put([b[:, 0]], c)' },
      ),
      named(
        [normal([3, 4]), whole([0, 1, 2, 3, 0, 1, 0, 1], [2, 2, 2]), normal([2, 2], 2)],
        (x, index, source) => scatterNd(x, { index, source, reduce: 'sum' }),
        { torch: 'a.index_put([b[..., 0], b[..., 1]], c, accumulate=True)' },
      ),
      named(
        [normal([3, 2]), whole([], [0, 1]), normal([0, 2], 2)],
        (x, index, source) => scatterNd(x, { index, source }),
        { torch: 'a.clone()' },
      ),
      {
        name: 'the largest',
        inputs: [distinct([6]), whole([3, 1, 3, 3, 1], [5, 1]), distinct([5], 2)],
        build: (x, index, source) => scatterNd(x, { index, source, reduce: 'amax' }),
        torch: "a.scatter_reduce(0, b[:, 0], c, 'amax')",
      },
      {
        name: 'the last of several',
        inputs: [normal([3, 2]), whole([2, 0, 2], [3, 1]), normal([3, 2], 2)],
        build: (x, index, source) => scatterNd(x, { index, source }),
        torch: 'torch.stack([c[1], a[1], c[2]])',
      },
      {
        name: 'outside in either coordinate is dropped',
        inputs: [normal([3, 2]), whole([0, 2, 1, -1, 3, 0, 1, 1], [4, 2]), normal([4], 2)],
        build: (x, index, source) => scatterNd(x, { index, source }),
        torch: 'a.index_put([torch.tensor([1]), torch.tensor([1])], c[3:])',
      },
    ],
  },
};
