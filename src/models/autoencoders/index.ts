/** Autoencoders: networks that make short codes of pictures, and pictures of codes. */

export { Autoencoder, type AutoencoderOptions } from './autoencoder.js';
export { ConvAutoencoder, type ConvAutoencoderOptions } from './conv-autoencoder.js';
export {
  ConvVariationalAutoencoder,
  type ConvVariationalAutoencoderOptions,
} from './conv-variational-autoencoder.js';
export { Corruption, type CorruptionKind } from './corruption.js';
export { DenoisingAutoencoder, type DenoisingAutoencoderOptions } from './denoising-autoencoder.js';
export { LatentModel, type LatentModelOptions, type PictureShape } from './latent-model.js';
export {
  type AutoencoderName,
  type AutoencoderOptionsByName,
  autoencoderNames,
  createAutoencoder,
  isAutoencoderName,
} from './registry.js';
export {
  SparseAutoencoder,
  type SparseAutoencoderOptions,
  type Sparsity,
} from './sparse-autoencoder.js';
export {
  VariationalAutoencoder,
  type VariationalAutoencoderOptions,
} from './variational-autoencoder.js';
export { type Likelihood, VariationalModel, type VariationalOptions } from './variational-model.js';
