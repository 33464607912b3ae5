/** CIFAR-10 and CIFAR-100 (Krizhevsky, 2009): 50,000 + 10,000 coloured pictures [3, 32, 32]. */

import { type CifarSet, findCifarSet, loadCifarSet } from './cifar-set.js';
import type { DatasetSplits } from './dataset.js';
import type { LoadOptions, Place } from './idx-set.js';

const mirrors = ['https://www.cs.toronto.edu/~kriz/'];

export const CIFAR10: CifarSet = {
  name: 'cifar10',
  mirrors,
  archive: { name: 'cifar-10-binary.tar.gz', md5: 'c32a1d4ab5d03f1284b67883e8d87530' },
  folder: 'cifar-10-batches-bin',
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: 'test_batch.bin',
  classNames: { file: 'batches.meta.txt', count: 10 },
  labelBytes: 1,
};

export const CIFAR100: CifarSet = {
  name: 'cifar100',
  mirrors,
  archive: { name: 'cifar-100-binary.tar.gz', md5: '03b5dce01913d631647c71ecec9e9cb8' },
  folder: 'cifar-100-binary',
  train: ['train.bin'],
  test: 'test.bin',
  classNames: { file: 'fine_label_names.txt', count: 100 },
  labelBytes: 2,
};

/**
 * CIFAR-10 from `$FOVEA_DATA/cifar10/` (the files of its binary version, in their folder or without it, or the
 * archive), else from the user's cache, else downloaded once (170 MB).
 *
 * Throws DataError when the files cannot be had or are damaged, the signal's reason when aborted.
 *
 *     const { train, test } = await loadCifar10();
 *     train.shape; // [3, 32, 32]
 */
export function loadCifar10(options: LoadOptions = {}): Promise<DatasetSplits> {
  return loadCifarSet(CIFAR10, options);
}

/**
 * CIFAR-100 with its 100 fine labels, found as CIFAR-10 is, under the name `cifar100` (169 MB).
 *
 * Throws DataError when the files cannot be had or are damaged, the signal's reason when aborted.
 *
 *     const { train } = await loadCifar100();
 *     train.classes[0]; // 'apple'
 */
export function loadCifar100(options: LoadOptions = {}): Promise<DatasetSplits> {
  return loadCifarSet(CIFAR100, options);
}

/** Where CIFAR-10's files already lie, so that loading needs no network; null when nowhere. */
export function cifar10AtHand(): Promise<Place> {
  return findCifarSet(CIFAR10);
}
