/** Cases of padding: every side, between elements, of views, absorbed and cropped. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  add,
  expand,
  flip,
  mul,
  type PadOptions,
  pad,
  relu,
  slice,
  sum,
  transpose,
} from '../../src/ops/index.js';
import {
  type Case,
  type CaseInput,
  exactly,
  integers,
  normal,
  type PrimitiveCases,
} from './case.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const padding = (
  name: string,
  input: CaseInput,
  options: PadOptions,
  around: (x: Tensor) => Tensor = (x) => x,
): Case => ({ name, inputs: [input], build: (x) => pad(around(x), options) });

export const padCases: PrimitiveCases = {
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
