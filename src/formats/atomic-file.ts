/** Writes a file so that its path always holds either the old content or the whole new one (Node). */

import { randomBytes } from 'node:crypto';
import * as nodeFiles from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FormatError } from './format-error.js';

/** The file system calls that `writeFileAtomically` makes; tests pass their own. */
export type FileSystem = Pick<
  typeof nodeFiles,
  'open' | 'rename' | 'rm' | 'stat' | 'realpath' | 'chmod'
>;

/**
 * Writes `content` to `path`: beside it first, flushed to the disk, then renamed over it.
 *
 * When anything fails, `path` keeps its old content and nothing is left beside it. A symbolic link
 * is followed and the permissions of an existing file are kept.
 *
 * @throws {FormatError} when the disk is full, the folder is missing or not writable, or `path` is
 * not a regular file.
 * @example
 * await writeFileAtomically('runs/1/model.safetensors', encodeSafetensors(tensors));
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
  { files = nodeFiles }: { files?: FileSystem } = {},
): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  try {
    const { target, mode } = await findTarget(path, files);
    const folder = dirname(target);
    const beside = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      const handle = await files.open(beside, 'wx', 0o666);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      if (mode !== undefined) await files.chmod(beside, mode);
      await files.rename(beside, target);
    } catch (error) {
      await files.rm(beside, { force: true }).catch(() => {});
      throw error;
    }
    await syncFolder(folder, files);
  } catch (error) {
    throw error instanceof FormatError ? error : explain(path, bytes.length, error);
  }
}

interface Target {
  readonly target: string;
  readonly mode: number | undefined;
}

async function findTarget(path: string, files: FileSystem): Promise<Target> {
  let target: string;
  try {
    target = await files.realpath(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { target: path, mode: undefined };
    throw error;
  }
  const status = await files.stat(target);
  // NOTE: renaming over a device such as /dev/null would replace it for the whole machine.
  if (!status.isFile()) {
    throw new FormatError(path, {
      happened: `could not write ${path}: it is ${status.isDirectory() ? 'a folder' : 'a device'}`,
      expected: 'the path of a file',
      mend: 'choose another path; nothing was changed',
    });
  }
  return { target, mode: status.mode & 0o7777 };
}

/** Makes the rename itself durable; some systems cannot, and the content is safe without it. */
async function syncFolder(folder: string, files: FileSystem): Promise<void> {
  try {
    const handle = await files.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows and some network file systems refuse to open or to sync a folder.
  }
}

type Reason = (path: string, length: number) => { what: string; mend: string };

const full: Reason = (_path, length) => ({
  what: `the disk is full (needs ${length} bytes)`,
  mend: 'free some space or choose another disk',
});
const denied: Reason = (path) => ({
  what: `no permission to write in the folder ${dirname(path)}`,
  mend: 'change its permissions or choose another path',
});

const reasons: Record<string, Reason> = {
  ENOSPC: full,
  EDQUOT: (_path, length) => ({
    what: `your disk quota is used up (needs ${length} bytes)`,
    mend: 'free some space or choose another disk',
  }),
  EACCES: denied,
  EPERM: denied,
  EROFS: () => ({
    what: 'the file system is read-only',
    mend: 'choose a path on another file system',
  }),
  ENOTDIR: (path) => ({
    what: `a part of the path ${dirname(path)} is a file, not a folder`,
    mend: 'choose another path',
  }),
  ENOENT: (path) => ({
    what: `the folder ${dirname(path)} does not exist`,
    mend: 'create the folder or choose another path',
  }),
  EISDIR: () => ({ what: 'it is a folder', mend: 'choose the path of a file' }),
  ELOOP: () => ({ what: 'its symbolic links form a loop', mend: 'choose another path' }),
  ENAMETOOLONG: () => ({ what: 'the name is too long', mend: 'choose a shorter name' }),
  EIO: () => ({ what: 'the disk reported an error', mend: 'check the disk or choose another' }),
};

function explain(path: string, length: number, error: unknown): FormatError {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const reason = code === undefined ? undefined : reasons[code];
  const { what, mend } = reason?.(path, length) ?? { what: text, mend: 'choose another path' };
  return new FormatError(
    path,
    {
      happened: `could not write ${path}: ${what}`,
      expected: 'a folder that can be written and has room for the file',
      mend: `${mend}; nothing was changed`,
    },
    error,
  );
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
