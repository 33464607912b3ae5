/** Rows of matrix products. */

import type { Tensor } from '../../src/graph/tensor.js';
import { bmm, dot, matmul, mm, mv, outer } from '../../src/ops/index.js';
import { exactly, normal } from '../cases/case.js';
import { named } from './named-row.js';
import type { Family, OperationRows } from './row.js';

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
  [[5], [5]],
  [[5], [5, 3]],
  [[3, 5], [5]],
  [[5], [2, 5, 3]],
  [
    [4, 1],
    [2, 3, 1, 5],
  ],
  [[2, 1, 3, 5], [5]],
  [[1], [1]],
  [[0], [0, 2]],
];

/** Rows of a product of two operands, one for each two shapes. */
const productRows = (
  build: (a: Tensor, b: Tensor) => Tensor,
  torch: string,
  pairs: readonly (readonly [readonly number[], readonly number[]])[],
): OperationRows => ({
  gradient: 'smooth',
  rows: pairs.map(([a, b]) => named([normal(a), normal(b, 2)], build, { torch })),
});

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
  dot: productRows(dot, 'torch.dot(a, b)', [
    [[7], [7]],
    [[1], [1]],
    [[0], [0]],
  ]),
  mv: productRows(mv, 'torch.mv(a, b)', [
    [[3, 5], [5]],
    [[1, 1], [1]],
  ]),
  mm: productRows(mm, 'torch.mm(a, b)', [
    [
      [3, 5],
      [5, 2],
    ],
    [
      [1, 4],
      [4, 1],
    ],
  ]),
  bmm: productRows(bmm, 'torch.bmm(a, b)', [
    [
      [2, 3, 5],
      [2, 5, 4],
    ],
    [
      [1, 1, 3],
      [1, 3, 1],
    ],
  ]),
  outer: productRows(outer, 'torch.outer(a, b)', [
    [[3], [5]],
    [[1], [1]],
  ]),
};
