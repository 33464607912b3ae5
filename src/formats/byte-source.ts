/** Bytes that are read piece by piece: a file (Node), a blob (browsers) or memory. */

// NOTE: Node's modules are imported when a file is opened, so that a browser can load this module.
import { FormatError } from './format-error.js';

/** A file of `size` bytes that is read where it is needed, never as a whole. */
export interface ByteSource {
  /** The file's name, for messages. */
  readonly name: string;
  /** Its length in bytes. */
  readonly size: number;
  /**
   * A copy of `length` bytes from `offset` on, at the beginning of a buffer of its own, so that a
   * typed array of any element type may lie over it.
   *
   * @throws {FormatError} when the file has no such bytes.
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Gives up the file; reading is an error from here on. Closing twice is none. */
  close(): Promise<void>;
}

/** The most bytes that one call of the system reads: less than 2^31 everywhere. */
const largestRead = 2 ** 30;

/**
 * Opens the file at `path` for reading (Node).
 *
 * @throws {FormatError} when there is no regular file that may be read.
 * @example
 * const source = await openFile('vgg16.safetensors');
 * const start = await source.read(0, 8);
 * await source.close();
 */
export async function openFile(path: string): Promise<ByteSource> {
  const { open } = await import('node:fs/promises');
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw notOpened(path, error);
  });
  const status = await handle.stat();
  if (!status.isFile()) {
    await handle.close();
    throw new FormatError(path, {
      happened: `it is ${status.isDirectory() ? 'a folder' : 'a device'}`,
      expected: 'a file',
      mend: 'give the path of a file',
    });
  }
  const { size } = status;
  let closed = false;
  return {
    name: path,
    size,
    async read(offset, length) {
      checkRange({ name: path, size }, offset, length);
      if (closed) throw closedError(path);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const wanted = Math.min(length - done, largestRead);
        const { bytesRead } = await handle.read(bytes, done, wanted, offset + done);
        if (bytesRead === 0) throw shrunken(path, size, offset + done);
        done += bytesRead;
      }
      return bytes;
    },
    async close() {
      if (closed) return;
      closed = true;
      await handle.close();
    },
  };
}

/** A source over bytes in memory, which stay where they are; `name` is only for messages. */
export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  const size = bytes.length;
  let held: Uint8Array | undefined = bytes;
  return {
    name,
    size,
    async read(offset, length) {
      checkRange({ name, size }, offset, length);
      if (!held) throw closedError(name);
      // NOTE: `Buffer.slice` would not copy.
      return new Uint8Array(held.subarray(offset, offset + length));
    },
    async close() {
      held = undefined;
    },
  };
}

/** A source over a blob, such as a file that a visitor chose in the browser. */
export function blobSource(blob: Blob, name: string): ByteSource {
  const { size } = blob;
  let closed = false;
  return {
    name,
    size,
    async read(offset, length) {
      checkRange({ name, size }, offset, length);
      if (closed) throw closedError(name);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    async close() {
      closed = true;
    },
  };
}

function checkRange(
  { name, size }: { readonly name: string; readonly size: number },
  offset: number,
  length: number,
): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (whole && offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new FormatError(name, {
    happened: `${length} bytes should lie at byte ${offset}`,
    expected: `them to lie within the ${size} bytes of the file`,
    mend: 'it is cut off or damaged; download or save it again',
  });
}

function closedError(name: string): FormatError {
  return new FormatError(name, {
    happened: 'the file was closed already',
    expected: 'to read from an open file',
    mend: 'open it again, or close it later',
  });
}

function shrunken(path: string, size: number, position: number): FormatError {
  return new FormatError(path, {
    happened: `the file ends at byte ${position}, though it had ${size} bytes when it was opened`,
    expected: 'a file that nobody changes meanwhile',
    mend: 'wait until it is written, and open it again',
  });
}

const openProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'there is no permission to read it',
  EPERM: 'there is no permission to read it',
  EISDIR: 'it is a folder',
};

function notOpened(path: string, error: unknown): FormatError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = error instanceof Error ? error.message : String(error);
  return new FormatError(
    path,
    {
      happened: openProblems[code] ?? text,
      expected: 'a file that can be read',
      mend: 'check the path and its permissions',
    },
    error,
  );
}
