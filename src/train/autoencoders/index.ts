/** The training of autoencoders. */

export { bernoulliCost, type CodeDistribution, gaussianCost, gaussianKl } from './elbo.js';
export {
  type AutoencoderEvaluation,
  type EvaluateAutoencoderOptions,
  evaluateAutoencoder,
} from './evaluate-autoencoder.js';
export type { Objective, ObjectiveOptions } from './objective.js';
export type { AutoencoderSamples } from './sampler.js';
export {
  type AutoencoderTraining,
  type TrainAutoencoderOptions,
  trainAutoencoder,
} from './train-autoencoder.js';
export type { TrainableAutoencoder } from './trainable.js';
