/** Classification by nearest neighbours: each row takes the class that most of its neighbours have. */

import { type NearestOptions, nearestRows } from './nearest.js';
import { type Rows, requireLabels } from './rows.js';

/** Rows and the class of each, counted from 0. */
export interface LabelledRows {
  readonly rows: Rows;
  readonly labels: Int32Array;
}

/**
 * The class of each row of `queries`: the commonest of its `count` nearest rows of `known`; of equally common
 * ones the one that comes first among them, ordered by distance.
 *
 * Throws ValueError as `nearestRows`, and when a row of `known` has no label.
 *
 *     const classes = await nearestClasses(testCodes, { rows: trainCodes, labels }, { count: 5 });
 */
export async function nearestClasses(
  queries: Rows,
  known: LabelledRows,
  options: NearestOptions,
): Promise<Int32Array> {
  requireLabels('nearestClasses', known.rows, known.labels);
  const { indices, count } = await nearestRows(queries, known.rows, options);
  return Int32Array.from({ length: queries.count }, (_, row) => {
    const neighbours = indices.subarray(row * count, (row + 1) * count);
    return commonest(Array.from(neighbours, (index) => known.labels[index]));
  });
}

/** The value that is there most often, of several the first. */
function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return values.find((value) => counts.get(value) === most)!;
}

/** The share of equal entries of two lists of one length, 0 to 1. */
export function accuracyOf(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++;
  return right / labels.length;
}
