/** listFolder: what is in a folder and the folders in it (Node). */

import { DataError } from '../dataset.js';
import { nodeModules } from '../kept-files.js';
import { byName } from './picture-set.js';

/** Deeper folders are a circle of links. */
const DEEPEST = 32;

export interface Listing {
  /** Paths of files from the folder, as names: `['cats', 'tom.png']`. */
  readonly files: readonly (readonly string[])[];
  /** The folders right in the folder. */
  readonly folders: readonly string[];
}

/**
 * The files in a folder and in all folders in it, sorted; what is hidden is left out.
 *
 * Throws DataError when there is no such folder, or one that cannot be read.
 */
export async function listFolder(path: string): Promise<Listing> {
  const { fs, path: paths } = nodeModules('in a browser, pass the files');
  const files: string[][] = [];
  const walk = async (names: readonly string[]): Promise<string[]> => {
    const folders: string[] = [];
    const here = paths.join(path, ...names);
    if (names.length > DEEPEST) {
      throw new DataError(
        `${here}: more than ${DEEPEST} folders in each other; is a link a circle?`,
      );
    }
    const entries = await fs.readdir(here, { withFileTypes: true }).catch((error: unknown) => {
      throw notListed(here, error);
    });
    for (const entry of entries.sort((a, b) => byName(a.name, b.name))) {
      if (entry.name.startsWith('.')) continue;
      const inner = [...names, entry.name];
      const link = entry.isSymbolicLink()
        ? await fs.stat(paths.join(path, ...inner)).catch(() => null)
        : null;
      if (entry.isFile() || link?.isFile()) files.push(inner);
      if (entry.isDirectory() || link?.isDirectory()) {
        folders.push(entry.name);
        await walk(inner);
      }
    }
    return folders;
  };
  const folders = await walk([]);
  return { files, folders };
}

function notListed(path: string, error: unknown): DataError {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such folder',
    ENOTDIR: 'it is no folder',
    EACCES: 'there is no permission to read it',
  };
  const reason = reasons[String(code)] ?? String(error);
  return new DataError(`${path}: ${reason}; expected a folder of pictures; check the path`, {
    cause: error,
  });
}
