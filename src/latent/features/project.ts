/** Maps of codes in two dimensions: by principal components, or by UMAP, which keeps neighbours together (McInnes, Healy and Melville 2018). */

import { ValueError } from '../../graph/errors.js';
import { Philox } from '../../random/philox.js';
import { nearestRows } from './nearest.js';
import { fitPca } from './pca.js';
import { paced, type WorkOptions } from './progress.js';
import { type Rows, rowAt } from './rows.js';

export type ProjectionMethod = 'pca' | 'umap';

export interface ProjectOptions extends WorkOptions {
  /** Default: 'umap'. */
  readonly method?: ProjectionMethod;
  /** Default: 0. */
  readonly seed?: number;
  /** Of UMAP: how many neighbours of each row are kept together. Default: 15. */
  readonly neighbours?: number;
  /** Of UMAP: how near points may lie. Default: 0.1. */
  readonly minDistance?: number;
}

const STREAM = 0x554d0000;

/**
 * A place [x, y] for each row, so that rows that are alike lie together; the same seed gives the same map.
 *
 * UMAP takes about 6 s for 2,000 rows. Codes of two numbers are their own map. Throws ValueError when there
 * are fewer than 3 rows, and the signal's reason when it is aborted.
 *
 *     const places = await projectRows(codes, { seed: 0 }); // [N, 2]
 */
export async function projectRows(rows: Rows, options: ProjectOptions = {}): Promise<Rows> {
  const { method = 'umap', signal } = options;
  if (rows.count < 3) {
    throw new ValueError(`projectRows: ${rows.count} rows make no map; give at least 3`);
  }
  if (rows.size === 2) return rows;
  if (rows.size === 1) {
    const values = new Float32Array(2 * rows.count);
    for (let row = 0; row < rows.count; row++) values[2 * row] = rows.values[row];
    return { values, count: rows.count, size: 2 };
  }
  if (method === 'umap') return umap(rows, options);
  const pca = await fitPca(rows, { components: 2, signal });
  return pca.encode(rows, { signal });
}

async function umap(rows: Rows, options: ProjectOptions): Promise<Rows> {
  const { seed = 0, neighbours = 15, minDistance = 0.1, signal } = options;
  const { UMAP } = await import('umap-js');
  const random = new Philox(seed, STREAM);
  const count = Math.min(neighbours, rows.count - 1);
  const map = new UMAP({ nNeighbors: count, minDist: minDistance, random: () => random.uniform() });
  // Exact neighbours, each row its own first one, in place of those that the package would guess.
  const near = await nearestRows(rows, rows, { count, signal });
  const listed = (values: Int32Array | Float64Array): number[][] =>
    Array.from({ length: rows.count }, (_, row) => [
      ...values.subarray(row * count, (row + 1) * count),
    ]);
  map.setPrecomputedKNN(listed(near.indices), listed(near.distances));
  const epochs = map.initializeFit(
    Array.from({ length: rows.count }, (_, row) => [...rowAt(rows, row)]),
  );
  const pace = paced(options);
  for (let epoch = 0; epoch < epochs; epoch++) {
    map.step();
    await pace(epoch + 1, epochs);
  }
  return { values: Float32Array.from(map.getEmbedding().flat()), count: rows.count, size: 2 };
}
