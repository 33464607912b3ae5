/** SparseAutoencoder: an autoencoder whose codes have few active units, by a penalty on their activities (Ng, "Sparse autoencoder", CS294A lecture notes, 2011). */

import type { Tensor } from '../../graph/tensor.js';
import { Relu, Sigmoid } from '../../nn/activations.js';
import { checkNumber, checkOptionNames } from '../../nn/options.js';
import { mse } from '../../nn/regression-losses.js';
import { add, log, mul, sub } from '../../ops/elementwise.js';
import { mean, sum } from '../../ops/reduction.js';
import type { Objective } from '../../train/autoencoders/objective.js';
import { Autoencoder, type AutoencoderOptions } from './autoencoder.js';

export type Sparsity = 'l1' | 'kl';

export interface SparseAutoencoderOptions extends AutoencoderOptions {
  /**
   * What is small: the sum of the activities ('l1', of rectified units), or the divergence of each unit's mean
   * activity from a target ('kl', of units 0..1). Default: 'l1'.
   */
  sparsity?: Sparsity;
  /** The penalty's weight beside the squared error of a pixel. Default: 1e-4 with 'l1', 1e-3 with 'kl'. */
  sparsityWeight?: number;
  /** The mean activity that 'kl' draws each unit to. Default: 0.05. */
  sparsityTarget?: number;
}

/**
 * Pictures [N, C, H, W], 0..1 -> codes [N, latent] of 128 numbers of 0 and more, most of them near 0 -> pictures.
 * Throws ValueError for an unknown or wrong option.
 *
 *     const codes = new SparseAutoencoder({ latent: 256 }).encode(pictures);
 */
export class SparseAutoencoder extends Autoencoder {
  readonly sparsity: Sparsity;
  readonly sparsityWeight: number;
  readonly sparsityTarget: number;

  constructor(options: SparseAutoencoderOptions = {}) {
    const { sparsity = 'l1', sparsityWeight, sparsityTarget = 0.05, ...rest } = options;
    checkOptionNames('SparseAutoencoder: sparsity', { [sparsity]: true }, ['l1', 'kl']);
    const weight = sparsityWeight ?? { l1: 1e-4, kl: 1e-3 }[sparsity];
    checkNumber('SparseAutoencoder', { sparsityWeight: weight });
    checkNumber('SparseAutoencoder', { sparsityTarget }, { least: 1e-6, below: 1 });
    super({ latent: 128, ...rest }, [sparsity === 'l1' ? new Relu() : new Sigmoid()]);
    this.sparsity = sparsity;
    this.sparsityWeight = weight;
    this.sparsityTarget = sparsityTarget;
  }

  override objective(pictures: Tensor): Objective {
    const codes = this.encode(pictures);
    const error = mse(this.decode(codes), pictures);
    const penalty = this.penalty(codes);
    const loss = add(error, mul(penalty, this.sparsityWeight));
    return { loss, terms: { reconstruction: error, sparsity: penalty } };
  }

  /** Of codes [N, latent], summed over the units. */
  private penalty(codes: Tensor): Tensor {
    if (this.sparsity === 'l1') return sum(mean(codes, 0));
    const [wanted, active] = [this.sparsityTarget, mean(codes, 0)];
    // Clear of 0 and 1, where a sigmoid that is saturated throughout would have an infinite logarithm.
    const inside = add(mul(active, 1 - 2e-6), 1e-6);
    const divergence = add(
      mul(sub(Math.log(wanted), log(inside)), wanted),
      mul(sub(Math.log(1 - wanted), log(sub(1, inside))), 1 - wanted),
    );
    return sum(divergence);
  }
}
