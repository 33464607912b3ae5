/** Inner products of many rows with many others, as matrix products of blocks. */

import { compile } from '../../compiler/index.js';
import type { Tensor } from '../../graph/tensor.js';
import { Variable } from '../../graph/variable.js';
import { matmul, tensor, transpose } from '../../ops/index.js';
import { paced, type WorkOptions } from './progress.js';
import { type Rows, requireSameSize } from './rows.js';

/** Rows of each side in one matrix product: what it takes and gives stays within some megabytes. */
const LEFT_ROWS = 512;
const RIGHT_ROWS = 4096;

/** Products of some rows of both sides: that of rows l and r is at `(l - left) * stride + (r - right)`. */
export interface ProductBlock {
  readonly values: Float32Array;
  readonly stride: number;
  /** The first row of each side, and the one behind the last. */
  readonly left: number;
  readonly leftEnd: number;
  readonly right: number;
  readonly rightEnd: number;
}

/**
 * Calls `use` with the inner products of each row of `left` with each of `right`, block after block.
 *
 * Throws ValueError when the rows differ in length, and the signal's reason when it is aborted.
 */
export async function innerProducts(
  left: Rows,
  right: Rows,
  { use, ...options }: WorkOptions & { readonly use: (block: ProductBlock) => void },
): Promise<void> {
  requireSameSize('innerProducts', left, right);
  if (left.count === 0 || right.count === 0) return;
  const { size } = left;
  const height = Math.min(LEFT_ROWS, left.count);
  const width = Math.min(RIGHT_ROWS, right.count);
  const others = new Variable(new Float32Array(width * size), [width, size], 'float32');
  const product = compile((rows: Tensor) => matmul(rows, transpose(others)));
  const pace = paced(options);
  try {
    for (let r = 0; r < right.count; r += width) {
      const rightEnd = Math.min(r + width, right.count);
      others.set(filled(right, r, width));
      for (let l = 0; l < left.count; l += height) {
        const leftEnd = Math.min(l + height, left.count);
        const values = product(tensor(filled(left, l, height), [height, size])).data();
        use({
          ...{ values: values as Float32Array, stride: width },
          ...{ left: l, leftEnd, right: r, rightEnd },
        });
        await pace(r * left.count + leftEnd * (rightEnd - r), left.count * right.count);
      }
    }
  } finally {
    product.dispose();
  }
}

/** Rows from `start` on; behind the last ones come zeros, so that all blocks are of one size. */
function filled({ values, size }: Rows, start: number, count: number): Float32Array {
  const rows = values.subarray(start * size, (start + count) * size);
  if (rows.length === count * size) return rows;
  const whole = new Float32Array(count * size);
  whole.set(rows);
  return whole;
}
