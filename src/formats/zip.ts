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
}

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
  return {
    entries,
    async read(name, offset = 0, length) {
      const entry = entries.get(name);
      if (!entry) {
        throw new FormatError(source.name, {
          happened: `there is no entry ${quoted(name)}`,
          expected: entries.size
            ? `one of ${listed([...entries.keys()])}`
            : 'no entry, for it is empty',
          mend: 'choose another entry or archive',
        });
      }
      checkEntry(entry, source.name);
      const end = offset + (length ?? entry.size - offset);
      if (!(offset >= 0 && offset <= end && end <= entry.size)) {
        throw damagedZip(
          source.name,
          `bytes ${offset} to ${end} of entry ${quoted(name)} were wanted, which has ${entry.size}`,
        );
      }
      const start = await dataStart(source, entry);
      const bytes =
        entry.method === 0
          ? await source.read(start + offset, end - offset)
          : await inflate({ source, entry, start }, offset, end);
      if (bytes.length === entry.size && crc32(bytes) !== entry.crc) {
        throw damagedZip(source.name, `entry ${quoted(name)} does not have its checksum`);
      }
      return bytes;
    },
  };
}

function checkEntry(entry: ZipEntry, file: string): void {
  const { name, method, encrypted, compressed, size } = entry;
  if (encrypted || (method !== 0 && method !== 8)) {
    throw new FormatError(file, {
      happened: `entry ${quoted(name)} is ${encrypted ? 'encrypted' : `packed by method ${method}`}`,
      expected: 'entries that are stored or deflated',
      mend: 'pack the archive again in the usual way',
    });
  }
  if (method === 0 ? size !== compressed : size > compressed * bestDeflateRatio) {
    throw damagedZip(
      file,
      `entry ${quoted(name)} should unpack from ${compressed} to ${size} bytes, which cannot be`,
    );
  }
}

/** Where the entry's bytes begin: the local header's name and extra field have lengths of their own. */
async function dataStart(source: ByteSource, entry: ZipEntry): Promise<number> {
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

interface Packed {
  readonly source: ByteSource;
  readonly entry: ZipEntry;
  /** Where its packed bytes begin. */
  readonly start: number;
}

/** Unpacks from the beginning until `end`; for a whole entry also looks that nothing follows. */
async function inflate(
  { source, entry, start }: Packed,
  from: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(end - from);
  const whole = out.length === entry.size;
  let done = 0;
  const inflater = new Inflate((chunk) => {
    const [first, last] = [Math.max(0, from - done), Math.min(chunk.length, end - done)];
    if (last > first) out.set(chunk.subarray(first, last), done + first - from);
    done += chunk.length;
  });
  for (let at = 0; at < entry.compressed && (done < end || whole); at += pieceBytes) {
    const length = Math.min(pieceBytes, entry.compressed - at);
    const piece = await source.read(start + at, length);
    try {
      inflater.push(piece, at + length === entry.compressed);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw damagedZip(
        source.name,
        `entry ${quoted(entry.name)} cannot be unpacked (${text})`,
        error,
      );
    }
    if (done > entry.size) break;
  }
  if (done < end || done > entry.size) {
    const found = done > entry.size ? 'more' : `only ${done}`;
    throw damagedZip(
      source.name,
      `entry ${quoted(entry.name)} should unpack to ${entry.size} bytes, but there are ${found}`,
    );
  }
  return out;
}
