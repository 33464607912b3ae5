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
  /** Weight of the divergence, instead of the network's own: a warm-up raises it. */
  readonly beta?: Tensor | number;
}
