/** The pairs of networks that can be created by name. */

import { ValueError } from '../../graph/errors.js';
import { nearestName } from '../../text/nearest-name.js';
import { DcganDiscriminator, type DcganDiscriminatorOptions, DcganGenerator } from './dcgan.js';
import type { GanOptions, PictureDiscriminator, PictureGenerator } from './game-players.js';
import { GanDiscriminator, GanGenerator } from './gan.js';
import { SnganDiscriminator, SnganGenerator } from './sngan.js';

/** Two networks that learn against each other. */
export interface GanPair {
  readonly generator: PictureGenerator;
  readonly discriminator: PictureDiscriminator;
}

const pairs: Readonly<Record<string, (options: DcganDiscriminatorOptions) => GanPair>> = {
  gan: (options) => ({
    generator: new GanGenerator(options),
    discriminator: new GanDiscriminator(options),
  }),
  dcgan: ({ conditioning, batchNorm, ...options }) => ({
    generator: new DcganGenerator(options),
    discriminator: new DcganDiscriminator({ ...options, conditioning, batchNorm }),
  }),
  sngan: (options) => ({
    generator: new SnganGenerator(options),
    discriminator: new SnganDiscriminator(options),
  }),
};

/** The names that `createGan` knows. */
export const ganNames = (): string[] => Object.keys(pairs);

/**
 * A generator and a discriminator by name, their weights initialised.
 *
 * Throws ValueError when no pair has that name, or for an option that it does not have.
 *
 *     const { generator, discriminator } = createGan('dcgan', { inputShape: [3, 64, 64], numClasses: 10 });
 */
export function createGan(
  name: string,
  options: GanOptions & DcganDiscriminatorOptions = {},
): GanPair {
  if (Object.hasOwn(pairs, name)) return pairs[name](options);
  const near = nearestName(name, ganNames());
  throw new ValueError(
    `there is no pair of networks "${name}"; ` +
      (near ? `did you mean "${near}"?` : `use one of ${ganNames().join(', ')}`),
  );
}
