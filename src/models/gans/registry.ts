/** The pairs of networks that can be created by name. */

import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import { Module } from '../../nn/module.js';
import { nearestName } from '../../text/nearest-name.js';
import { DcganDiscriminator, type DcganDiscriminatorOptions, DcganGenerator } from './dcgan.js';
import type { GanOptions, PictureDiscriminator, PictureGenerator } from './game-players.js';
import { GanDiscriminator, GanGenerator } from './gan.js';
import { SnganDiscriminator, SnganGenerator } from './sngan.js';

/** Two networks that learn against each other: noise [N, latent] -> pictures [N, C, H, W] -> answers [N, 1]. */
export class GanPair extends Module<[Tensor, Tensor?]> {
  readonly generator: PictureGenerator;
  readonly discriminator: PictureDiscriminator;

  constructor(generator: PictureGenerator, discriminator: PictureDiscriminator) {
    super();
    this.generator = generator;
    this.discriminator = discriminator;
  }

  /** What the generator makes of noise. */
  forward(noise: Tensor, labels?: Tensor): Tensor {
    return this.generator.call(noise, labels);
  }
}

export type GanPairOptions = GanOptions & DcganDiscriminatorOptions;

const gan = (options: GanPairOptions): GanPair =>
  new GanPair(new GanGenerator(options), new GanDiscriminator(options));

const dcgan = ({ conditioning, batchNorm, ...options }: GanPairOptions): GanPair =>
  new GanPair(
    new DcganGenerator(options),
    new DcganDiscriminator({ ...options, conditioning, batchNorm }),
  );

const sngan = (options: GanPairOptions): GanPair =>
  new GanPair(new SnganGenerator(options), new SnganDiscriminator(options));

/** Names that begin with a c want classes. */
const pairs = { gan, dcgan, sngan, cgan: gan, cdcgan: dcgan, csngan: sngan } as const;

export type GanName = keyof typeof pairs;

/** The names that `createGan` knows. */
export const ganNames = (): GanName[] => Object.keys(pairs) as GanName[];

export const isGanName = (name: string): name is GanName => Object.hasOwn(pairs, name);

/** Whether the pair of that name is told of classes. */
export const isConditionalGan = (name: GanName): boolean => name.startsWith('c');

/**
 * A generator and a discriminator by name, their weights initialised.
 *
 * Throws ValueError when no pair has that name, or for an option that it does not have.
 *
 *     const { generator, discriminator } = createGan('dcgan', { inputShape: [3, 64, 64] });
 */
export function createGan(name: string, options: GanPairOptions = {}): GanPair {
  if (!isGanName(name)) {
    const near = nearestName(name, ganNames());
    throw new ValueError(
      `there is no pair of networks "${name}"; ` +
        (near ? `did you mean "${near}"?` : `use one of ${ganNames().join(', ')}`),
    );
  }
  if (isConditionalGan(name) && (options.numClasses ?? null) === null) {
    throw new ValueError(`a ${name} is told of classes; pass numClasses`);
  }
  return pairs[name](options);
}
