/** DenoisingAutoencoder: an autoencoder that gets damaged pictures and learns to give whole ones, after Vincent, Larochelle, Bengio and Manzagol, "Extracting and Composing Robust Features with Denoising Autoencoders" (2008). */

import type { Tensor } from '../../graph/tensor.js';
import { mse } from '../../nn/regression-losses.js';
import type { Objective } from '../../train/autoencoders/objective.js';
import { Autoencoder, type AutoencoderOptions } from './autoencoder.js';
import { Corruption, type CorruptionKind } from './corruption.js';

export interface DenoisingAutoencoderOptions extends AutoencoderOptions {
  /** How pictures are damaged in training: normal noise is added, or pixels are set to 0. Default: 'gaussian'. */
  corruption?: CorruptionKind;
  /** The noise's standard deviation, or the share of pixels that is set to 0. Default: 0.3. */
  corruptionAmount?: number;
}

/**
 * Pictures [N, C, H, W], 0..1 -> codes [N, latent] of 32 numbers -> pictures without noise. Throws ValueError for
 * an unknown or wrong option.
 *
 *     const model = new DenoisingAutoencoder({ corruption: 'masking', corruptionAmount: 0.5 });
 *     const clean = model.decode(model.encode(noisy));
 */
export class DenoisingAutoencoder extends Autoencoder {
  readonly corruption: Corruption;

  constructor(options: DenoisingAutoencoderOptions = {}) {
    const { corruption = 'gaussian', corruptionAmount = 0.3, ...rest } = options;
    super(rest);
    this.corruption = new Corruption(corruption, corruptionAmount);
  }

  override objective(pictures: Tensor): Objective {
    const damaged = this.corruption.call(pictures);
    return { loss: mse(this.decode(this.encode(damaged)), pictures), terms: {} };
  }
}
