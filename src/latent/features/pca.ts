/** Principal components: the directions in which rows vary most (Pearson 1901), the linear autoencoder that others are measured by. */

import { ValueError } from '../../graph/errors.js';
import { scatterOf } from './covariance.js';
import { innerProducts } from './inner-products.js';
import type { WorkOptions } from './progress.js';
import { type Rows, requireSameSize } from './rows.js';
import { leadingDirections } from './subspace.js';

export interface PcaOptions extends WorkOptions {
  /** Directions to keep. */
  readonly components: number;
}

/** Rows longer than this have too many products of pairs: their directions are found by iteration. */
const LONGEST_DIRECT = 1024;

/**
 * The principal components of `rows`.
 *
 * Up to 1,024 numbers a row they are the eigenvectors of the covariance matrix, beyond that block power
 * iteration approaches them. The sign of each is chosen so that its largest entry is positive. Throws
 * ValueError when there are fewer rows or numbers in a row than components.
 *
 *     const pca = await fitPca(trainPixels, { components: 32 });
 *     const codes = await pca.encode(testPixels); // [N, 32]
 */
export async function fitPca(rows: Rows, options: PcaOptions): Promise<Pca> {
  const { components } = options;
  const most = Math.min(rows.count, rows.size);
  if (!Number.isInteger(components) || components < 1 || components > most) {
    throw new ValueError(
      `fitPca: components is ${components}; expected a whole number from 1 to ${most}, as ` +
        `${rows.count} rows of ${rows.size} numbers have no more`,
    );
  }
  const { mean, directions, squares } =
    rows.size > LONGEST_DIRECT
      ? await leadingDirections(rows, options)
      : await eigenvectors(rows, options);
  turnPositive(directions, rows.size);
  const variances = squares.map((square) => square / Math.max(rows.count - 1, 1));
  return new Pca(mean, directions, variances);
}

/** What is found: orthogonal directions of length 1, the one with the most variance first. */
export class Pca {
  /** [size] */
  readonly mean: Float64Array;
  /** [components, size] */
  readonly directions: Float64Array;
  /** The variance along each direction. */
  readonly variances: Float64Array;
  readonly #rows: Rows;
  readonly #offsets: Float64Array;

  constructor(mean: Float64Array, directions: Float64Array, variances: Float64Array) {
    this.mean = mean;
    this.directions = directions;
    this.variances = variances;
    const [size, count] = [mean.length, variances.length];
    this.#rows = { values: Float32Array.from(directions), count, size };
    this.#offsets = Float64Array.from({ length: count }, (_, c) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += this.#rows.values[c * size + i] * mean[i];
      return sum;
    });
  }

  /** Rows [N, size] -> codes [N, components]. */
  async encode(rows: Rows, options: WorkOptions = {}): Promise<Rows> {
    requireSameSize('encode', rows, this.#rows);
    const size = this.variances.length;
    const values = new Float32Array(rows.count * size);
    await innerProducts(rows, this.#rows, {
      ...options,
      use: ({ values: products, stride, left, leftEnd, right, rightEnd }) => {
        for (let row = left; row < leftEnd; row++) {
          for (let c = right; c < rightEnd; c++) {
            const product = products[(row - left) * stride + c - right];
            values[row * size + c] = product - this.#offsets[c];
          }
        }
      },
    });
    return { values, count: rows.count, size };
  }

  /** Codes [N, components] -> rows [N, size], as near as the components allow. */
  async decode(codes: Rows, options: WorkOptions = {}): Promise<Rows> {
    const size = this.mean.length;
    const transposed = transpose(this.#rows);
    requireSameSize('decode', codes, transposed);
    const values = new Float32Array(codes.count * size);
    await innerProducts(codes, transposed, {
      ...options,
      use: ({ values: products, stride, left, leftEnd, right, rightEnd }) => {
        for (let row = left; row < leftEnd; row++) {
          for (let i = right; i < rightEnd; i++) {
            values[row * size + i] = products[(row - left) * stride + i - right] + this.mean[i];
          }
        }
      },
    });
    return { values, count: codes.count, size };
  }
}

interface Directions {
  readonly mean: Float64Array;
  readonly directions: Float64Array;
  /** The sum of the squares along each direction. */
  readonly squares: Float64Array;
}

async function eigenvectors(rows: Rows, { components, ...work }: PcaOptions): Promise<Directions> {
  // NOTE: a package, which a page without a bundler cannot import; only here it is needed.
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix');
  const { mean, products } = await scatterOf(rows, work);
  const { size } = rows;
  const matrix = Matrix.from1DArray(size, size, products);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i);
  order.sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const directions = new Float64Array(components * size);
  const squares = new Float64Array(components);
  for (let c = 0; c < components; c++) {
    squares[c] = Math.max(0, realEigenvalues[order[c]]);
    for (let i = 0; i < size; i++) directions[c * size + i] = eigenvectorMatrix.get(i, order[c]);
  }
  return { mean, directions, squares };
}

function turnPositive(directions: Float64Array, size: number): void {
  for (let start = 0; start < directions.length; start += size) {
    const direction = directions.subarray(start, start + size);
    const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    if (largest >= 0) continue;
    for (let i = 0; i < size; i++) direction[i] *= -1;
  }
}

function transpose({ values, count, size }: Rows): Rows {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) turned[i * count + row] = values[row * size + i];
  }
  return { values: turned, count: size, size: count };
}
