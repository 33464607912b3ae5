/** Which data set a command works on: the one that was named, else MNIST when it is near, else the drawn digits. */

import { resolve } from 'node:path';
import {
  canFetchQuickly,
  DataError,
  type DatasetSplits,
  type DownloadProgress,
  datasetNames,
  type ImageDataset,
  loadDataset,
  loadDigits,
  mnistAtHand,
} from '../data/index.js';
import {
  type FolderDataOptions,
  type FolderSplits,
  folderName,
  isFolder,
  loadFolder,
  openFolder,
  type PictureFiles,
} from './folder-data.js';
import { requireName } from './usage.js';

export interface DataChoice {
  readonly name: string;
  /** One sentence for the user: which data set, and why when nothing was said. */
  readonly why: string;
  /** The folder of pictures that it is. */
  readonly folder?: string;
}

/** Throws UsageError when neither a data set nor a folder has the name. */
export async function chooseData(name: string | undefined): Promise<DataChoice> {
  if (name !== undefined && !datasetNames.includes(name) && isFolder(name)) {
    const folder = resolve(name);
    return { name: folderName(folder), folder, why: `${name}, a folder of pictures` };
  }
  if (name !== undefined) {
    requireName('data set', name, datasetNames);
    return { name, why: name === 'digits' ? 'digits, drawn by the computer' : name };
  }
  const place = await mnistAtHand();
  if (place === 'FOVEA_DATA') return { name: 'mnist', why: 'mnist, found in $FOVEA_DATA' };
  if (place === 'cache') return { name: 'mnist', why: 'mnist, downloaded before' };
  if (await canFetchQuickly()) return { name: 'mnist', why: 'mnist, downloaded now (11 MB)' };
  return { name: 'digits', why: `digits, ${FALLBACK}` };
}

const FALLBACK =
  'drawn by the computer, because MNIST is not at hand and cannot be fetched quickly';

export interface LoadDataOptions {
  /** The first so many pictures; all when undefined. */
  readonly trainSize?: number;
  readonly testSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** What is said of a folder of pictures beside it. */
type FolderChoice = Pick<
  FolderDataOptions,
  'size' | 'validation' | 'seed' | 'strict' | 'onSkipped'
>;

/** Pictures to learn from and to be examined on: in memory, or files of a folder that are read as they are needed. */
export type TrainingData = DatasetSplits | FolderSplits;

export const isInMemory = (data: TrainingData): data is DatasetSplits => 'images' in data.train;

/** Loads the data set; throws DataError as its loader does, and when there are fewer pictures than asked for. */
export async function loadData(
  { name, folder }: Pick<DataChoice, 'name' | 'folder'>,
  options: LoadDataOptions & FolderChoice,
): Promise<DatasetSplits> {
  const { trainSize, testSize, signal, onProgress } = options;
  // The pictures stay the same whatever the seed of the training, so that accuracies can be compared.
  if (name === 'digits' && !folder)
    return loadDigits({ train: trainSize, test: testSize, seed: 0 });
  const { train, test } = folder
    ? await loadFolder(folder, { ...options, onProgress: undefined })
    : await loadDataset(name, { signal, onProgress });
  return { train: firstOf(train, trainSize), test: firstOf(test, testSize) };
}

/** The same, but the pictures of a folder stay in their files. */
export async function openData(
  choice: Pick<DataChoice, 'name' | 'folder'>,
  options: LoadDataOptions & FolderChoice,
): Promise<TrainingData> {
  if (!choice.folder) return loadData(choice, options);
  const { train, test } = await openFolder(choice.folder, {
    ...{ ...options, onProgress: undefined },
  });
  return { train: someOf(train, options.trainSize), test: someOf(test, options.testSize) };
}

function someOf(files: PictureFiles, count = files.length): PictureFiles {
  requireCount(files, count);
  return count === files.length ? files : files.take(count);
}

function firstOf(data: ImageDataset, count = data.length): ImageDataset {
  requireCount(data, count);
  const pixels = data.shape.reduce((product, extent) => product * extent, 1);
  const images = data.images.subarray(0, count * pixels);
  return { ...data, images, labels: data.labels.subarray(0, count), length: count };
}

function requireCount(data: { readonly name: string; readonly length: number }, count: number) {
  if (count <= data.length) return;
  throw new DataError(
    `${data.name} has ${data.length} pictures here, fewer than the ${count} asked for; ` +
      'ask for fewer, or use --data digits, which draws as many as you like',
  );
}
