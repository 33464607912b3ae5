/** Rows of variance and standard deviation. */

import type { Tensor } from '../../src/graph/tensor.js';
import { std, type VarianceOptions, variance } from '../../src/ops/index.js';
import { exactly, normal } from '../cases/case.js';
import type { Family, OperationRows, Row } from './row.js';

type Spread = (x: Tensor, dims?: readonly number[], options?: VarianceOptions) => Tensor;

const shapes: readonly (readonly [shape: readonly number[], dims: readonly number[]])[] = [
  [[7], [0]],
  [[3, 5], [1]],
  [
    [2, 3, 4, 2],
    [0, 2, 3],
  ],
  [
    [2, 1, 3],
    [-1, 1],
  ],
];

/** Around 10,000 with a spread of 1: its squares lose every digit of the spread in float32. */
const far = { ...normal([2, 20]), data: normal([2, 20]).data.map((x) => 1e4 + x) };

function spreadRows(build: Spread, torch: string): OperationRows {
  const rows = shapes.flatMap(([shape, dims]) =>
    [0, 1].map(
      (correction): Row => ({
        name: `[${shape}] over [${dims}], correction ${correction}`,
        inputs: [normal(shape)],
        build: (x) => build(x, dims, { correction, keepDims: correction === 0 }),
        torch: `a.${torch}(dim=[${dims}], correction=${correction}, keepdim=${correction === 0 ? 'True' : 'False'})`,
      }),
    ),
  );
  return {
    gradient: 'smooth',
    rows: [
      ...rows,
      {
        name: 'over all',
        inputs: [normal([3, 5])],
        build: (x) => build(x),
        torch: `a.${torch}()`,
      },
      {
        name: 'far from zero',
        inputs: [far],
        build: (x) => build(x, [1]),
        torch: `a.${torch}(dim=1, correction=1)`,
        // The spread is 1e-4 of the numbers, so that float64 itself has 12 digits of it.
        tolerance: 1e-10,
      },
    ],
    special: [
      {
        name: 'one element',
        inputs: [normal([3, 1])],
        build: (x) => build(x, [1], { correction: 0 }),
        torch: `a.${torch}(dim=1, correction=0)`,
        gradient: 'kinked',
      },
      {
        name: 'all equal',
        inputs: [exactly([3, 3, 3, 0, 0, 0], [2, 3])],
        build: (x) => build(x, [1]),
        torch: `a.${torch}(dim=1, correction=1)`,
        gradient: 'kinked',
      },
      {
        name: 'an infinity, NaN',
        inputs: [exactly([1, Infinity, 2, 1, NaN, 2], [2, 3])],
        build: (x) => build(x, [1]),
        torch: `a.${torch}(dim=1, correction=1)`,
      },
    ],
  };
}

export const statistics: Family = {
  variance: spreadRows(variance, 'var'),
  std: spreadRows(std, 'std'),
};
