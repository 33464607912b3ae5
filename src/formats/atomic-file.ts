/** Writes a file so that its path always holds either the old content or the whole new one (Node). */

// NOTE: Node's modules are imported when a file is written, so that a browser can load this module.
import type * as NodeFiles from 'node:fs/promises';

/** The file system calls that `writeFileAtomically` makes; tests pass their own. */
export type FileSystem = Pick<
  typeof NodeFiles,
  'open' | 'rename' | 'rm' | 'stat' | 'realpath' | 'chmod'
>;

/** A file that could not be written; its path still holds what it held before. */
export class WriteError extends Error {
  override name = 'WriteError';
  readonly path: string;
  /** The system's code, such as 'ENOSPC', when the system refused. */
  readonly code: string | undefined;

  constructor(path: string, { what, mend }: Reason, cause?: unknown) {
    super(
      `could not write ${path}: ${what}; ${mend}; nothing was changed`,
      cause === undefined ? undefined : { cause },
    );
    this.path = path;
    this.code = codeOf(cause);
  }
}

/** Content that comes in chunks, so that it never is in memory as a whole. */
export interface FileChunks {
  /** All bytes, where that is known, for the message when a disk is full. */
  readonly length?: number;
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * Writes `content` to `path`: beside it first, flushed to the disk, then renamed over it.
 *
 * When anything fails, `path` keeps its old content and nothing is left beside it. A symbolic link
 * is followed and the permissions of an existing file are kept. What the chunks of a content throw is
 * thrown on as it is.
 *
 * @throws {WriteError} when the disk is full, the folder is missing or not writable, or `path` is
 * not a regular file.
 * @example
 * await writeFileAtomically('runs/1/model.safetensors', encodeSafetensors(tensors));
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string | FileChunks,
  options: { files?: FileSystem } = {},
): Promise<void> {
  const files = options.files ?? (await import('node:fs/promises'));
  const { basename, dirname, join } = await import('node:path');
  const { length, chunks, failed } = chunksOf(content);
  try {
    const { target, mode } = await findTarget(path, files);
    const folder = dirname(target);
    const beside = join(folder, `.${basename(target)}.${crypto.randomUUID()}.tmp`);
    try {
      const handle = await files.open(beside, 'wx', 0o666);
      try {
        for await (const chunk of chunks) await handle.writeFile(chunk);
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
    throw error instanceof WriteError || failed(error)
      ? error
      : explain({ path, folder: dirname(path), length }, error);
  }
}

/** The content as chunks, and whether an error came from them and not from the disk. */
function chunksOf(content: Uint8Array | string | FileChunks): FileChunks & {
  failed(error: unknown): boolean;
} {
  if (typeof content === 'string') return chunksOf(new TextEncoder().encode(content));
  if (!('chunks' in content)) return chunksOf({ length: content.length, chunks: [content] });
  const { length, chunks } = content;
  const errors: unknown[] = [];
  async function* passedOn() {
    try {
      yield* chunks;
    } catch (error) {
      errors.push(error);
      throw error;
    }
  }
  return { length, chunks: passedOn(), failed: (error) => errors.includes(error) };
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
    throw new WriteError(path, {
      what: status.isDirectory() ? 'it is a folder' : 'it is a device, not a regular file',
      mend: 'choose the path of a file',
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

interface Reason {
  readonly what: string;
  readonly mend: string;
}

interface Attempt {
  readonly path: string;
  readonly folder: string;
  readonly length: number | undefined;
}

type Explain = (attempt: Attempt) => Reason;

const needs = (length: number | undefined): string =>
  length === undefined ? '' : ` (needs ${length} bytes)`;
const full: Explain = ({ length }) => ({
  what: `the disk is full${needs(length)}`,
  mend: 'free some space or choose another disk',
});
const denied: Explain = ({ folder }) => ({
  what: `no permission to write in the folder ${folder}`,
  mend: 'change its permissions or choose another path',
});

const reasons: Record<string, Explain> = {
  ENOSPC: full,
  EDQUOT: ({ length }) => ({
    what: `your disk quota is used up${needs(length)}`,
    mend: 'free some space or choose another disk',
  }),
  EACCES: denied,
  EPERM: denied,
  EROFS: () => ({
    what: 'the file system is read-only',
    mend: 'choose a path on another file system',
  }),
  ENOTDIR: ({ folder }) => ({
    what: `a part of the path ${folder} is a file, not a folder`,
    mend: 'choose another path',
  }),
  ENOENT: ({ folder }) => ({
    what: `the folder ${folder} does not exist`,
    mend: 'create the folder or choose another path',
  }),
  EISDIR: () => ({ what: 'it is a folder', mend: 'choose the path of a file' }),
  ELOOP: () => ({ what: 'its symbolic links form a loop', mend: 'choose another path' }),
  ENAMETOOLONG: () => ({ what: 'the name is too long', mend: 'choose a shorter name' }),
  EIO: () => ({ what: 'the disk reported an error', mend: 'check the disk or choose another' }),
};

function explain(attempt: Attempt, error: unknown): WriteError {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const reason = code === undefined ? undefined : reasons[code];
  const other = { what: text, mend: 'choose another path' };
  return new WriteError(attempt.path, reason?.(attempt) ?? other, error);
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
