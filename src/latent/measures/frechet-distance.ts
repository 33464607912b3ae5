/** Frechet distance: how far the features of made pictures lie from those of real ones. */

import { ValueError } from '../../graph/errors.js';
import { scatterOf } from '../features/covariance.js';
import type { WorkOptions } from '../features/progress.js';
import { type Rows, requireSameSize, squaredDistance } from '../features/rows.js';

/**
 * The squared distance of Frechet between normal distributions with the means and covariances of both (Dowson and
 * Landau 1982; Heusel et al. 2017, with features of Inception): 0 for equal ones.
 *
 * It is biased by the number of rows: compare figures of equal numbers. Throws ValueError when the rows differ in
 * length or there are fewer than two.
 *
 *     const distance = await frechetDistance(featuresOfSamples, featuresOfTestPictures);
 */
export async function frechetDistance(
  a: Rows,
  b: Rows,
  options: WorkOptions = {},
): Promise<number> {
  requireSameSize('frechetDistance', a, b);
  if (Math.min(a.count, b.count) < 2) {
    throw new ValueError('frechetDistance: one row has no covariance; give two or more of each');
  }
  // NOTE: a package, which a page without a bundler cannot import; only here it is needed.
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix');
  const symmetric = { assumeSymmetric: true };
  const [one, other] = [await scatterOf(a, options), await scatterOf(b, options)];
  const { size } = a;
  const covariance = (products: Float64Array, { count }: Rows) =>
    Matrix.from1DArray(size, size, products).div(count - 1);
  const first = covariance(one.products, a);
  const second = covariance(other.products, b);
  // The trace of (A B)^(1/2) is that of (A^(1/2) B A^(1/2))^(1/2), whose matrix is symmetric.
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(first, symmetric);
  const roots = Matrix.diag(realEigenvalues.map(rootOf));
  const root = eigenvectorMatrix.mmul(roots).mmul(eigenvectorMatrix.transpose());
  const inner = root.mmul(second).mmul(root);
  const shared = new EigenvalueDecomposition(inner.add(inner.transpose()).div(2), symmetric);
  const overlap = shared.realEigenvalues.reduce((sum, value) => sum + rootOf(value), 0);
  return squaredDistance(one.mean, other.mean) + first.trace() + second.trace() - 2 * overlap;
}

/** Eigenvalues of 0 may round to less. */
const rootOf = (value: number): number => Math.sqrt(Math.max(0, value));
