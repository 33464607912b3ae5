/** Rows of gathering, scattering and sorting. */

import { argsort, gatherRows, scatterRows } from '../../src/ops/index.js';
import { distinct, exactly, integers, normal } from '../cases/case.js';
import { specials } from './inputs.js';
import type { Family } from './row.js';

/** int32 [3, 4], no two in a row equal, so that maxima do not tie. */
const apart = exactly([0, 2, 4, 1, 3, 1, 0, 5, 5, 4, 3, 2], [3, 4], 'int32');

export const indexing: Family = {
  gatherRows: {
    gradient: 'smooth',
    rows: [
      {
        name: 'some twice',
        inputs: [normal([4, 6]), integers(0, 5, [4, 9])],
        build: gatherRows,
        torch: 'a.gather(1, b)',
      },
      {
        name: 'one column',
        inputs: [normal([3, 1]), integers(0, 0, [3, 2])],
        build: gatherRows,
        torch: 'a.gather(1, b)',
      },
      {
        name: 'int32',
        inputs: [integers(-9, 9, [2, 5], 2), integers(0, 4, [2, 1])],
        build: gatherRows,
        torch: 'a.gather(1, b)',
      },
      {
        name: 'outside gives 0',
        inputs: [normal([1, 3]), exactly([-1, 2, 3, 0], [1, 4], 'int32')],
        build: gatherRows,
        torch: 'F.pad(a, [1, 1]).gather(1, b + 1)',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [
          { ...specials, shape: [1, specials.data.length] },
          integers(0, specials.data.length - 1, [1, 50]),
        ],
        build: gatherRows,
        torch: 'a.gather(1, b)',
      },
    ],
  },
  scatterRows: {
    gradient: 'smooth',
    rows: [
      {
        name: 'added',
        inputs: [normal([4, 9]), integers(0, 5, [4, 9])],
        build: (x, index) => scatterRows(x, index, { size: 6 }),
        torch: 'torch.zeros(4, 6).double().scatter_add(1, b, a)',
      },
      {
        name: 'outside is left out',
        inputs: [normal([1, 4]), exactly([-1, 2, 3, 2], [1, 4], 'int32')],
        build: (x, index) => scatterRows(x, index, { size: 3 }),
        torch: 'torch.zeros(1, 5).double().scatter_add(1, b + 1, a)[:, 1:4]',
      },
      {
        name: 'largest, each alone',
        inputs: [distinct([3, 4]), apart],
        build: (x, index) => scatterRows(x, index, { size: 6, operation: 'max' }),
        torch: "torch.full([3, 6], -math.inf).double().scatter_reduce(1, b, a, 'amax')",
        gradient: 'none',
      },
      ...(['max', 'min', 'mul'] as const).map((operation) => ({
        name: `joined by ${operation}`,
        inputs: [distinct([3, 20]), integers(0, 4, [3, 20])],
        build: (x: Parameters<typeof scatterRows>[0], index: typeof x) =>
          scatterRows(x, index, { size: 6, operation }),
        torch:
          operation === 'mul'
            ? "torch.ones(3, 6).double().scatter_reduce(1, b, a, 'prod')"
            : `torch.full([3, 6], ${operation === 'max' ? '-' : ''}math.inf).double().scatter_reduce(1, b, a, 'a${operation}')`,
        gradient: 'none' as const,
      })),
    ],
  },
  argsort: {
    gradient: 'none',
    rows: [
      {
        name: 'rows',
        inputs: [distinct([3, 7])],
        build: (x) => argsort(x),
        torch: 'a.argsort(-1)',
      },
      {
        name: 'columns, falling',
        inputs: [distinct([3, 2, 5])],
        build: (x) => argsort(x, { dim: 1, descending: true }),
        torch: 'a.argsort(1, True)',
      },
      {
        name: 'one',
        inputs: [distinct([1])],
        build: (x) => argsort(x, { dim: 0 }),
        torch: 'a.argsort(0)',
      },
      {
        name: 'int32 with ties',
        inputs: [integers(-2, 2, [2, 9])],
        build: (x) => argsort(x),
        torch: 'torch.sort(a, dim=-1, stable=True)[1]',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [specials],
        build: (x) => argsort(x),
        torch: 'torch.sort(a, dim=0, stable=True)[1]',
      },
      {
        name: 'special values, falling',
        inputs: [specials],
        build: (x) => argsort(x, { descending: true }),
        torch: 'torch.sort(a, dim=0, descending=True, stable=True)[1]',
      },
    ],
  },
};
