/** Which pictures a command gives to a trained autoencoder: those of the data that it learned from, or others. */

import { datasetNames, openPictureParts } from '../data/index.js';
import {
  type LatentPictures,
  type LatentPicturesOptions,
  type LatentRun,
  latentPictures,
  ownPictures,
  picturesOfSet,
} from '../latent/index.js';
import { isFolder, usualValidation } from './folder-data.js';
import { UsageError } from './usage.js';

export interface DataPartOptions extends LatentPicturesOptions {
  /** A data set's name or a folder of pictures. Default: what the run learned from. */
  readonly data?: string;
  readonly split: 'train' | 'test';
}

/**
 * One part of the data; a folder without parts of its own is divided as training divides it, so that what is
 * learned from and what is examined are different pictures.
 *
 * Throws DataError when they are not at hand.
 */
export async function dataPart(
  run: LatentRun,
  { data, ...options }: DataPartOptions,
): Promise<LatentPictures> {
  if (data === undefined) return ownPictures(run, options);
  if (datasetNames.includes(data) || !isFolder(data)) return latentPictures(run, data, options);
  const parts = await openPictureParts(data, { share: usualValidation, seed: 0 });
  return picturesOfSet(run, parts[options.split], options);
}

/** Throws UsageError for pictures that a conditional network cannot make codes of: it must be told their classes. */
export function requireClassesFor(
  { numClasses, folder, config }: LatentRun,
  { labels, classes }: LatentPictures,
): void {
  if (numClasses === null) return;
  const known = config.data.classes;
  if (labels && classes.join('/') === known.join('/')) return;
  throw new UsageError(
    `${folder} is told the class of each picture, and these have ${labels ? 'other classes' : 'none'}; ` +
      `give pictures of the classes ${known.slice(0, 10).join(', ')}, or a network that was trained without ` +
      '--conditional',
  );
}
