/** What many codes tell of a latent space: means, deviations, and which dimensions are in use. */

import { ValueError } from '../../graph/errors.js';

export interface CodeStatistics {
  readonly count: number;
  readonly latent: number;
  /** Of each dimension. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Variance of a dimension's codes above which it is in use (Burda et al., "Importance Weighted Autoencoders", 2016). */
export const ACTIVE_VARIANCE = 0.01;

/**
 * Means and standard deviations of codes [N, latent], of N and not of N - 1.
 *
 * Throws ValueError when there are none.
 */
export function codeStatistics(codes: Float32Array, latent: number): CodeStatistics {
  const count = codes.length / latent;
  if (count === 0 || !Number.isInteger(count)) {
    throw new ValueError(
      `codeStatistics: got ${codes.length} numbers; expected codes of ${latent} each, one or more`,
    );
  }
  const mean = meanCode(codes, latent);
  const deviation = new Float64Array(latent);
  for (let i = 0; i < codes.length; i++)
    deviation[i % latent] += (codes[i] - mean[i % latent]) ** 2;
  for (let d = 0; d < latent; d++) deviation[d] = Math.sqrt(deviation[d] / count);
  return { count, latent, mean, deviation };
}

/** The mean of codes [N, latent]. */
export function meanCode(codes: Float32Array, latent: number): Float64Array {
  const mean = new Float64Array(latent);
  for (let i = 0; i < codes.length; i++) mean[i % latent] += codes[i];
  return mean.map((sum) => (sum * latent) / codes.length);
}

/** All dimensions, those whose codes differ most first. */
export const mostActiveDimensions = ({ deviation }: CodeStatistics): number[] =>
  Array.from(deviation, (_, d) => d).sort((a, b) => deviation[b] - deviation[a] || a - b);

/** How many dimensions are in use: their codes have a variance above 0.01. */
export const activeUnits = ({ deviation }: CodeStatistics): number =>
  deviation.filter((value) => value * value > ACTIVE_VARIANCE).length;
