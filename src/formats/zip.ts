/** Reads zip archives entry by entry, with only those bytes of the file in memory that are asked for. */

import { Inflate } from 'fflate';
import type { ByteSource } from './byte-source.js';
import { crc32 } from './crc32.js';
import { FormatError } from './format-error.js';
import { listed, quoted } from './quoted-name.js';
import {
  damagedZip,
  localHeaderBytes,
  localSignature,
  readZipDirectory,
  type ZipEntry,
} from './zip-directory.js';

export type { ZipEntry } from './zip-directory.js';
export { isZip } from './zip-start.js';

/** An open archive. */
export interface ZipArchive {
  /** All entries but folders by name, in the order of the archive's directory. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /**
   * The unpacked bytes of an entry, or `length` of them from `offset` on, at the beginning of a buffer of
   * their own. A whole entry is checked against its checksum; a part cannot be.
   *
   * @throws {FormatError} when there is no such entry or part, or when the entry is damaged, encrypted, packed by
   * another method than deflate, or unpacks to another size than it declares.
   */
  read(name: string, offset?: number, length?: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The unpacked bytes of an entry in order, some at a time, in memory that does not grow with the entry. The
   * checksum is looked at behind the last ones.
   *
   * @throws {FormatError} as `read`, while the bytes are gone through.
   */
  chunks(name: string): AsyncGenerator<Uint8Array, void>;
}

/** Methods of packing that are read. */
const stored = 0;
const deflated = 8;
/** Deflate cannot pack more than 1032 bytes into one (zlib's technical details). */
const bestDeflateRatio = 1032;
/** Packed bytes that are read and unpacked at once. */
const pieceBytes = 32768;

/**
 * Opens a zip archive (with 64-bit sizes or without); `source` stays open and is the caller's to close.
 *
 * @throws {FormatError} when it is no archive, or its directory is damaged.
 * @example
 * const archive = await openZip(await openFile('weights.npz'));
 * const bytes = await archive.read('conv1.weight.npy');
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const entries = await readZipDirectory(source);
  const find = (name: string): ZipEntry => {
    const entry = entries.get(name);
    if (!entry) throw noSuchEntry(name, entries, source.name);
    checkEntry(entry, source.name);
    return entry;
  };
  return {
    entries,
    async read(name, offset = 0, length) {
      const entry = find(name);
      const end = offset + (length ?? entry.size - offset);
      if (!(offset >= 0 && offset <= end && end <= entry.size)) {
        throw damagedZip(
          source.name,
          `bytes ${offset} to ${end} of entry ${quoted(name)} were wanted, which has ${entry.size}`,
        );
      }
      if (entry.method !== stored) return unpackedPart({ source, entry }, offset, end);
      const start = await dataStart({ source, entry });
      const bytes = await source.read(start + offset, end - offset);
      if (bytes.length === entry.size) checkSum({ source, entry }, crc32(bytes));
      return bytes;
    },
    chunks: (name) => unpacked({ source, entry: find(name) }),
  };
}

function noSuchEntry(
  name: string,
  entries: ReadonlyMap<string, ZipEntry>,
  file: string,
): FormatError {
  return new FormatError(file, {
    happened: `there is no entry ${quoted(name)}`,
    expected: entries.size ? `one of ${listed([...entries.keys()])}` : 'no entry, for it is empty',
    mend: 'choose another entry or archive',
  });
}

function checkEntry(entry: ZipEntry, file: string): void {
  const { name, method, encrypted, compressed, size } = entry;
  if (encrypted || (method !== stored && method !== deflated)) {
    throw new FormatError(file, {
      happened: `entry ${quoted(name)} is ${encrypted ? 'encrypted' : `packed by method ${method}`}`,
      expected: 'entries that are stored or deflated',
      mend: 'pack the archive again in the usual way',
    });
  }
  if (method === stored ? size !== compressed : size > compressed * bestDeflateRatio) {
    throw damagedZip(
      file,
      `entry ${quoted(name)} should unpack from ${compressed} to ${size} bytes, which cannot be`,
    );
  }
}

/** An entry and the archive that it lies in. */
interface Place {
  readonly source: ByteSource;
  readonly entry: ZipEntry;
}

/** Where the entry's bytes begin: the local header's name and extra field have lengths of their own. */
async function dataStart({ source, entry }: Place): Promise<number> {
  const header = new DataView((await source.read(entry.offset, localHeaderBytes)).buffer);
  if (header.getUint32(0, true) !== localSignature) {
    throw damagedZip(
      source.name,
      `entry ${quoted(entry.name)} does not begin at byte ${entry.offset}`,
    );
  }
  const start =
    entry.offset + localHeaderBytes + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + entry.compressed > source.size) {
    throw damagedZip(source.name, `entry ${quoted(entry.name)} ends behind the end of the file`);
  }
  return start;
}

/** All bytes of the entry, checked against its size and its checksum. */
async function* unpacked(place: Place): AsyncGenerator<Uint8Array, void> {
  const { source, entry } = place;
  let done = 0;
  let sum = 0;
  const mismatch = (found: string) =>
    damagedZip(
      source.name,
      `entry ${quoted(entry.name)} should unpack to ${entry.size} bytes, but there are ${found}`,
    );
  const pieces = packed(place, await dataStart(place));
  for await (const chunk of entry.method === stored ? pieces : inflated(place, pieces)) {
    done += chunk.length;
    if (done > entry.size) throw mismatch('more');
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (done < entry.size) throw mismatch(`only ${done}`);
  checkSum(place, sum);
}

/** The bytes of the entry as they lie in the archive. */
async function* packed({ source, entry }: Place, start: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < entry.compressed; at += pieceBytes) {
    yield await source.read(start + at, Math.min(pieceBytes, entry.compressed - at));
  }
}

async function* inflated(
  { source, entry }: Place,
  pieces: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  let chunk: Uint8Array = new Uint8Array(0);
  const inflater = new Inflate((next) => {
    chunk = next;
  });
  let read = 0;
  for await (const piece of pieces) {
    read += piece.length;
    try {
      inflater.push(piece, read === entry.compressed);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw damagedZip(
        source.name,
        `entry ${quoted(entry.name)} cannot be unpacked (${text})`,
        error,
      );
    }
    yield chunk;
  }
}

/** Bytes `from` to `end` of a deflated entry, which is unpacked up to there. */
async function unpackedPart(
  place: Place,
  from: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(end - from);
  const whole = out.length === place.entry.size;
  let done = 0;
  for await (const chunk of unpacked(place)) {
    const [first, last] = [Math.max(0, from - done), Math.min(chunk.length, end - done)];
    if (last > first) out.set(chunk.subarray(first, last), done + first - from);
    done += chunk.length;
    if (done >= end && !whole) break;
  }
  return out;
}

function checkSum({ source, entry }: Place, sum: number): void {
  if (sum === entry.crc) return;
  throw damagedZip(source.name, `entry ${quoted(entry.name)} does not have its checksum`);
}
