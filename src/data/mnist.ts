/** MNIST (LeCun et al., 1998) and Fashion-MNIST (Xiao et al., 2017): 60,000 + 10,000 pictures [1, 28, 28]. */

import type { DatasetSplits } from './dataset.js';
import { answersQuickly } from './download.js';
import {
  findIdxSet,
  type IdxFile,
  type IdxSet,
  type LoadOptions,
  loadIdxSet,
  type Place,
} from './idx-set.js';

export const MNIST: IdxSet = {
  name: 'mnist',
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  mirrors: [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ],
  // Checksums of the content, since copies of MNIST have been packed anew here and there.
  train: {
    images: images('train', 60_000, {
      of: 'content',
      algorithm: 'sha256',
      hex: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    }),
    labels: labels('train', 60_000, {
      of: 'content',
      algorithm: 'sha256',
      hex: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    }),
  },
  test: {
    images: images('t10k', 10_000, {
      of: 'content',
      algorithm: 'sha256',
      hex: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    }),
    labels: labels('t10k', 10_000, {
      of: 'content',
      algorithm: 'sha256',
      hex: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    }),
  },
};

export const FASHION_MNIST: IdxSet = {
  name: 'fashion-mnist',
  classes: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  mirrors: [
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  ],
  // Checksums of the gzip files, as their authors publish them.
  train: {
    images: images('train', 60_000, {
      of: 'file',
      algorithm: 'md5',
      hex: '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    }),
    labels: labels('train', 60_000, {
      of: 'file',
      algorithm: 'md5',
      hex: '25c81989df183df01b3e8a0aad5dffbe',
    }),
  },
  test: {
    images: images('t10k', 10_000, {
      of: 'file',
      algorithm: 'md5',
      hex: 'bef4ecab320f06d8554ea6380940ec79',
    }),
    labels: labels('t10k', 10_000, {
      of: 'file',
      algorithm: 'md5',
      hex: 'bb300cfdad3c16e7a12a480ee83cd310',
    }),
  },
};

/**
 * MNIST, from `$FOVEA_DATA/mnist/`, else from the user's cache, else downloaded once (11 MB).
 *
 * Throws DataError when the files cannot be had or are damaged, the signal's reason when aborted.
 *
 *     const { train, test } = await loadMnist();
 *     train.shape; // [1, 28, 28]
 */
export function loadMnist(options: LoadOptions = {}): Promise<DatasetSplits> {
  return loadIdxSet(MNIST, options);
}

/**
 * Fashion-MNIST, found as MNIST is, under the name `fashion-mnist` (30 MB).
 *
 * Throws DataError when the files cannot be had or are damaged, the signal's reason when aborted.
 *
 *     const { train } = await loadFashionMnist();
 *     train.classes[9]; // 'Ankle boot'
 */
export function loadFashionMnist(options: LoadOptions = {}): Promise<DatasetSplits> {
  return loadIdxSet(FASHION_MNIST, options);
}

/** Where MNIST's files already lie, so that loading needs no network; null when nowhere. */
export function mnistAtHand(): Promise<Place> {
  return findIdxSet(MNIST);
}

export interface QuickFetchOptions {
  readonly mirrors?: readonly string[];
}

/**
 * Whether a mirror sends the first MiB of MNIST's 11 MB within the time; never throws.
 *
 * At three seconds, the default, a true answer promises the whole set within half a minute at worst.
 */
export function canFetchQuickly(
  timeoutMs = 3000,
  options: QuickFetchOptions = {},
): Promise<boolean> {
  const file = `${MNIST.train.images.name}.gz`;
  const mirrors = options.mirrors ?? MNIST.mirrors;
  return answersQuickly(file, { mirrors, bytes: 2 ** 20, timeoutMs });
}

function images(part: string, count: number, digest: IdxFile['digest']): IdxFile {
  return { name: `${part}-images-idx3-ubyte`, shape: [count, 28, 28], digest };
}

function labels(part: string, count: number, digest: IdxFile['digest']): IdxFile {
  return { name: `${part}-labels-idx1-ubyte`, shape: [count], digest };
}
