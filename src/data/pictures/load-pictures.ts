/** loadPictures: a set of picture files as a data set in memory. */

import { DataError, type ImageDataset } from '../dataset.js';
import { PictureLoader, type PictureLoaderOptions, type SkippedPicture } from './picture-loader.js';
import type { PictureSet } from './picture-set.js';

export interface LoadPicturesOptions
  extends Pick<PictureLoaderOptions, 'transforms' | 'channels' | 'threads' | 'strict' | 'signal'> {
  readonly onProgress?: (progress: { readonly done: number; readonly count: number }) => void;
}

/** The most bytes of pictures that are held: what one array holds everywhere. */
const LARGEST = 2 ** 31 - 1;
const BATCH = 64;

/**
 * All pictures decoded, [N, C, H, W]: what fits into memory trains faster so. Pictures that cannot be read are
 * left out and told.
 *
 * Throws DataError for more than 256 classes or 2 GB of pictures, which are for a `PictureLoader`, and as that does.
 *
 *     const { dataset } = await loadPictures(await openImageFolder('pets'), {
 *       transforms: [resize({ height: 72, width: 72 })],
 *     });
 */
export async function loadPictures(
  set: PictureSet,
  { onProgress, ...options }: LoadPicturesOptions = {},
): Promise<{ readonly dataset: ImageDataset; readonly skipped: readonly SkippedPicture[] }> {
  if (set.classes.length > 256) {
    throw new DataError(
      `${set.name}: there are ${set.classes.length} classes; expected at most 256 in memory; ` +
        'serve it with a PictureLoader',
    );
  }
  const loader = await PictureLoader.open(set, {
    ...options,
    batchSize: Math.min(BATCH, set.length),
  });
  try {
    const { shape } = loader;
    const pixels = shape[0] * shape[1] * shape[2];
    if (pixels * set.length > LARGEST) {
      throw new DataError(
        `${set.name}: ${set.length} pictures of [${shape.join(', ')}] do not fit into one array; ` +
          'expected at most 2 GB; make them smaller, or serve them with a PictureLoader',
      );
    }
    const images = new Uint8Array(pixels * set.length);
    const labels = new Uint8Array(set.length);
    let seen = 0;
    let kept = 0;
    for await (const batch of loader.epoch(0)) {
      for (let i = 0; i < batch.size; i++, seen++) {
        // Another one stands in for a picture that cannot be read.
        if (batch.indices[i] !== seen) continue;
        images.set(batch.images.subarray(i * pixels, (i + 1) * pixels), kept * pixels);
        labels[kept++] = batch.labels[i];
      }
      onProgress?.({ done: seen, count: set.length });
    }
    const { name, classes } = set;
    const dataset = {
      ...{ name, classes, shape, length: kept },
      images: images.subarray(0, kept * pixels),
      labels: labels.subarray(0, kept),
    };
    return { dataset, skipped: loader.skipped };
  } finally {
    await loader.close();
  }
}
