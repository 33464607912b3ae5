/** A folder of pictures as the data of a training: its own parts, or one that is held back. */

import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import {
  centerCropTransform,
  DataError,
  type DatasetSplits,
  datasetNames,
  loadPictures,
  openPictureParts,
  type PictureSet,
  resize,
} from '../data/index.js';

/** Rows and columns of pictures, unless --size tells. */
const usualSize = 64;
/** The share that is held back to be examined on. */
export const usualValidation = 0.1;

export interface FolderDataOptions {
  readonly size?: number;
  readonly validation?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly count: number }) => void;
  /** Hears of pictures that were left out. */
  readonly onSkipped?: (sentence: string) => void;
}

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** What its data set is called: another name than those that are loaded by name. */
export function folderName(path: string): string {
  const name = basename(resolve(path));
  return datasetNames.includes(name) ? `${name}-folder` : name;
}

/**
 * Pictures of a folder with a subfolder for each class, or all of one class where there are none, or of two such
 * folders `train` and `test` or `val`; they are resized and cropped to squares, as `fovea predict` does it with new ones.
 *
 * Throws DataError for a folder that cannot be used.
 */
export async function loadFolder(
  path: string,
  {
    size = usualSize,
    validation = usualValidation,
    seed,
    signal,
    onProgress,
    onSkipped,
  }: FolderDataOptions,
): Promise<DatasetSplits> {
  const { train, test } = await openPictureParts(path, { share: validation, seed });
  if (test.length === 0) {
    throw new DataError(
      `${path}: no picture is left to be examined on; expected two or more of a class; add pictures`,
    );
  }
  const transforms = [
    resize({ shorterSide: size }),
    centerCropTransform({ height: size, width: size }),
  ];
  const load = async (set: PictureSet) => {
    const { dataset, skipped } = await loadPictures(set, { transforms, signal, onProgress });
    if (skipped.length > 0) {
      const names = skipped.slice(0, 5).map(({ name }) => name);
      const rest = skipped.length > 5 ? ` and ${skipped.length - 5} more` : '';
      onSkipped?.(
        `${skipped.length} of ${set.length} pictures cannot be read and are left out: ${names.join(', ')}${rest}`,
      );
    }
    return dataset;
  };
  const name = folderName(path);
  return {
    train: { ...(await load(train)), name },
    test: { ...(await load(test)), name },
  };
}
