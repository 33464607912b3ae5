/** Finds or fetches a data set of four IDX files: the user's data folder, the cache, then the mirrors. */

import { cacheFolder } from '../formats/cache-folder.js';
import { DataError, type DatasetSplits, type ImageDataset } from './dataset.js';
import { type DownloadProgress, download } from './download.js';
import { datasetFromIdx, decompressIdx, type IdxArray, parseIdx } from './idx.js';
import { exists, nodeModules, readBytes, writeBeside } from './kept-files.js';

/** What a browser can do instead. */
const NOTE = 'in a browser, fetch the four files and use readIdx and datasetFromIdx';

/** One of the four files: its checksum is that of the gzip file or of the content inside. */
export interface IdxFile {
  /** The name without `.gz`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly digest: {
    readonly of: 'file' | 'content';
    readonly algorithm: 'md5' | 'sha256';
    readonly hex: string;
  };
}

/** A data set of four IDX files. */
export interface IdxSet {
  readonly name: string;
  readonly classes: readonly string[];
  readonly mirrors: readonly string[];
  readonly train: { readonly images: IdxFile; readonly labels: IdxFile };
  readonly test: { readonly images: IdxFile; readonly labels: IdxFile };
}

export interface LoadOptions {
  /** Hears of every piece that is downloaded; silent when the files are at hand. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** How long a server may stay silent, in milliseconds. Default: 15,000. */
  readonly timeoutMs?: number;
}

/** Where the files of a set already lie: in `$FOVEA_DATA`, in the cache, or nowhere. */
export type Place = 'FOVEA_DATA' | 'cache' | null;

/**
 * Loads a set from `$FOVEA_DATA/<name>/`, else from the user's cache, else from its mirrors.
 *
 * What the user laid into `$FOVEA_DATA` may have been packed anew, so it must parse and have the
 * shapes expected; cached and downloaded files must pass the checksum too. A damaged cached file is
 * fetched again. Throws DataError, or the signal's reason when aborted.
 */
export async function loadIdxSet(set: IdxSet, options: LoadOptions = {}): Promise<DatasetSplits> {
  options.signal?.throwIfAborted();
  const given = await filesGiven(set);
  const get = (file: IdxFile): Promise<IdxArray> => {
    options.signal?.throwIfAborted();
    const path = given?.get(file);
    return path === undefined ? fromCacheOrMirror(set, file, options) : fromUser(path, file);
  };
  const split = async (part: 'train' | 'test'): Promise<ImageDataset> => {
    const { images, labels } = set[part];
    return datasetFromIdx({
      name: set.name,
      classes: set.classes,
      images: await get(images),
      labels: await get(labels),
      imagesFile: given?.get(images) ?? images.name,
      labelsFile: given?.get(labels) ?? labels.name,
    });
  };
  return { train: await split('train'), test: await split('test') };
}

/** Where a set's four files lie; looks at their names only. Throws as `loadIdxSet` would. */
export async function findIdxSet(set: IdxSet): Promise<Place> {
  if ((await filesGiven(set)) !== undefined) return 'FOVEA_DATA';
  const folder = cacheFolder(set.name);
  for (const file of filesOf(set)) {
    if (!(await exists(cachePath(folder, file)))) return null;
  }
  return 'cache';
}

/** The four files in `$FOVEA_DATA/<name>/`, undefined when none is there; throws when some are. */
async function filesGiven(set: IdxSet): Promise<Map<IdxFile, string> | undefined> {
  const { path } = nodeModules(NOTE);
  const root = process.env.FOVEA_DATA;
  if (!root) return undefined;
  const folder = path.join(root, set.name);
  const found = new Map<IdxFile, string>();
  const missing: string[] = [];
  for (const file of filesOf(set)) {
    const plain = path.join(folder, file.name);
    if (await exists(`${plain}.gz`)) found.set(file, `${plain}.gz`);
    else if (await exists(plain)) found.set(file, plain);
    else missing.push(file.name);
  }
  if (found.size === 0) return undefined;
  if (missing.length > 0) {
    throw new DataError(
      `${folder}: ${missing.join(', ')} missing (plain or .gz), though other files of ` +
        `${set.name} are there; add them, or unset FOVEA_DATA to have them downloaded`,
    );
  }
  return found;
}

async function fromUser(path: string, file: IdxFile): Promise<IdxArray> {
  return parseChecked(await decompress(await readBytes(path), path, file), path, file);
}

async function fromCacheOrMirror(
  set: IdxSet,
  file: IdxFile,
  options: LoadOptions,
): Promise<IdxArray> {
  const folder = cacheFolder(set.name);
  const path = cachePath(folder, file);
  let damage = '';
  if (await exists(path)) {
    try {
      return await verified(await readBytes(path), path, file);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      damage = ` The copy in the cache is of no use: ${error.message}.`;
    }
  }
  try {
    const { value, bytes } = await download({
      ...options,
      file: `${file.name}.gz`,
      mirrors: set.mirrors,
      maxBytes: contentBytes(file) + 65_536,
      accept: (received) => verified(received, file.name, file),
    });
    await writeBeside(path, bytes);
    return value;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const root = process.env.FOVEA_DATA;
    const given = root
      ? `${nodeModules().path.join(root, set.name)} (FOVEA_DATA), where there are none`
      : `$FOVEA_DATA/${set.name}`;
    throw new DataError(
      `${set.name}: ${error.message}; or lay the four files into ${folder} or ${given}.${damage}`,
      { cause: error },
    );
  }
}

/** Parses a file that must be the published one, to the last bit. */
async function verified(bytes: Uint8Array, path: string, file: IdxFile): Promise<IdxArray> {
  const { crypto } = nodeModules();
  const { of, algorithm, hex } = file.digest;
  const check = (checked: Uint8Array) => {
    const found = crypto.createHash(algorithm).update(checked).digest('hex');
    if (found === hex) return;
    throw new DataError(
      `${path}: the ${algorithm} checksum of its ${of} is ${found}, expected ${hex}; ` +
        'remove the file and get it again',
    );
  };
  if (of === 'file') check(bytes);
  const content = await decompress(bytes, path, file);
  if (of === 'content') check(content);
  return parseChecked(content, path, file);
}

/** The header may promise more than expected, so that the error can name its shape; but not much more. */
function decompress(bytes: Uint8Array, path: string, file: IdxFile): Promise<Uint8Array> {
  return decompressIdx(bytes, { file: path, maxBytes: 4 * contentBytes(file) + 65_536 });
}

function parseChecked(content: Uint8Array, path: string, file: IdxFile): IdxArray {
  const array = parseIdx(content, { file: path });
  const fits =
    array.shape.length === file.shape.length && array.shape.every((n, i) => n === file.shape[i]);
  if (!fits) {
    throw new DataError(
      `${path}: it holds [${array.shape.join(', ')}], expected [${file.shape.join(', ')}]; ` +
        `check that it is the ${file.name} of this data set`,
    );
  }
  return array;
}

function filesOf(set: IdxSet): IdxFile[] {
  return [set.train.images, set.train.labels, set.test.images, set.test.labels];
}

function cachePath(folder: string, file: IdxFile): string {
  return nodeModules().path.join(folder, `${file.name}.gz`);
}

/** Header and data, uncompressed. */
function contentBytes(file: IdxFile): number {
  return 4 + 4 * file.shape.length + file.shape.reduce((product, extent) => product * extent, 1);
}
