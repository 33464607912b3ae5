/** The files of data sets on disk (Node): looked for, read, and kept for the next time. */

import { DataError } from './dataset.js';

/** Writes beside and renames, so that no reader ever sees half a file. */
export async function writeBeside(path: string, bytes: Uint8Array): Promise<void> {
  const modules = nodeModules();
  const beside = `${path}.${process.pid}-${modules.crypto.randomUUID()}.part`;
  try {
    await modules.fs.mkdir(modules.path.dirname(path), { recursive: true });
    await modules.fs.writeFile(beside, bytes);
    await modules.fs.rename(beside, path);
  } catch {
    // A cache that cannot be written only costs the next download; the data is already in memory.
    await modules.fs.rm(beside, { force: true }).catch(() => {});
  }
}

/** The whole file; throws DataError when it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await nodeModules().fs.readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${path}: cannot be read (${reason}); check its permissions`, {
      cause: error,
    });
  }
}

/** Whether there is a file of that name. */
export async function exists(path: string): Promise<boolean> {
  const stat = await nodeModules()
    .fs.stat(path)
    .catch(() => undefined);
  return stat?.isFile() ?? false;
}

/**
 * Node's modules, asked for at run time so that a browser can load this file; throws DataError there, and says
 * what to do `otherwise`.
 */
export function nodeModules(otherwise = 'in a browser, fetch the files') {
  if (typeof process === 'undefined' || typeof process.getBuiltinModule !== 'function') {
    throw new DataError(
      `data sets are kept on disk, which needs Node 20.16 or newer; ${otherwise}`,
    );
  }
  return {
    crypto: process.getBuiltinModule('node:crypto'),
    fs: process.getBuiltinModule('node:fs/promises'),
    path: process.getBuiltinModule('node:path'),
  };
}
