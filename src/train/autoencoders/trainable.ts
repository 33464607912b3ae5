/** What can be trained as an autoencoder: the `LatentModel`s of fovea/models, and whatever has the same methods. */

import type { Tensor } from '../../graph/tensor.js';
import type { Module } from '../../nn/index.js';
import type { Generator } from '../../ops/index.js';
import type { PictureShape } from '../fit-pictures.js';
import type { CodeDistribution } from './elbo.js';
import type { Objective, ObjectiveOptions } from './objective.js';

export interface TrainableAutoencoder extends Module<[Tensor, Tensor?]> {
  /** [C, H, W] of one picture. */
  readonly inputShape: PictureShape;
  /** Numbers in a code. */
  readonly latent: number;
  /** How many classes it is told of; null where it is told of none. */
  readonly numClasses: number | null;
  encode(pictures: Tensor, labels?: Tensor): Tensor;
  decode(codes: Tensor, labels?: Tensor): Tensor;
  objective(pictures: Tensor, options?: ObjectiveOptions): Objective;
}

/** One whose codes are distributions. */
export interface VariationalTrainable extends TrainableAutoencoder {
  /** Weight of the divergence. */
  readonly beta: number;
  distribution(pictures: Tensor, labels?: Tensor): CodeDistribution;
}

export const isVariational = (model: TrainableAutoencoder): model is VariationalTrainable =>
  'distribution' in model;

/** One that learns from damaged pictures. */
export interface DenoisingTrainable extends TrainableAutoencoder {
  readonly corruption: {
    /** Damages pictures [N, C, H, W], 0..1, whatever the mode. */
    damage(pictures: Tensor, generator: Generator): Tensor;
  };
}

export const isDenoising = (model: TrainableAutoencoder): model is DenoisingTrainable =>
  'corruption' in model;
