/** Linear regression: a number told from the features of a row, by least squares. */

import { ValueError } from '../../graph/errors.js';
import { scatterOf } from './covariance.js';
import type { WorkOptions } from './progress.js';
import { type Rows, requireSameSize, rowAt } from './rows.js';

export interface LinearRegressionOptions extends WorkOptions {
  /** What draws the weights to zero, as a share of the features' mean variance. Default: 1e-4. */
  readonly ridge?: number;
}

/**
 * The weights with which the features of rows tell `targets` best, one number for each row.
 *
 * A small ridge keeps the weights of features that never vary, or always together, at bay (Hoerl and Kennard
 * 1970). Throws ValueError when there is not one finite target for each row.
 *
 *     const regression = await fitLinearRegression(trainCodes, trainSlant);
 *     rSquared(regression.predict(testCodes), testSlant);
 */
export async function fitLinearRegression(
  rows: Rows,
  targets: ArrayLike<number>,
  { ridge = 1e-4, ...work }: LinearRegressionOptions = {},
): Promise<LinearRegression> {
  if (rows.count === 0 || targets.length !== rows.count) {
    throw new ValueError(
      `fitLinearRegression: ${rows.count} rows have ${targets.length} targets; give one for each`,
    );
  }
  if (!(ridge >= 0)) {
    throw new ValueError(`fitLinearRegression: ridge is ${ridge}; expected a number of 0 or more`);
  }
  const { CholeskyDecomposition, Matrix } = await import('ml-matrix');
  const { size } = rows;
  const { mean, products } = await scatterOf(rows, work);
  const target = meanOf(targets);
  const right = new Float64Array(size);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += products[i * size + i];
  for (let row = 0; row < rows.count; row++) {
    const off = targets[row] - target;
    const values = rowAt(rows, row);
    for (let i = 0; i < size; i++) right[i] += (values[i] - mean[i]) * off;
  }
  // Where nothing varies at all, the weights are zero.
  const pull = (ridge * trace) / size || Number.MIN_VALUE;
  const matrix = Matrix.from1DArray(size, size, products);
  for (let i = 0; i < size; i++) matrix.set(i, i, matrix.get(i, i) + pull);
  const solver = new CholeskyDecomposition(matrix);
  if (!solver.isPositiveDefinite()) {
    throw new ValueError(
      `fitLinearRegression: some features are made of the others, so that their weights are not ` +
        `determined; give a ridge above ${ridge}, such as 1e-4`,
    );
  }
  const weights = solver.solve(Matrix.columnVector(right)).to1DArray();
  const bias = target - weights.reduce((sum, weight, i) => sum + weight * mean[i], 0);
  return new LinearRegression(Float64Array.from(weights), bias);
}

export class LinearRegression {
  /** One for each feature. */
  readonly weights: Float64Array;
  readonly bias: number;

  constructor(weights: Float64Array, bias: number) {
    this.weights = weights;
    this.bias = bias;
  }

  /** What the features of each row tell; throws ValueError when rows are of another length. */
  predict(rows: Rows): Float64Array {
    const { weights, bias } = this;
    requireSameSize('predict', rows, { ...rows, size: weights.length });
    return Float64Array.from({ length: rows.count }, (_, row) =>
      rowAt(rows, row).reduce((sum, value, i) => sum + value * weights[i], bias),
    );
  }
}

/**
 * The share of the targets' variance that predictions explain: 1 when they are right, 0 when the mean would do
 * as well.
 *
 * Throws ValueError when the lists differ in length, or the targets are all the same.
 */
export function rSquared(predicted: ArrayLike<number>, targets: ArrayLike<number>): number {
  const mean = meanOf(targets);
  let [wrong, whole] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    wrong += (targets[i] - predicted[i]) ** 2;
    whole += (targets[i] - mean) ** 2;
  }
  if (predicted.length === targets.length && whole > 0) return 1 - wrong / whole;
  throw new ValueError(
    `rSquared: expected predictions for targets that vary, got ${predicted.length} for ${targets.length}`,
  );
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
