/** The folder that a training run writes into: chosen, made and found writable before the run begins. */

import { type FileSystem, WriteError, writeFileAtomically } from '../formats/atomic-file.js';

export interface RunFolder {
  readonly path: string;
  /** Removes the folder again if the run made it and left nothing in it. */
  removeIfEmpty(): Promise<void>;
}

/**
 * Makes the folder `out`, or the next free `runs/<name>-<n>`, and tries to write into it.
 *
 * Throws WriteError when that is not possible.
 *
 *     const { path } = await openRunFolder('lenet5-mnist'); // runs/lenet5-mnist-1
 */
export async function openRunFolder(
  name: string,
  { out, files }: { out?: string; files?: FileSystem } = {},
): Promise<RunFolder> {
  const { mkdir, rm, rmdir, stat } = await import('node:fs/promises');
  const { dirname, join } = await import('node:path');
  const isFolder = (path: string) =>
    stat(path).then(
      (status) => status.isDirectory(),
      () => false,
    );
  /** Whether it was made: false when the folder was there. */
  const make = async (path: string): Promise<boolean> => {
    // NOTE: mkdir with `recursive` never returns in /proc, and hides that a file system is read-only.
    try {
      await mkdir(path);
      return true;
    } catch (error) {
      if (await isFolder(path)) return false;
      const parent = dirname(path);
      const childOfNone = codeOf(error) === 'ENOENT' && !(await isFolder(parent));
      if (!childOfNone || parent === path) throw new WriteError(path, reasonFor(error), error);
      await make(parent);
      return await make(path);
    }
  };
  if (out === '') {
    throw new WriteError("''", { what: 'the name is empty', mend: 'name a folder' });
  }
  let path = out ?? '';
  let made = out !== undefined && (await make(out));
  if (out === undefined) {
    await make('runs');
    for (let n = 1; !made; n++) {
      path = join('runs', `${name}-${n}`);
      made = await make(path).catch((error) => {
        if (codeOf(error) === 'EEXIST') return false; // a file has the name: the next number
        throw error;
      });
    }
  }
  const removeIfEmpty = async () => {
    if (made) await rmdir(path).catch(() => {});
  };
  const probe = join(path, '.writable');
  try {
    await writeFileAtomically(probe, 'a network will be saved here\n', { files });
    await rm(probe, { force: true });
  } catch (error) {
    await removeIfEmpty();
    throw error;
  }
  return { path, removeIfEmpty };
}

function reasonFor(error: unknown): { what: string; mend: string } {
  const mend = 'choose another folder';
  const reasons: Record<string, string> = {
    EACCES: 'there is no permission to make this folder',
    EPERM: 'there is no permission to make this folder',
    EEXIST: 'a file is in its place',
    ENOENT: 'the system allows no folder there',
    ENOTDIR: 'a part of the path is a file, not a folder',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
  };
  const text = error instanceof Error ? error.message : String(error);
  return { what: reasons[codeOf(error) ?? ''] ?? text, mend };
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
