/** openLatentRun: a trained autoencoder from the folder of its run, ready to make codes of pictures and pictures of codes. */

import { FormatError } from '../formats/format-error.js';
import {
  createAutoencoder,
  isAutoencoderName,
  type LatentModel,
  VariationalModel,
} from '../models/autoencoders/index.js';
import { loadNetwork, type SavedNetwork } from '../train/index.js';
import { inBatches } from './batched-rows.js';
import type { Decoder } from './decoder.js';
import { restored, weightsHash } from './restored-model.js';

/** A decoder with the encoder that it was trained with. */
export interface LatentRun extends Decoder {
  /** In evaluation mode. */
  readonly model: LatentModel;
  /**
   * Pictures [N, C, H, W], 0..1 -> codes [N, latent]; of a variational model the means. A picture's code has the
   * same bits whatever it is together with. Throws ValueError for lengths that do not fit.
   */
  encode(pictures: Float32Array, labels?: Int32Array): Float32Array;
}

/**
 * The autoencoder that was trained in `folder`; of a training that has not ended, as its newest checkpoint has it.
 *
 * Throws FormatError when there is none, when its files are damaged, and for a run of another kind of network.
 *
 *     const run = await openLatentRun('runs/vae-mnist-1');
 *     const codes = run.encode(pictures); // Float32Array, N * run.latent
 */
export async function openLatentRun(folder: string): Promise<LatentRun> {
  return latentRunOf(folder, await loadNetwork(folder));
}

/** The same of a network that was read already. */
export async function latentRunOf(folder: string, saved: SavedNetwork): Promise<LatentRun> {
  const { config } = saved;
  const { name, options } = config.model;
  if (!isAutoencoderName(name)) {
    throw new FormatError(folder, {
      happened: `the run trained "${name}", which makes no codes`,
      expected: 'the run of an autoencoder',
      mend: 'train one, such as: npx fovea train vae',
    });
  }
  const model = restored(folder, saved, () => createAutoencoder(name, options));
  const { latent, inputShape: shape, numClasses } = model;
  const encode = inBatches(
    { what: 'pictures', from: shape, to: [latent], numClasses },
    (pictures, labels) => model.encode(pictures, labels),
  );
  const decode = inBatches(
    { what: 'codes', from: [latent], to: shape, numClasses },
    (codes, labels) => model.decode(codes, labels),
  );
  return {
    ...{ folder, config, model, name, latent, shape, numClasses, encode, decode },
    hasPrior: model instanceof VariationalModel,
    modelHash: await weightsHash(config, model),
  };
}
