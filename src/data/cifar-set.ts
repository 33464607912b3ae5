/** Finds or fetches a data set in CIFAR's binary version: the user's data folder, the cache, then the mirrors. */

import { cacheFolder } from '../formats/cache-folder.js';
import { type CifarFile, datasetFromCifar, parseClassNames } from './cifar-records.js';
import { DataError, type DatasetSplits } from './dataset.js';
import { download } from './download.js';
import type { LoadOptions, Place } from './idx-set.js';
import { exists, nodeModules, readBytes, writeBeside } from './kept-files.js';
import { readTar } from './tar.js';

/** A data set of files of records, published as one archive. */
export interface CifarSet {
  readonly name: string;
  readonly mirrors: readonly string[];
  /** The archive, and the checksum of its bytes. */
  readonly archive: { readonly name: string; readonly md5: string };
  /** The folder in the archive. */
  readonly folder: string;
  readonly train: readonly string[];
  readonly test: string;
  readonly classNames: { readonly file: string; readonly count: number };
  readonly labelBytes: number;
}

/** Room for sets of the same form with more pictures than CIFAR has. */
const MAX_FILE_BYTES = 2 ** 30;
const MAX_ARCHIVE_BYTES = 2 ** 31;
const MAX_NAMES_BYTES = 2 ** 16;
const NOTE = 'in a browser, fetch the files and use datasetFromCifar';

/**
 * Loads a set from `$FOVEA_DATA/<name>/`, else from the user's cache, else from its mirrors.
 *
 * What the user laid into `$FOVEA_DATA` may be a set of the same form with any number of pictures; a cached or
 * downloaded archive must pass the checksum. A damaged cached archive is fetched again. Throws DataError, or the
 * signal's reason when aborted.
 */
export async function loadCifarSet(
  set: CifarSet,
  options: LoadOptions = {},
): Promise<DatasetSplits> {
  options.signal?.throwIfAborted();
  const given = await filesGiven(set);
  const files = given
    ? await readGiven(set, given, options)
    : await fromCacheOrMirror(set, options);
  const where = given?.path ?? set.archive.name;
  const { path } = nodeModules();
  const get = (name: string): CifarFile => ({
    name: given?.kind === 'folder' ? path.join(where, name) : `${where}: ${name}`,
    bytes: files.get(name)!,
  });
  const { name, labelBytes, classNames } = set;
  const classes = parseClassNames(get(classNames.file), classNames.count);
  const part = (names: readonly string[]) =>
    datasetFromCifar({ name, classes, labelBytes, files: names.map(get) });
  return { train: part(set.train), test: part([set.test]) };
}

/** Where a set's files lie; looks at their names only. Throws as `loadCifarSet` would. */
export async function findCifarSet(set: CifarSet): Promise<Place> {
  if (await filesGiven(set)) return 'FOVEA_DATA';
  return (await exists(cachePath(set))) ? 'cache' : null;
}

/** A folder with all files, or an archive. */
interface Given {
  readonly kind: 'folder' | 'archive';
  readonly path: string;
}

/** What lies in `$FOVEA_DATA/<name>/`, undefined when nothing does; throws when only some files do. */
async function filesGiven(set: CifarSet): Promise<Given | undefined> {
  const { path } = nodeModules(NOTE);
  const root = process.env.FOVEA_DATA;
  if (!root) return undefined;
  const folder = path.join(root, set.name);
  for (const place of [folder, path.join(folder, set.folder)]) {
    const missing: string[] = [];
    for (const name of filesOf(set)) {
      if (!(await exists(path.join(place, name)))) missing.push(name);
    }
    if (missing.length === 0) return { kind: 'folder', path: place };
    if (missing.length < filesOf(set).length) {
      throw new DataError(
        `${place}: ${missing.join(', ')} missing, though other files of ${set.name} are there; ` +
          'add them, or unset FOVEA_DATA to have them downloaded',
      );
    }
  }
  const archive = path.join(folder, set.archive.name);
  return (await exists(archive)) ? { kind: 'archive', path: archive } : undefined;
}

async function readGiven(
  set: CifarSet,
  { kind, path: place }: Given,
  { signal }: LoadOptions,
): Promise<Map<string, Uint8Array>> {
  if (kind === 'archive') return unpack(set, await readBytes(place), place);
  const { path } = nodeModules();
  const files = new Map<string, Uint8Array>();
  for (const name of filesOf(set)) {
    signal?.throwIfAborted();
    files.set(name, await readBytes(path.join(place, name)));
  }
  return files;
}

async function fromCacheOrMirror(
  set: CifarSet,
  options: LoadOptions,
): Promise<Map<string, Uint8Array>> {
  const path = cachePath(set);
  let damage = '';
  if (await exists(path)) {
    try {
      return await verified(set, await readBytes(path), path);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      damage = ` The copy in the cache is of no use: ${error.message}.`;
    }
  }
  const { archive, mirrors, name } = set;
  try {
    const { value, bytes } = await download({
      ...options,
      file: archive.name,
      mirrors,
      maxBytes: MAX_FILE_BYTES,
      accept: (received) => verified(set, received, archive.name),
    });
    await writeBeside(path, bytes);
    return value;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(
      `${name}: ${error.message}; or lay ${archive.name}, or the files in it, into ` +
        `$FOVEA_DATA/${name}.${damage}`,
      { cause: error },
    );
  }
}

/** Unpacks an archive that must be the published one, to the last bit. */
async function verified(
  set: CifarSet,
  bytes: Uint8Array,
  path: string,
): Promise<Map<string, Uint8Array>> {
  const found = nodeModules().crypto.createHash('md5').update(bytes).digest('hex');
  if (found !== set.archive.md5) {
    throw new DataError(
      `${path}: its md5 checksum is ${found}, expected ${set.archive.md5}; remove the file and get it again`,
    );
  }
  return unpack(set, bytes, path);
}

/** The set's files in a .tar.gz. */
async function unpack(
  set: CifarSet,
  bytes: Uint8Array,
  file: string,
): Promise<Map<string, Uint8Array>> {
  const wanted = new Map([...set.train, set.test].map((name) => [name, MAX_FILE_BYTES]));
  wanted.set(set.classNames.file, MAX_NAMES_BYTES);
  const files = await readTar(gunzip(bytes, file), { file, wanted, maxBytes: MAX_ARCHIVE_BYTES });
  const missing = filesOf(set).filter((name) => !files.has(name));
  if (missing.length > 0) {
    throw new DataError(
      `${file}: ${missing.join(', ')} missing in it; expected the binary version of ${set.name}, ` +
        `${set.archive.name}`,
    );
  }
  return files;
}

async function* gunzip(bytes: Uint8Array, file: string): AsyncGenerator<Uint8Array> {
  // The copy satisfies Blob, which takes no bytes over shared memory.
  const stream = new Blob([new Uint8Array(bytes)]).stream();
  const reader = stream.pipeThrough(new DecompressionStream('gzip')).getReader();
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      length += value.length;
      yield value;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(
      `${file}: the gzip stream is damaged or cut short (${reason}) after ${length} bytes of content; ` +
        'get the file again',
      { cause: error },
    );
  } finally {
    // Stops the decompressor; it may have failed already, which is no news.
    reader.cancel().catch(() => {});
  }
}

function filesOf(set: CifarSet): string[] {
  return [...set.train, set.test, set.classNames.file];
}

function cachePath({ name, archive }: CifarSet): string {
  return nodeModules(NOTE).path.join(cacheFolder(name), archive.name);
}
