/** k-means: rows divided among as many centres, each row with its nearest (Lloyd 1982), begun by k-means++ (Arthur and Vassilvitskii 2007). */

import { compile } from '../../compiler/index.js';
import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import { Variable } from '../../graph/variable.js';
import { matmul, tensor, transpose } from '../../ops/index.js';
import { Philox } from '../../random/philox.js';
import { paced, type WorkOptions } from './progress.js';
import { type Rows, rowAt, squaredDistance } from './rows.js';

export interface KMeansOptions extends WorkOptions {
  readonly clusters: number;
  /** Default: 0. */
  readonly seed?: number;
  /** Beginnings, of which the best division is kept. Default: 10. */
  readonly starts?: number;
  /** Most rounds of one beginning. Default: 100. */
  readonly rounds?: number;
}

export interface Clustering {
  /** The cluster of each row. */
  readonly clusters: Int32Array;
  /** [clusters, size] */
  readonly centres: Float64Array;
  /** The sum of the squared distances of rows from their centres. */
  readonly inertia: number;
  /** Rounds until no row changed its cluster, or the most allowed. */
  readonly rounds: number;
}

/** Keeps the beginnings apart from other random numbers of the same seed. */
const STREAM = 0x4b4d0000;
/** Random blocks set aside for one beginning. */
const BLOCKS_PER_START = 2 ** 28;

/**
 * Divides rows among `clusters` centres so that they lie near them; the same seed gives the same division.
 *
 * The products of rows and centres, where nearly all of the work is, are one matrix product a round. Throws
 * ValueError when there are fewer rows than clusters, and the signal's reason when it is aborted.
 *
 *     const { clusters } = await kMeans(codes, { clusters: 10 });
 */
export async function kMeans(rows: Rows, options: KMeansOptions): Promise<Clustering> {
  const { clusters: count, seed = 0, starts = 10, rounds = 100 } = options;
  check({ clusters: count, starts, rounds });
  if (rows.count < count) {
    throw new ValueError(`kMeans: ${rows.count} rows cannot fill ${count} clusters; ask for fewer`);
  }
  const held = new Variable(rows.values, [rows.count, rows.size], 'float32');
  const product = compile((centres: Tensor) => matmul(held, transpose(centres)));
  const pace = paced(options);
  let best: Clustering | null = null;
  try {
    for (let start = 0; start < starts; start++) {
      const random = new Philox(seed, STREAM).seek(start * BLOCKS_PER_START);
      let centres = spreadCentres(rows, count, random);
      let clusters = new Int32Array(rows.count).fill(-1);
      let round = 0;
      for (let changed = true; changed && round < rounds; round++) {
        const products = product(tensor(Float32Array.from(centres), [count, rows.size])).data();
        const next = nearestCentres(products, centres, rows);
        changed = next.some((cluster, row) => cluster !== clusters[row]);
        clusters = next;
        if (changed) centres = meansOf(rows, clusters, centres);
        await pace(start * rounds + round + 1, starts * rounds);
      }
      let inertia = 0;
      for (let row = 0; row < rows.count; row++) {
        inertia += squaredDistance(rowAt(rows, row), centreAt(centres, clusters[row], rows.size));
      }
      if (!best || inertia < best.inertia) best = { clusters, centres, inertia, rounds: round };
    }
    await pace(starts * rounds, starts * rounds);
  } finally {
    product.dispose();
  }
  return best!;
}

function check(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ValueError(`kMeans: ${name} is ${value}; expected a whole number of 1 or more`);
  }
}

const centreAt = (centres: Float64Array, cluster: number, size: number): Float64Array =>
  centres.subarray(cluster * size, (cluster + 1) * size);

/** Each next centre is a row, the likelier the farther it lies from the centres before. */
function spreadCentres(rows: Rows, count: number, random: Philox): Float64Array {
  const { size } = rows;
  const centres = new Float64Array(count * size);
  centres.set(rowAt(rows, random.integer(rows.count)));
  const distances = new Float64Array(rows.count).fill(Number.POSITIVE_INFINITY);
  for (let cluster = 1; cluster < count; cluster++) {
    const last = centreAt(centres, cluster - 1, size);
    let total = 0;
    for (let row = 0; row < rows.count; row++) {
      distances[row] = Math.min(distances[row], squaredDistance(rowAt(rows, row), last));
      total += distances[row];
    }
    let left = random.uniform() * total;
    // Where all rows are equal, any of them will do.
    let chosen = random.integer(rows.count);
    for (let row = 0; row < rows.count; row++) {
      if (distances[row] === 0) continue;
      chosen = row;
      left -= distances[row];
      if (left < 0) break;
    }
    centres.set(rowAt(rows, chosen), cluster * size);
  }
  return centres;
}

/** Of equally near centres the first. */
function nearestCentres(
  products: ArrayLike<number>,
  centres: Float64Array,
  { count, size }: Rows,
): Int32Array<ArrayBuffer> {
  const clusters = new Int32Array(count);
  const squares = Array.from({ length: centres.length / size }, (_, cluster) => {
    // Of what was multiplied, which float32 has rounded.
    return centreAt(centres, cluster, size).reduce((sum, x) => sum + Math.fround(x) ** 2, 0);
  });
  for (let row = 0; row < count; row++) {
    let least = Number.POSITIVE_INFINITY;
    for (let cluster = 0; cluster < squares.length; cluster++) {
      const distance = squares[cluster] - 2 * products[row * squares.length + cluster];
      if (distance >= least) continue;
      least = distance;
      clusters[row] = cluster;
    }
  }
  return clusters;
}

/** The mean of each cluster; one without rows moves to the row that lies farthest from its own centre. */
function meansOf(rows: Rows, clusters: Int32Array, before: Float64Array): Float64Array {
  const { size, count, values } = rows;
  const centres = new Float64Array(before.length);
  const counts = new Float64Array(before.length / size);
  for (let row = 0, at = 0; row < count; row++) {
    const start = clusters[row] * size;
    counts[clusters[row]]++;
    for (let i = 0; i < size; i++) centres[start + i] += values[at++];
  }
  for (let at = 0; at < centres.length; at++) centres[at] /= counts[Math.floor(at / size)] || 1;
  const taken = new Set<number>();
  counts.forEach((held, cluster) => {
    if (held > 0) return;
    let farthest = 0;
    let most = -1;
    for (let row = 0; row < count; row++) {
      const far = squaredDistance(rowAt(rows, row), centreAt(before, clusters[row], size));
      if (far <= most || taken.has(row)) continue;
      most = far;
      farthest = row;
    }
    taken.add(farthest);
    centres.set(rowAt(rows, farthest), cluster * size);
  });
  return centres;
}
