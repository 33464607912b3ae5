/** Reads the values of tensors that lie in other files, which must be in the model's own folder. */

import { sizeOf } from '../../graph/shape.js';
import { type ByteSource, openFile } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import type { PendingTensor } from './read-tensor.js';
import { valuesFromRaw } from './tensor-values.js';

/** Opens the file at a location that a model names, relative to its folder. */
export type OpenExternal = (location: string) => Promise<ByteSource>;

/**
 * Gives every pending tensor its values, one after the other; files are closed at the end.
 *
 * @throws {FormatError} when a file is not there, is too short, or must not be read.
 */
export async function readPending(
  pending: readonly PendingTensor[],
  own: ByteSource,
  open: OpenExternal,
): Promise<void> {
  const opened = new Map<string, ByteSource>([['', own]]);
  try {
    for (const { tensor, what, location, offset, length } of pending) {
      let source = opened.get(location);
      if (!source) {
        source = await open(location);
        opened.set(location, source);
      }
      if (offset + length > source.size) {
        throw new FormatError(own.name, {
          happened:
            `the values of ${what} should be ${length} bytes from byte ${offset} on in ` +
            `${JSON.stringify(location)}, which has ${source.size}`,
          expected: 'them to lie within that file',
          mend: 'the file is cut off or of another model; download both again',
        });
      }
      const { buffer } = await source.read(offset, length);
      tensor.data = valuesFromRaw(tensor.type, buffer, sizeOf(tensor.shape));
    }
  } finally {
    opened.delete('');
    for (const source of opened.values()) await source.close();
  }
}

/**
 * Opens files in the folder of the model at `path` (Node), and refuses whatever lies elsewhere: absolute
 * paths, `..`, and links that lead out of the folder.
 */
export function besides(path: string): OpenExternal {
  return async (location) => {
    checkLocation(path, location);
    const { realpath } = await import('node:fs/promises');
    const { dirname, join, sep } = await import('node:path');
    const folder = await realpath(dirname(path));
    const wanted = join(folder, location);
    const real = await realpath(wanted).catch((error: unknown) => {
      throw refused(path, location, 'cannot be found', error);
    });
    if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      throw refused(path, location, "is a link to a place outside the model's folder");
    }
    return openFile(real);
  };
}

/** Throws FormatError unless `location` goes down from the folder, whatever the system's paths look like. */
export function checkLocation(fileName: string, location: string): void {
  const parts = location.split(/[/\\]/);
  const leaves = parts.includes('..') || parts[0] === '' || /^[a-z]:/i.test(location);
  if (!leaves && !location.includes('\0')) return;
  throw refused(fileName, location, "is a path that may leave the model's folder");
}

function refused(fileName: string, location: string, problem: string, cause?: unknown) {
  return new FormatError(
    fileName,
    {
      happened: `values are in the file ${JSON.stringify(location)}, which ${problem}`,
      expected: "a file in the model's folder",
      mend: 'put the file there, under the name that the model has for it',
    },
    cause,
  );
}
