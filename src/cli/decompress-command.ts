/** `fovea decompress`: the pictures of a file that `fovea compress` wrote. */

import { mkdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { encodePng, writeFileAtomically } from '../formats/index.js';
import { readCodes } from '../latent/compression/index.js';
import { imagesOf, openLatentRun } from '../latent/index.js';
import { isFolder } from './folder-data.js';
import { readInputFile } from './read-input-file.js';
import { print, type Terminal } from './terminal.js';
import { UsageError } from './usage.js';

export interface DecompressOptions {
  readonly json?: boolean;
}

export interface DecompressedPlaces {
  /** The folder of a run. */
  readonly folder: string;
  readonly path: string;
  readonly out: string;
}

/** Pictures that are in memory at once. */
const BATCH = 256;

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function decompressCommand(
  { folder, path, out }: DecompressedPlaces,
  { json }: DecompressOptions,
  { stdout }: Terminal,
): Promise<number> {
  const run = await openLatentRun(folder);
  const bytes = await readInputFile(path, 'compressed pictures');
  const { codes, labels, names } = readCodes(run, bytes, { fileName: path });
  const count = codes.length / run.latent;
  const files = filesOf(out, { count, names });
  for (let first = 0; first < count; first += BATCH) {
    const last = Math.min(count, first + BATCH);
    const some = run.decode(
      codes.subarray(first * run.latent, last * run.latent),
      labels?.subarray(first, last),
    );
    for (const [i, image] of imagesOf(some, run.shape).entries()) {
      const file = files[first + i];
      await mkdir(dirname(file), { recursive: true });
      await writeFileAtomically(file, encodePng(image));
    }
  }
  if (json) print(stdout, JSON.stringify({ file: path, run: folder, pictures: count, out, files }));
  else print(stdout, `${count === 1 ? '1 picture' : `${count} pictures`} written to ${out}`);
  return 0;
}

/** Where each picture goes. Throws UsageError when there are several and `out` is one file. */
function filesOf(
  out: string,
  { count, names }: { count: number; names: readonly string[] | null },
): string[] {
  const isFile = extname(out).toLowerCase() === '.png' && !isFolder(out);
  if (isFile && count === 1) return [out];
  if (isFile) {
    throw new UsageError(`${out} is one file, but there are ${count} pictures; name a folder`);
  }
  const digits = Math.max(4, String(count).length);
  const numbers = Array.from({ length: count }, (_, n) => String(n + 1).padStart(digits, '0'));
  return pngNames(names ?? numbers).map((name) => join(out, name));
}

/** Names that end in .png, all different; on some systems a and A are the same. */
function pngNames(names: readonly string[]): string[] {
  const stems = names.map((name) => name.slice(0, name.length - extname(name).length));
  const kinds = new Set(stems.map((stem) => stem.normalize().toLowerCase()));
  return (kinds.size === names.length ? stems : names).map((name) => `${name}.png`);
}
