/** Nearest rows: which vectors of a gallery lie nearest to each of some others, by Euclidean or cosine distance. */

import { ValueError } from '../../graph/errors.js';
import { innerProducts, type ProductBlock } from './inner-products.js';
import type { WorkOptions } from './progress.js';
import { type Rows, requireSameSize, rowAt, squaredDistance } from './rows.js';

/** Euclidean: the length of the difference; cosine: 1 less the cosine of the angle, 0 to 2. */
export type Metric = 'euclidean' | 'cosine';

export interface NearestOptions extends WorkOptions {
  /** Neighbours of each row. */
  readonly count: number;
  /** Default: 'euclidean'. */
  readonly metric?: Metric;
}

export interface Neighbours {
  /** [rows, count], the nearest first; of equally near ones the first in the gallery. */
  readonly indices: Int32Array;
  /** [rows, count] */
  readonly distances: Float64Array;
  readonly count: number;
}

/** Kept beyond those asked for while products of float32 decide: these are then measured in float64. */
const SPARE = 8;

/**
 * The rows of `gallery` that are nearest to each row of `queries`.
 *
 * Throws ValueError when the rows differ in length or the gallery has fewer rows than `count`.
 *
 *     const { indices } = await nearestRows(codesOf(query), gallery, { count: 8, metric: 'cosine' });
 */
export async function nearestRows(
  queries: Rows,
  gallery: Rows,
  { count, metric = 'euclidean', ...work }: NearestOptions,
): Promise<Neighbours> {
  requireSameSize('nearestRows', queries, gallery);
  if (!Number.isInteger(count) || count < 1 || count > gallery.count) {
    throw new ValueError(
      `nearestRows: count is ${count}; expected a whole number from 1 to the ${gallery.count} rows ` +
        'that there are to be near',
    );
  }
  const [from, to] =
    metric === 'cosine' ? [unitRows(queries), unitRows(gallery)] : [queries, gallery];
  const kept = Math.min(count + SPARE, to.count);
  const nearest = Array.from({ length: from.count }, () => new Shortlist(kept));
  const squares = squaredLengths(to);
  await innerProducts(from, to, {
    ...work,
    use: ({ values, stride, left, leftEnd, right, rightEnd }: ProductBlock) => {
      for (let l = left; l < leftEnd; l++) {
        const list = nearest[l];
        const row = (l - left) * stride - right;
        let { worst } = list;
        // The square of the query is the same for all of them.
        for (let r = right; r < rightEnd; r++) {
          const key = squares[r] - 2 * values[row + r];
          if (key < worst) worst = list.insert(r, key);
        }
      }
    },
  });
  const indices = new Int32Array(from.count * count);
  const distances = new Float64Array(from.count * count);
  nearest.forEach((list, row) => {
    const exact = [...list.indices].map((index) => {
      const square = squaredDistance(rowAt(from, row), rowAt(to, index));
      // Of vectors of length 1 this is 1 less their product.
      return { index, distance: metric === 'cosine' ? square / 2 : Math.sqrt(square) };
    });
    exact.sort((a, b) => a.distance - b.distance || a.index - b.index);
    exact.slice(0, count).forEach(({ index, distance }, place) => {
      indices[row * count + place] = index;
      distances[row * count + place] = distance;
    });
  });
  return { indices, distances, count };
}

/** The smallest few of what is offered, in order. */
class Shortlist {
  readonly indices: Int32Array;
  readonly #keys: Float64Array;
  readonly #last: number;

  constructor(length: number) {
    this.indices = new Int32Array(length);
    this.#keys = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.#last = length - 1;
  }

  /** What is not below this comes too late. */
  get worst(): number {
    return this.#keys[this.#last];
  }

  /** Takes in a key below the worst, and returns the worst of those that are left. */
  insert(index: number, key: number): number {
    const keys = this.#keys;
    let at = this.#last;
    for (; at > 0 && keys[at - 1] > key; at--) {
      keys[at] = keys[at - 1];
      this.indices[at] = this.indices[at - 1];
    }
    keys[at] = key;
    this.indices[at] = index;
    return keys[this.#last];
  }
}

function squaredLengths(rows: Rows): Float64Array {
  return Float64Array.from({ length: rows.count }, (_, row) =>
    rowAt(rows, row).reduce((sum, value) => sum + value * value, 0),
  );
}

/** Rows of length 1; one of zeros, which has no direction, stays as it is. */
function unitRows(rows: Rows): Rows {
  const values = new Float32Array(rows.values.length);
  const squares = squaredLengths(rows);
  for (let row = 0, at = 0; row < rows.count; row++) {
    const length = Math.sqrt(squares[row]) || 1;
    for (let i = 0; i < rows.size; i++, at++) values[at] = rows.values[at] / length;
  }
  return { ...rows, values };
}
