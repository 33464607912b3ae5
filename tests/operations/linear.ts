/** Rows of matrix products. */

import { matmul } from '../../src/ops/index.js';
import { exactly, normal } from '../cases/case.js';
import type { Family } from './row.js';

const shapes: readonly (readonly [a: readonly number[], b: readonly number[]])[] = [
  [
    [3, 5],
    [5, 7],
  ],
  [
    [1, 5],
    [5, 1],
  ],
  [
    [5, 1],
    [1, 3],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 4],
    [4, 5],
  ],
  [
    [3, 4],
    [2, 4, 5],
  ],
  [
    [2, 1, 3, 4],
    [3, 4, 2],
  ],
  [
    [1, 3, 4],
    [2, 4, 2],
  ],
  [
    [3, 0],
    [0, 2],
  ],
  [
    [0, 3],
    [3, 2],
  ],
  [
    [9, 17],
    [17, 6],
  ],
];

export const linear: Family = {
  matmul: {
    gradient: 'smooth',
    rows: shapes.map(([a, b]) => ({
      name: `[${a}] by [${b}]`,
      inputs: [normal(a), normal(b, 2)],
      build: matmul,
      torch: 'a @ b',
    })),
    special: [
      {
        name: 'infinities, NaN and zeros',
        inputs: [
          exactly([1, 2, Infinity, 0, NaN, 1, 2 ** -149, 1], [4, 2]),
          exactly([1, 0, -0, 2, 1, -Infinity], [2, 3]),
        ],
        build: matmul,
        torch: 'a @ b',
      },
    ],
  },
};
