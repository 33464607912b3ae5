/** openDecoder: what makes pictures in a run, be it an autoencoder or the generator of a GAN. */

import { createGan, isConditionalGan, isGanName } from '../models/index.js';
import { add, mul } from '../ops/index.js';
import { loadNetwork } from '../train/index.js';
import { inBatches } from './batched-rows.js';
import type { Decoder } from './decoder.js';
import { latentRunOf } from './open-latent-run.js';
import { restored, weightsHash } from './restored-model.js';

/**
 * What makes pictures in the run in `folder`: the decoder of an autoencoder, or the generator of a GAN.
 *
 * Throws FormatError when there is none, when its files are damaged, and for a run of another kind of network.
 *
 *     const run = await openDecoder('runs/dcgan-mnist-1');
 *     const pictures = run.decode(noise); // from [N, run.latent]
 */
export async function openDecoder(folder: string): Promise<Decoder> {
  const saved = await loadNetwork(folder);
  const { config } = saved;
  const { name, options } = config.model;
  if (!isGanName(name)) return latentRunOf(folder, saved);
  const pair = restored(folder, saved, () => createGan(name, options));
  const { latent, inputShape: shape } = pair.generator.sizes;
  const numClasses = isConditionalGan(name) ? pair.generator.sizes.numClasses : null;
  const decode = inBatches(
    { what: 'codes', from: [latent], to: shape, numClasses },
    // From -1..1.
    (codes, labels) => add(mul(pair.generator.call(codes, labels), 0.5), 0.5),
  );
  return {
    ...{ folder, config, name, latent, shape, numClasses, hasPrior: true, decode },
    modelHash: await weightsHash(config, pair),
  };
}
