/** Reads a file that the command line names, with an error that says what was expected there. */

import { readFile } from 'node:fs/promises';
import { FormatError } from '../formats/index.js';

/** The bytes of the file at `path`; throws FormatError when it is not there or cannot be read. */
export async function readInputFile(path: string, expected: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const text = error instanceof Error ? error.message : String(error);
    const happened =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : `the file cannot be read (${text})`;
    throw new FormatError(path, { happened, expected, mend: 'check the path' }, error);
  }
}
