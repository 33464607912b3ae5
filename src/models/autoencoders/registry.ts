/** The autoencoders that can be created by name. */

import { ValueError } from '../../graph/errors.js';
import { nearestName } from '../../text/nearest-name.js';
import { Autoencoder, type AutoencoderOptions } from './autoencoder.js';
import { ConvAutoencoder, type ConvAutoencoderOptions } from './conv-autoencoder.js';
import {
  ConvVariationalAutoencoder,
  type ConvVariationalAutoencoderOptions,
} from './conv-variational-autoencoder.js';
import { DenoisingAutoencoder, type DenoisingAutoencoderOptions } from './denoising-autoencoder.js';
import type { LatentModel } from './latent-model.js';
import { SparseAutoencoder, type SparseAutoencoderOptions } from './sparse-autoencoder.js';
import {
  VariationalAutoencoder,
  type VariationalAutoencoderOptions,
} from './variational-autoencoder.js';

/** What each takes, by its name. */
export interface AutoencoderOptionsByName {
  autoencoder: AutoencoderOptions;
  'conv-autoencoder': ConvAutoencoderOptions;
  'denoising-autoencoder': DenoisingAutoencoderOptions;
  'sparse-autoencoder': SparseAutoencoderOptions;
  vae: VariationalAutoencoderOptions;
  'conv-vae': ConvVariationalAutoencoderOptions;
}

export type AutoencoderName = keyof AutoencoderOptionsByName;

const autoencoders: {
  readonly [Name in AutoencoderName]: (options: AutoencoderOptionsByName[Name]) => LatentModel;
} = {
  autoencoder: (options) => new Autoencoder(options),
  'conv-autoencoder': (options) => new ConvAutoencoder(options),
  'denoising-autoencoder': (options) => new DenoisingAutoencoder(options),
  'sparse-autoencoder': (options) => new SparseAutoencoder(options),
  vae: (options) => new VariationalAutoencoder(options),
  'conv-vae': (options) => new ConvVariationalAutoencoder(options),
};

/** The names that `createAutoencoder` knows. */
export const autoencoderNames = (): AutoencoderName[] =>
  Object.keys(autoencoders) as AutoencoderName[];

/** Whether `createAutoencoder` knows the name. */
export const isAutoencoderName = (name: string): name is AutoencoderName =>
  Object.hasOwn(autoencoders, name);

/**
 * A new autoencoder by name, its weights initialised.
 *
 * Throws ValueError when none has that name, and for options that it does not have.
 *
 *     const model = createAutoencoder('vae', { latent: 2 });
 */
export function createAutoencoder<Name extends AutoencoderName>(
  name: Name,
  options: AutoencoderOptionsByName[Name],
): LatentModel;
export function createAutoencoder(
  name: string,
  options?: Readonly<Record<string, unknown>>,
): LatentModel;
export function createAutoencoder(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
): LatentModel {
  if (isAutoencoderName(name)) {
    const create = autoencoders[name] as (
      options: Readonly<Record<string, unknown>>,
    ) => LatentModel;
    return create(options);
  }
  const near = nearestName(name, autoencoderNames());
  throw new ValueError(
    `there is no autoencoder "${name}"; ` +
      (near ? `did you mean "${near}"?` : `use one of ${autoencoderNames().join(', ')}`),
  );
}
