/** Rows: vectors of one length in one array, such as codes or the pixels of pictures. */

import { ValueError } from '../../graph/errors.js';

/** Vectors [count, size], one behind the other. */
export interface Rows {
  readonly values: Float32Array;
  readonly count: number;
  readonly size: number;
}

/**
 * `values` as vectors of `size` numbers each.
 *
 * Throws ValueError when they are no whole number of vectors, or one of them is infinite or no number.
 *
 *     const codes = rowsOf(run.encode(pictures), run.latent);
 */
export function rowsOf(values: Float32Array, size: number): Rows {
  if (!Number.isInteger(size) || size < 1 || values.length % size !== 0) {
    throw new ValueError(
      `rowsOf: ${values.length} numbers are no whole number of rows of ${size}; ` +
        'give the length of one row',
    );
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new ValueError(
      `rowsOf: number ${wrong % size} of row ${Math.floor(wrong / size)} is ${values[wrong]}; ` +
        'features must be finite: look at what made them',
    );
  }
  return { values, count: values.length / size, size };
}

/** One row, not copied. */
export const rowAt = ({ values, size }: Rows, row: number): Float32Array =>
  values.subarray(row * size, (row + 1) * size);

/** Throws ValueError unless both have rows of one length. */
export function requireSameSize(operation: string, a: Rows, b: Rows): void {
  if (a.size === b.size) return;
  throw new ValueError(
    `${operation}: rows of ${a.size} numbers and rows of ${b.size} cannot be compared; ` +
      'give features of the same kind',
  );
}

/** Throws ValueError unless there is a label from 0 on for each row, and a row. */
export function requireLabels(operation: string, { count }: Rows, labels: Int32Array): void {
  if (count === 0) throw new ValueError(`${operation}: there are no rows; give at least one`);
  if (labels.length !== count) {
    throw new ValueError(
      `${operation}: ${count} rows have ${labels.length} labels; give one for each row`,
    );
  }
  const wrong = labels.findIndex((label) => label < 0);
  if (wrong >= 0) {
    throw new ValueError(`${operation}: label ${wrong} is ${labels[wrong]}; labels count from 0`);
  }
}

/** The mean of each of the `size` numbers over all rows. */
export function meanRow({ values, count, size }: Rows): Float64Array {
  const mean = new Float64Array(size);
  for (let row = 0, at = 0; row < count; row++) {
    for (let i = 0; i < size; i++) mean[i] += values[at++];
  }
  for (let i = 0; i < size; i++) mean[i] /= count;
  return mean;
}

/** The squared distance of two rows, in float64. */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const off = a[i] - b[i];
    sum += off * off;
  }
  return sum;
}

/** The mean squared difference of all numbers of two arrays of one length. */
export const meanSquaredError = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  squaredDistance(a, b) / a.length;
