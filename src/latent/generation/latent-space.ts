/** The latent space of a trained autoencoder: where its codes lie, and which dimensions they differ in. */

import { ValueError } from '../../graph/errors.js';
import type { Decoder } from '../decoder.js';
import { type CodeStatistics, codeStatistics, mostActiveDimensions } from './code-statistics.js';
import { fitGaussian, type Gaussian, standardGaussian } from './gaussian.js';

export interface LatentSpace {
  /** What codes are drawn from: the prior of a variational network, else a Gaussian fitted to codes. */
  readonly gaussian: Gaussian;
  readonly isPrior: boolean;
  /** Of codes of pictures; null where none were given. */
  readonly statistics: CodeStatistics | null;
  /** The dimensions, those that codes differ most in first, or in order where there are no codes. */
  readonly dims: readonly number[];
  /** The length of a step along a dimension: its standard deviation, which the prior has as 1. */
  unit(dim: number): number;
}

/**
 * The latent space of a run, with `codes` [N, latent] of pictures where there are any.
 *
 * Throws ValueError for a network without a prior and without codes.
 */
export function latentSpace(run: Decoder, codes: Float32Array | null): LatentSpace {
  const { latent } = run;
  const statistics = codes && codeStatistics(codes, latent);
  const dims = statistics
    ? mostActiveDimensions(statistics)
    : Array.from({ length: latent }, (_, d) => d);
  if (run.hasPrior) {
    return { gaussian: standardGaussian(latent), isPrior: true, statistics, dims, unit: () => 1 };
  }
  if (!codes || !statistics) {
    throw new ValueError(
      `${run.name} has no prior, so that nothing is known of its codes without pictures; ` +
        'give it pictures such as those that it learned from',
    );
  }
  const { deviation } = statistics;
  const gaussian = fitGaussian(codes, latent);
  return { gaussian, isPrior: false, statistics, dims, unit: (dim) => deviation[dim] };
}
