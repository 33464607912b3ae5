/** How the numbers of rows vary together: sums of products around their means. */

import { compile } from '../../compiler/index.js';
import type { Tensor } from '../../graph/tensor.js';
import { matmul, tensor, transpose } from '../../ops/index.js';
import { paced, type WorkOptions } from './progress.js';
import { meanRow, type Rows, rowAt } from './rows.js';

/** Rows in one matrix product of float32; the products are added up in float64. */
const BLOCK = 1000;

export interface Scatter {
  readonly mean: Float64Array;
  /** [size, size], the sum over rows of (x - mean) (x - mean)^T. */
  readonly products: Float64Array;
}

/** The means of `rows` and the products around them; throws the signal's reason when it is aborted. */
export async function scatterOf(rows: Rows, options: WorkOptions = {}): Promise<Scatter> {
  const { size, count } = rows;
  const mean = meanRow(rows);
  const products = new Float64Array(size * size);
  const product = compile((block: Tensor) => matmul(transpose(block), block));
  const pace = paced(options);
  const height = Math.min(BLOCK, count);
  try {
    for (let start = 0; start < count; start += height) {
      const block = centred(rows, mean, { start, count: height });
      const part = product(tensor(block, [height, size])).data();
      for (let i = 0; i < products.length; i++) products[i] += part[i];
      await pace(Math.min(start + height, count), count);
    }
  } finally {
    product.dispose();
  }
  return { mean, products };
}

/** Rows from `start` on less the mean; behind the last row come zeros. */
export function centred(
  rows: Rows,
  mean: ArrayLike<number>,
  { start, count }: { start: number; count: number },
): Float32Array {
  const block = new Float32Array(count * rows.size);
  const end = Math.min(start + count, rows.count);
  for (let row = start, at = 0; row < end; row++) {
    const values = rowAt(rows, row);
    for (let i = 0; i < rows.size; i++) block[at++] = values[i] - mean[i];
  }
  return block;
}
