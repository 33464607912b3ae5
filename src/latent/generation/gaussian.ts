/** Gaussians to draw codes from: the prior of variational networks, and one that is fitted to codes. */

import { ValueError } from '../../graph/errors.js';
import { Philox } from '../../random/philox.js';
import { meanCode } from './code-statistics.js';

export interface Gaussian {
  readonly latent: number;
  readonly mean: Float64Array;
  /** The lower triangle L of the covariance L L', [latent, latent] by rows. */
  readonly factor: Float64Array;
}

/** Mean zero, every dimension of variance one and independent of the others. */
export function standardGaussian(latent: number): Gaussian {
  const factor = new Float64Array(latent * latent);
  for (let d = 0; d < latent; d++) factor[d * latent + d] = 1;
  return { latent, mean: new Float64Array(latent), factor };
}

/**
 * The Gaussian with the mean and the covariance of codes [N, latent], which may lie in a plane.
 *
 * Throws ValueError for fewer than two codes.
 */
export function fitGaussian(codes: Float32Array, latent: number): Gaussian {
  const count = codes.length / latent;
  if (!Number.isInteger(count) || count < 2) {
    throw new ValueError(
      `fitGaussian: got ${codes.length} numbers; expected two codes of ${latent} or more`,
    );
  }
  const mean = meanCode(codes, latent);
  const covariance = new Float64Array(latent * latent);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < latent; i++) {
      const difference = codes[n * latent + i] - mean[i];
      for (let j = 0; j <= i; j++) {
        covariance[i * latent + j] += (difference * (codes[n * latent + j] - mean[j])) / count;
      }
    }
  }
  return { latent, mean, factor: choleskyFactor(covariance, latent) };
}

/** A. Cholesky's factor of a symmetric matrix; a direction without variance, or with one of rounding, gets none. */
function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j];
      for (let k = 0; k < j; k++) rest -= factor[i * size + k] * factor[j * size + k];
      if (i === j) {
        factor[i * size + i] = rest > 1e-12 * matrix[i * size + i] ? Math.sqrt(rest) : 0;
      } else {
        const diagonal = factor[j * size + j];
        factor[i * size + j] = diagonal > 0 ? rest / diagonal : 0;
      }
    }
  }
  return factor;
}

export interface DrawOptions {
  /** The same seed draws the same codes. Default: 0. */
  readonly seed?: number;
  /** What deviations are multiplied by: below 1 draws more usual codes. Default: 1. */
  readonly temperature?: number;
}

/**
 * `count` codes [count, latent] from the Gaussian.
 *
 *     const codes = drawCodes(standardGaussian(20), 64, { seed: 1 });
 */
export function drawCodes(
  { latent, mean, factor }: Gaussian,
  count: number,
  { seed = 0, temperature = 1 }: DrawOptions = {},
): Float32Array {
  const random = new Philox(seed);
  const codes = new Float32Array(count * latent);
  const noise = new Float64Array(latent);
  for (let n = 0; n < count; n++) {
    for (let d = 0; d < latent; d++) noise[d] = random.normal();
    for (let i = 0; i < latent; i++) {
      let value = 0;
      for (let j = 0; j <= i; j++) value += factor[i * latent + j] * noise[j];
      codes[n * latent + i] = mean[i] + temperature * value;
    }
  }
  return codes;
}
