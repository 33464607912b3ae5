/** A folder of pictures as the data of a training, in memory or read as it goes: its own parts, or one that is held back. */

import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import {
  centerCropTransform,
  DataError,
  type DatasetSplits,
  datasetNames,
  loadPictures,
  openPictureParts,
  PictureLoader,
  type PictureLoaderOptions,
  type PictureParts,
  type PictureSet,
  picturesAt,
  resize,
} from '../data/index.js';
import { Philox } from '../random/philox.js';

/** Rows and columns of pictures, unless --size tells. */
const usualSize = 64;
/** The share that is held back to be examined on. */
export const usualValidation = 0.1;

export interface FolderDataOptions {
  readonly size?: number;
  readonly validation?: number;
  readonly seed?: number;
  /** Whether a picture that cannot be read is an error. */
  readonly strict?: boolean;
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

/** Pictures in files, all of which are served in one size. */
export interface PictureFiles {
  readonly name: string;
  readonly classes: readonly string[];
  /** Of one picture as it is served: [channels, height, width]. */
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly length: number;
  /** Serves them, changed by the transforms besides; whoever opens it closes it. */
  open(options: PictureLoaderOptions): Promise<PictureLoader>;
  /** The same with so many pictures only, chosen by chance. */
  take(count: number): PictureFiles;
}

export interface FolderSplits {
  readonly train: PictureFiles;
  readonly test: PictureFiles;
}

/**
 * Pictures of a folder with a subfolder for each class, or all of one class where there are none, or of two such
 * folders `train` and `test` or `val`, to be read as they are needed; they are resized and cropped to squares, as
 * `fovea predict` does it with new ones.
 *
 * Throws DataError for a folder that cannot be used.
 */
export async function openFolder(path: string, options: FolderDataOptions): Promise<FolderSplits> {
  const { train, test } = await partsOf(path, options);
  const name = folderName(path);
  return { train: filesOf(train, name, options), test: filesOf(test, name, options) };
}

function filesOf(set: PictureSet, name: string, options: FolderDataOptions): PictureFiles {
  const { size = usualSize, strict } = options;
  const { classes, length } = set;
  return {
    ...{ name, classes, length, shape: [3, size, size] },
    open: ({ transforms = [], ...rest }) =>
      PictureLoader.open(
        { ...set, name },
        { ...rest, strict, transforms: [...toSquares(size), ...transforms] },
      ),
    take: (count) => {
      // The first ones would be of the first classes alone.
      const chosen = new Philox(0, SUBSET).permutation(length).subarray(0, count).sort();
      return filesOf(picturesAt(set, chosen), name, options);
    },
  };
}

/** Keeps the choice apart from other random numbers. */
const SUBSET = 0x53550000;

/** The same pictures in memory; those that cannot be read are left out and told. */
export async function loadFolder(path: string, options: FolderDataOptions): Promise<DatasetSplits> {
  const { size = usualSize, strict, signal, onProgress, onSkipped } = options;
  const { train, test } = await partsOf(path, options);
  const load = async (set: PictureSet) => {
    const transforms = toSquares(size);
    const loading = { transforms, strict, signal, onProgress };
    const { dataset, skipped } = await loadPictures(set, loading);
    if (skipped.length > 0) onSkipped?.(describeSkipped(skipped, set));
    return dataset;
  };
  const name = folderName(path);
  return {
    train: { ...(await load(train)), name },
    test: { ...(await load(test)), name },
  };
}

/** Names that are told of pictures that cannot be read. */
const mostNames = 20;

/** How many pictures were left out, and which. */
export function describeSkipped(
  skipped: readonly { readonly name: string }[],
  { length }: { readonly length: number },
): string {
  const names = skipped.slice(0, mostNames).map(({ name }) => name);
  const rest = skipped.length > mostNames ? ` and ${skipped.length - mostNames} more` : '';
  return `${skipped.length} of ${length} pictures cannot be read and are left out: ${names.join(', ')}${rest}`;
}

const toSquares = (size: number) => [
  resize({ shorterSide: size }),
  centerCropTransform({ height: size, width: size }),
];

async function partsOf(
  path: string,
  { validation = usualValidation, seed }: FolderDataOptions,
): Promise<PictureParts> {
  const parts = await openPictureParts(path, { share: validation, seed });
  if (parts.test.length > 0) return parts;
  throw new DataError(
    `${path}: no picture is left to be examined on; expected two or more of a class; add pictures`,
  );
}
