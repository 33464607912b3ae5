/** What a network with codes tells its training: what to make small, and the parts of it. */

import type { Tensor } from '../../graph/tensor.js';

/** The objective of a batch; all are scalars, means over its pictures. */
export interface Objective {
  /** What the training makes small. */
  readonly loss: Tensor;
  /** Parts of it that are told: `reconstruction` and `kl` of a variational network, in nats per picture. */
  readonly terms: Readonly<Record<string, Tensor>>;
}

export interface ObjectiveOptions {
  /** The classes of the pictures, int32 [N], for a conditional network. */
  readonly labels?: Tensor;
  /** Standard normal numbers [N, latent] for the codes of a variational network. Default: drawn by it. */
  readonly noise?: Tensor;
  /** The share of its full weight that the divergence has, a scalar or [1]: a warm-up raises it. Default: 1. */
  readonly betaShare?: Tensor | number;
}
