/** Reads the files in a tar archive (POSIX ustar) as it streams by; what is not wanted is passed over and takes no memory. */

import { DataError } from './dataset.js';

export interface TarOptions {
  /** What to call the archive in messages. */
  readonly file: string;
  /** The files to take, by the last part of their names, and the most bytes that each may have. */
  readonly wanted: ReadonlyMap<string, number>;
  /** The most bytes that the whole archive may have. */
  readonly maxBytes: number;
}

const BLOCK = 512;
const GET_AGAIN = 'get the file again';
const decoder = new TextDecoder('latin1');

/**
 * The wanted files of the archive whose bytes come in `chunks`, by the last part of their names.
 *
 * Throws DataError when it is no tar archive, ends early, or has more bytes than are allowed.
 *
 *     const files = await readTar(chunks, { file, wanted: new Map([['labels.txt', 1000]]), maxBytes });
 */
export async function readTar(
  chunks: AsyncIterable<Uint8Array>,
  options: TarOptions,
): Promise<Map<string, Uint8Array>> {
  const { file, wanted } = options;
  const stream = new Stream(chunks, options);
  const found = new Map<string, Uint8Array>();
  for (;;) {
    const header = await stream.take(BLOCK, 'the header of its next file');
    // The archive ends with blocks of zeros.
    if (header.every((byte) => byte === 0)) return found;
    const { name, size, isFile } = parseHeader(header, file);
    const most = wanted.get(name);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (!isFile || most === undefined) {
      await stream.skip(size + padding, name);
      continue;
    }
    if (size > most) {
      throw new DataError(
        `${file}: ${name} in it has ${size} bytes, more than the ${most} allowed; ${GET_AGAIN}`,
      );
    }
    found.set(name, await stream.take(size, name));
    await stream.skip(padding, name);
  }
}

interface TarHeader {
  /** The last part of the path. */
  readonly name: string;
  readonly size: number;
  readonly isFile: boolean;
}

function parseHeader(header: Uint8Array, file: string): TarHeader {
  const text = (from: number, length: number) =>
    decoder.decode(header.subarray(from, from + length)).split('\0')[0];
  const octal = (from: number, length: number): number => {
    const digits = text(from, length).trim();
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  };
  // The sum of all bytes, those of the sum itself taken for spaces.
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i];
  const size = octal(124, 12);
  if (octal(148, 8) !== sum || !Number.isSafeInteger(size)) {
    throw new DataError(
      `${file}: not a tar archive, or a damaged one: a header of 512 bytes has a wrong checksum or ` +
        `size; ${GET_AGAIN}`,
    );
  }
  const type = header[156];
  // Files of the older format have a zero for their type.
  return { name: text(0, 100).split('/').at(-1)!, size, isFile: type === 0 || type === 0x30 };
}

/** Takes so many bytes at a time out of chunks of other sizes. */
class Stream {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #options: TarOptions;
  #chunk: Uint8Array = new Uint8Array(0);
  #total = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, options: TarOptions) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#options = options;
  }

  /** The next `length` bytes; memory grows with what comes, not with what a header promises. */
  async take(length: number, what: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    await this.#each(length, what, (part) => parts.push(part));
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  async skip(length: number, what: string): Promise<void> {
    await this.#each(length, what, () => {});
  }

  async #each(length: number, what: string, use: (part: Uint8Array) => void): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.#chunk.length === 0) await this.#next(what);
      const part = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(part.length);
      left -= part.length;
      use(part);
    }
  }

  async #next(what: string): Promise<void> {
    const { file, maxBytes } = this.#options;
    const { done, value } = await this.#chunks.next();
    if (done) {
      throw new DataError(
        `${file}: the archive ends after ${this.#total} bytes, within ${what}; ${GET_AGAIN}`,
      );
    }
    this.#total += value.length;
    if (this.#total > maxBytes) {
      throw new DataError(
        `${file}: the archive has more than the ${maxBytes} bytes allowed; ${GET_AGAIN}`,
      );
    }
    this.#chunk = value;
  }
}
