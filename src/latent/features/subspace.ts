/** The leading directions of long rows, by block power iteration with a random beginning (Halko, Martinsson and Tropp 2011). */

import { compile } from '../../compiler/index.js';
import type { Tensor } from '../../graph/tensor.js';
import { matmul, tensor, transpose } from '../../ops/index.js';
import { Philox } from '../../random/philox.js';
import { centred } from './covariance.js';
import { paced, type WorkOptions } from './progress.js';
import { meanRow, type Rows } from './rows.js';

/** Directions that are carried along beyond those asked for: they make the others settle sooner. */
const SPARE = 16;
const ITERATIONS = 16;
/** Rows in one matrix product. */
const BLOCK = 256;
const STREAM = 0x53550000;

/** Directions [components, size], orthogonal and of length 1, with the sum of squares along each. */
export async function leadingDirections(
  rows: Rows,
  { components, ...work }: WorkOptions & { readonly components: number },
): Promise<{ mean: Float64Array; directions: Float64Array; squares: Float64Array }> {
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix');
  const { size } = rows;
  const width = Math.min(components + SPARE, rows.count, size);
  const mean = meanRow(rows);
  const random = new Philox(0, STREAM);
  let basis = Float64Array.from({ length: width * size }, () => random.normal());
  orthonormalize(basis, size);
  const pace = paced(work);
  const height = Math.min(BLOCK, rows.count);
  // Rows [n, size] and directions [width, size] -> what the rows make of them, [width, size].
  const turn = compile((block: Tensor, directions: Tensor) => {
    const along = matmul(block, transpose(directions));
    return { along, turned: matmul(transpose(along), block) };
  });
  let inner = new Float64Array(0);
  try {
    for (let iteration = 0; iteration <= ITERATIONS; iteration++) {
      const directions = tensor(Float32Array.from(basis), [width, size]);
      const turned = new Float64Array(width * size);
      for (let start = 0; start < rows.count; start += height) {
        const block = tensor(centred(rows, mean, { start, count: height }), [height, size]);
        const part = turn(block, directions).turned.data();
        for (let i = 0; i < turned.length; i++) turned[i] += part[i];
        const done = iteration * rows.count + Math.min(start + height, rows.count);
        await pace(done, (ITERATIONS + 1) * rows.count);
      }
      inner = innerOf(turned, basis, size);
      if (iteration === ITERATIONS) break;
      orthonormalize(turned, size);
      basis = turned;
    }
  } finally {
    turn.dispose();
  }
  // Within what the directions span, those with the most variance.
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(width, width, inner),
    { assumeSymmetric: true },
  );
  const order = realEigenvalues.map((_, i) => i);
  order.sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const directions = new Float64Array(components * size);
  const squares = new Float64Array(components);
  for (let c = 0; c < components; c++) {
    squares[c] = Math.max(0, realEigenvalues[order[c]]);
    for (let b = 0; b < width; b++) {
      const share = eigenvectorMatrix.get(b, order[c]);
      for (let i = 0; i < size; i++) directions[c * size + i] += share * basis[b * size + i];
    }
  }
  return { mean, directions, squares };
}

/** Products of each of `a` with each of `b`, [width, width], made symmetric. */
function innerOf(a: Float64Array, b: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const width = a.length / size;
  const products = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let at = 0; at < size; at++) sum += a[i * size + at] * b[j * size + at];
      products[i * width + j] += sum / 2;
      products[j * width + i] += sum / 2;
    }
  }
  return products;
}

/** Gram and Schmidt, each row twice, so that rounding leaves nothing. A row that adds nothing becomes zero. */
function orthonormalize(rows: Float64Array, size: number): void {
  for (let start = 0; start < rows.length; start += size) {
    const row = rows.subarray(start, start + size);
    const before = lengthOf(row);
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < start; other += size) {
        let product = 0;
        for (let i = 0; i < size; i++) product += row[i] * rows[other + i];
        for (let i = 0; i < size; i++) row[i] -= product * rows[other + i];
      }
    }
    const length = lengthOf(row);
    const scale = length > before * 1e-9 ? 1 / length : 0;
    for (let i = 0; i < size; i++) row[i] *= scale;
  }
}

const lengthOf = (row: Float64Array): number =>
  Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
