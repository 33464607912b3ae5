/** Rows of parts along a dimension, of moving dimensions, and of evenly spaced numbers. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  arange,
  broadcastTo,
  flatten,
  linspace,
  meshgrid,
  movedim,
  narrow,
  roll,
  select,
  sliceDim,
  squeeze,
  unbind,
  unsqueeze,
} from '../../src/ops/index.js';
import { bools, integers, normal } from '../cases/case.js';
import { specials } from './inputs.js';
import { named } from './named-row.js';
import type { Family, OperationRows } from './row.js';

type Build = (x: Tensor) => Tensor | readonly Tensor[];

/** Rows of one float input each, and one of the first with special values. */
const ofOne = (rows: readonly (readonly [readonly number[], Build, string])[]): OperationRows => {
  const [[shape, build, torch]] = rows;
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => specials.data[i % 14]);
  return {
    gradient: 'smooth',
    rows: rows.map(([extents, one, python]) => named([normal(extents)], one, { torch: python })),
    special: [
      { name: 'special values', inputs: [{ shape, dtype: 'float32', data }], build, torch },
    ],
  };
};

/** Rows without inputs. */
const ofNone = (rows: readonly (readonly [() => Tensor, string])[]): OperationRows => ({
  gradient: 'none',
  rows: rows.map(([build, torch]) => ({ name: torch, inputs: [], build, torch })),
});

const sliced = ofOne([
  [[5, 7], (x) => sliceDim(x, { dim: 1, start: 1, end: 6, step: 2 }), 'a[:, 1:6:2]'],
  [[5, 7], (x) => sliceDim(x, { dim: -1, start: -3, end: -1 }), 'a[:, -3:-1]'],
  [[5, 7], (x) => sliceDim(x, { step: -1 }), 'a.flip(0)'],
  [[5, 7], (x) => sliceDim(x, { dim: 1, step: -3 }), 'a.flip(1)[:, ::3]'],
  [[5, 7], (x) => sliceDim(x, { dim: 1, start: 5, end: 0, step: -2 }), 'a[:, [5, 3, 1]]'],
  [[5, 7], (x) => sliceDim(x, { dim: 1, start: 99, end: -99, step: -4 }), 'a[:, [6, 2]]'],
  [
    [5, 7],
    (x) => sliceDim(x, { dim: 1, start: 3, end: -Infinity, step: -1 }),
    'a[:, [3, 2, 1, 0]]',
  ],
  [[5], (x) => sliceDim(x, { start: -99, end: 99, step: 99 }), 'a[::99]'],
  [[5], (x) => sliceDim(x, { start: 4, end: 2 }), 'a[4:2]'],
  [[5], (x) => sliceDim(x, { start: 2, end: 4, step: -1 }), 'a[:0]'],
  [[0, 2], (x) => sliceDim(x, { step: -1 }), 'a.flip(0)'],
  [[3, 1], (x) => sliceDim(x, { dim: 1 }), 'a[:, :]'],
]);

export const parts: Family = {
  sliceDim: {
    ...sliced,
    rows: [
      ...sliced.rows,
      named([bools([6])], (x) => sliceDim(x, { step: -2 }), { torch: 'a.flip(0)[::2]' }),
    ],
  },
  narrow: ofOne([
    [[5, 3], (x) => narrow(x, { dim: 0, start: 1, length: 3 }), 'a.narrow(0, 1, 3)'],
    [[2, 5], (x) => narrow(x, { dim: -1, start: -2, length: 2 }), 'a.narrow(-1, 3, 2)'],
    [[3], (x) => narrow(x, { dim: 0, start: 3, length: 0 }), 'a.narrow(0, 3, 0)'],
    [[1, 1], (x) => narrow(x, { dim: 1, start: 0, length: 1 }), 'a.narrow(1, 0, 1)'],
  ]),
  select: ofOne([
    [[5, 3], (x) => select(x, { dim: 0, index: 2 }), 'a.select(0, 2)'],
    [[2, 5, 3], (x) => select(x, { dim: -2, index: -1 }), 'a.select(-2, -1)'],
    [[1], (x) => select(x, { dim: 0, index: 0 }), 'a.select(0, 0)'],
  ]),
  unbind: ofOne([
    [[3, 5], (x) => unbind(x), 'a.unbind()'],
    [[2, 1, 3], (x) => unbind(x, -1), 'a.unbind(-1)'],
    [[2], (x) => unbind(x), 'a.unbind(0)'],
  ]),
  roll: ofOne([
    [[3, 5], (x) => roll(x, 2, 1), 'a.roll(2, 1)'],
    [[3, 5], (x) => roll(x, 4), 'a.roll(4)'],
    [[3, 5], (x) => roll(x, [-1, 7], [0, -1]), 'a.roll([-1, 7], [0, -1])'],
    [[1, 3], (x) => roll(x, 1, 0), 'a.roll(1, 0)'],
    [[0, 3], (x) => roll(x, 1, 0), 'a.roll(1, 0)'],
    [[3], (x) => roll(x, -3, 0), 'a.roll(-3, 0)'],
  ]),
  squeeze: ofOne([
    [[1, 3, 1], (x) => squeeze(x), 'a.squeeze()'],
    [[1, 3, 1], (x) => squeeze(x, -1), 'a.squeeze(-1)'],
    [[1, 3, 1], (x) => squeeze(x, 1), 'a.squeeze(1)'],
    [[1, 2, 1, 1], (x) => squeeze(x, [0, 2]), 'a.squeeze(2).squeeze(0)'],
    [[1, 1], (x) => squeeze(x), 'a.squeeze()'],
  ]),
  unsqueeze: ofOne([
    [[3, 2], (x) => unsqueeze(x, 1), 'a.unsqueeze(1)'],
    [[3, 2], (x) => unsqueeze(x, -1), 'a.unsqueeze(-1)'],
    [[3], (x) => unsqueeze(x, -2), 'a.unsqueeze(-2)'],
    [[], (x) => unsqueeze(x, 0), 'a.unsqueeze(0)'],
  ]),
  movedim: ofOne([
    [[2, 3, 4, 5], (x) => movedim(x, 1, -1), 'a.movedim(1, -1)'],
    [[2, 3, 4], (x) => movedim(x, [0, 1], [-1, 0]), 'a.movedim([0, 1], [-1, 0])'],
    [[2, 1, 3, 5], (x) => movedim(x, [3, 0], [0, 2]), 'a.movedim([3, 0], [0, 2])'],
    [[3], (x) => movedim(x, 0, 0), 'a.movedim(0, 0)'],
  ]),
  flatten: ofOne([
    [[2, 3, 4], (x) => flatten(x), 'a.flatten()'],
    [[2, 3, 4], (x) => flatten(x, { startDim: 1 }), 'a.flatten(1)'],
    [[2, 1, 3, 2], (x) => flatten(x, { startDim: 1, endDim: -2 }), 'a.flatten(1, -2)'],
    [[], (x) => flatten(x), 'a.flatten()'],
    [[0, 3], (x) => flatten(x), 'a.flatten()'],
  ]),
  broadcastTo: ofOne([
    [[3, 1], (x) => broadcastTo(x, [2, 3, 4]), 'a.broadcast_to([2, 3, 4])'],
    [[], (x) => broadcastTo(x, [2, 1]), 'a.broadcast_to([2, 1])'],
  ]),
  meshgrid: {
    gradient: 'smooth',
    rows: [
      named([normal([3]), normal([5], 2)], (...vectors) => meshgrid(vectors), {
        torch: "torch.meshgrid(a, b, indexing='ij')",
      }),
      named(
        [normal([2]), normal([3], 2), normal([1], 3)],
        (...vectors) => meshgrid(vectors, { indexing: 'xy' }),
        { torch: "torch.meshgrid(a, b, c, indexing='xy')" },
      ),
      named([normal([4])], (x) => meshgrid([x], { indexing: 'xy' }), {
        torch: "torch.meshgrid(a, indexing='xy')",
      }),
      named([normal([]), integers(-9, 9, [3])], (...vectors) => meshgrid(vectors), {
        torch: '[a.expand(1, 3), b.expand(1, 3)]',
      }),
    ],
  },
  arange: ofNone([
    [() => arange(5), 'torch.arange(5)'],
    [() => arange(9, { start: -3, step: 4 }), 'torch.arange(-3, 9, 4)'],
    [() => arange(-2, { step: -1 }), 'torch.arange(0, -2, -1)'],
    [() => arange(0), 'torch.arange(0)'],
    [() => arange(2, { start: 0.25, step: 0.5 }), 'torch.arange(0.25, 2, 0.5).double()'],
    [() => arange(2.25), 'torch.arange(2.25).double()'],
    [() => arange(3, { dtype: 'float32' }), 'torch.arange(3.0).double()'],
  ]),
  linspace: ofNone([
    [() => linspace(0, 1, 5), 'torch.linspace(0, 1, 5).double()'],
    [() => linspace(2, -1, 7), 'torch.linspace(2, -1, 7).double()'],
    [() => linspace(3, 9, 1), 'torch.linspace(3, 9, 1).double()'],
    [() => linspace(0, 1, 0), 'torch.linspace(0, 1, 0).double()'],
    [() => linspace(1, 1, 2), 'torch.linspace(1, 1, 2).double()'],
  ]),
};
