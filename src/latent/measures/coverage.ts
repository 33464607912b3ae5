/** Whether made pictures lie where real ones do, and everywhere where they do: precision, recall, density and coverage. */

import { ValueError } from '../../graph/errors.js';
import { innerProducts } from '../features/inner-products.js';
import { nearestRows } from '../features/nearest.js';
import type { WorkOptions } from '../features/progress.js';
import { type Rows, requireSameSize, rowAt } from '../features/rows.js';

export interface CoverageOptions extends WorkOptions {
  /** A row's neighbourhood reaches to the one that is so manieth nearest. Default: 5. */
  readonly neighbours?: number;
}

export interface Coverage {
  /** The share of made rows that lie in the neighbourhood of a real one (Kynkaanniemi et al. 2019). */
  readonly precision: number;
  /** The share of real rows that lie in the neighbourhood of a made one. */
  readonly recall: number;
  /** In how many neighbourhoods of real rows a made one lies, in parts of `neighbours` (Naeem et al. 2020). */
  readonly density: number;
  /** The share of real rows in whose neighbourhood a made one lies. */
  readonly coverage: number;
}

/**
 * Compares features of made pictures with those of real ones.
 *
 * Throws ValueError when the rows differ in length, or there are no more of them than `neighbours`.
 *
 *     const { precision, recall, density, coverage } = await coverageOf(samples, testPictures);
 */
export async function coverageOf(
  made: Rows,
  real: Rows,
  { neighbours = 5, ...work }: CoverageOptions = {},
): Promise<Coverage> {
  requireSameSize('coverageOf', made, real);
  const fewest = Math.min(made.count, real.count);
  if (!Number.isInteger(neighbours) || neighbours < 1 || neighbours >= fewest) {
    throw new ValueError(
      `coverageOf: neighbours is ${neighbours}; expected a whole number from 1 to ${fewest - 1}, as there ` +
        `are ${made.count} made and ${real.count} real rows`,
    );
  }
  const around = { made: await reaches(made, neighbours), real: await reaches(real, neighbours) };
  const squares = { made: squaresOf(made), real: squaresOf(real) };
  const hits = new Int32Array(made.count);
  const isRecalled = new Uint8Array(real.count);
  const isCovered = new Uint8Array(real.count);
  await innerProducts(made, real, {
    ...work,
    use: ({ values, stride, left, leftEnd, right, rightEnd }) => {
      for (let m = left; m < leftEnd; m++) {
        const row = (m - left) * stride - right;
        for (let r = right; r < rightEnd; r++) {
          const square = squares.made[m] + squares.real[r] - 2 * values[row + r];
          if (square <= around.real[r]) {
            hits[m]++;
            isCovered[r] = 1;
          }
          if (square <= around.made[m]) isRecalled[r] = 1;
        }
      }
    },
  });
  const total = (values: Int32Array | Uint8Array): number => {
    let sum = 0;
    for (const value of values) sum += value;
    return sum;
  };
  return {
    precision: hits.filter((count) => count > 0).length / made.count,
    recall: total(isRecalled) / real.count,
    density: total(hits) / (neighbours * made.count),
    coverage: total(isCovered) / real.count,
  };
}

/** For each row the square of the distance to its neighbour number `neighbours`, itself not counted. */
async function reaches(rows: Rows, neighbours: number): Promise<Float64Array> {
  const { distances } = await nearestRows(rows, rows, { count: neighbours + 1 });
  return Float64Array.from(
    { length: rows.count },
    (_, row) => distances[(row + 1) * (neighbours + 1) - 1] ** 2,
  );
}

const squaresOf = (rows: Rows): Float64Array =>
  Float64Array.from({ length: rows.count }, (_, row) =>
    rowAt(rows, row).reduce((sum, value) => sum + value * value, 0),
  );
