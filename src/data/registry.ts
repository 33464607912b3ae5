/** The data sets that can be loaded by name. */

import { nearestName } from '../text/nearest-name.js';
import { loadCifar10, loadCifar100 } from './cifar.js';
import { DataError, type DatasetSplits } from './dataset.js';
import { loadDigits } from './digits.js';
import type { LoadOptions } from './idx-set.js';
import { loadFashionMnist, loadMnist } from './mnist.js';

export interface LoadDatasetOptions extends LoadOptions {
  /** Decides the pictures of a data set that is drawn; the others ignore it. Default: 0. */
  readonly seed?: number;
}

const LOADERS: Readonly<
  Record<string, (options: LoadDatasetOptions) => DatasetSplits | Promise<DatasetSplits>>
> = {
  mnist: loadMnist,
  'fashion-mnist': loadFashionMnist,
  cifar10: loadCifar10,
  cifar100: loadCifar100,
  digits: ({ seed }) => loadDigits({ seed }),
};

/** The names that `loadDataset` knows. */
export const datasetNames: readonly string[] = Object.keys(LOADERS);

/**
 * Loads a data set by name: 'mnist', 'fashion-mnist', 'cifar10', 'cifar100' or 'digits'.
 *
 * Throws DataError when no data set has that name, or as the data set's own loader does.
 *
 *     const { train, test } = await loadDataset('digits', { seed: 1 });
 */
export async function loadDataset(
  name: string,
  options: LoadDatasetOptions = {},
): Promise<DatasetSplits> {
  if (!Object.hasOwn(LOADERS, name)) {
    const near = nearestName(name, datasetNames);
    throw new DataError(
      `there is no data set "${name}"; ` +
        (near ? `did you mean "${near}"?` : `use one of ${datasetNames.join(', ')}`),
    );
  }
  return LOADERS[name](options);
}
