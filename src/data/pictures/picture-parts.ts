/** openPictureParts: the pictures of a folder to learn from and those to be examined on. */

import { DataError } from '../dataset.js';
import { nodeModules } from '../kept-files.js';
import { openPictures } from './flat-folder.js';
import { type PictureSet, splitPictures } from './picture-set.js';

const trainName = 'train';
const testNames = ['test', 'val', 'validation'];

export interface PictureParts {
  readonly train: PictureSet;
  readonly test: PictureSet;
}

export interface PicturePartsOptions {
  /** The share of every class that is held back, where the folder itself has no parts. */
  readonly share: number;
  /** Chooses those that are held back. Default: 0. */
  readonly seed?: number;
}

/**
 * Two folders in `path`, `train` and `test`, `val` or `validation`; where there are no such folders, the pictures
 * of `openPictures` with a share of them held back (Node).
 *
 * Throws DataError as that does, and for parts of other classes.
 *
 *     const { train, test } = await openPictureParts('pets', { share: 0.1 });
 */
export async function openPictureParts(
  path: string,
  split: PicturePartsOptions,
): Promise<PictureParts> {
  return (await givenParts(path)) ?? splitPictures(await openPictures(path), split);
}

/** The parts that the folder itself has; null where it has none. Throws DataError for parts of other classes. */
export async function givenParts(path: string): Promise<PictureParts | null> {
  const { fs, path: paths } = nodeModules('in a browser, pass the files');
  const isFolder = (name: string): Promise<boolean> =>
    fs.stat(paths.join(path, name)).then(
      (status) => status.isDirectory(),
      () => false,
    );
  let testName: string | undefined;
  for (const name of testNames) if (await isFolder(name)) testName ??= name;
  if (testName === undefined || !(await isFolder(trainName))) return null;
  const train = await openPictures(paths.join(path, trainName));
  const test = await openPictures(paths.join(path, testName));
  if (train.classes.join('/') === test.classes.join('/')) return { train, test };
  throw new DataError(
    `${path}: ${trainName} has the classes ${train.classes.join(', ')}, but ${testName} has ` +
      `${test.classes.join(', ')}; expected the same subfolders in both`,
  );
}
