/** The central directory of a zip archive, with its 64-bit extension: which entries there are, and where. */

import type { ByteSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { quoted } from './quoted-name.js';

/** One file in an archive, as the central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** How it is stored: 0 is as it is, 8 is deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  /** Its bytes in the archive. */
  readonly compressed: number;
  /** Its bytes when they are unpacked. */
  readonly size: number;
  /** The CRC-32 of its unpacked bytes. */
  readonly crc: number;
  /** Where its local header lies, which is in front of its bytes. */
  readonly offset: number;
}

export const localHeaderBytes = 30;
const recordBytes = 46;
const endBytes = 22;
const locatorBytes = 20;
const end64Bytes = 56;
const longestComment = 0xffff;

export const localSignature = 0x04034b50;
const recordSignature = 0x02014b50;
const endSignature = 0x06054b50;
const locatorSignature = 0x07064b50;
const end64Signature = 0x06064b50;

const whole16 = 0xffff;
const whole32 = 0xffffffff;

/** Where the directory lies, and how many entries it has. */
interface Directory {
  readonly count: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * All entries but folders by name, in the order of the directory.
 *
 * @throws {FormatError} when the archive is cut off or damaged, or its entries lie over each other (as they
 * do in archives that are made to unpack without end).
 */
export async function readZipDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const directory = await findDirectory(source);
  const bytes = await source.read(directory.offset, directory.size);
  const view = new DataView(bytes.buffer);
  const entries = new Map<string, ZipEntry>();
  const all: ZipEntry[] = [];
  let position = 0;
  for (let i = 0; i < directory.count; i++) {
    const { entry, next } = readRecord({ view, position, index: i, file: source.name });
    position = next;
    all.push(entry);
    if (entry.name.endsWith('/')) continue;
    if (entries.has(entry.name)) {
      throw damagedZip(source.name, `it has two entries ${quoted(entry.name)}`);
    }
    entries.set(entry.name, entry);
  }
  checkPlaces(all, directory.offset, source.name);
  return entries;
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  const { name, size } = source;
  if (size < endBytes) throw damagedZip(name, `it has only ${size} bytes`);
  const tailStart = Math.max(0, size - endBytes - longestComment - locatorBytes);
  const tail = await source.read(tailStart, size - tailStart);
  const view = new DataView(tail.buffer);
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (view.getUint32(at, true) !== endSignature) continue;
    // A comment may look like an end; the true one reaches exactly to the end of the file.
    if (at + endBytes + view.getUint16(at + 20, true) !== tail.length) continue;
    const end = tailStart + at;
    const small = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    if (at >= locatorBytes && view.getUint32(at - locatorBytes, true) === locatorSignature) {
      const position = wideNumber(view, at - locatorBytes + 8);
      return checkDirectory(await readEnd64(source, position), end, name);
    }
    if (small.count === whole16 || small.size === whole32 || small.offset === whole32) {
      throw damagedZip(name, 'its 64-bit end record is missing');
    }
    return checkDirectory(small, end, name);
  }
  throw damagedZip(name, 'there is no directory of entries at its end');
}

async function readEnd64(source: ByteSource, position: number): Promise<Directory> {
  if (!(position + end64Bytes <= source.size)) {
    throw damagedZip(source.name, `its 64-bit end record should lie at byte ${position}`);
  }
  const view = new DataView((await source.read(position, end64Bytes)).buffer);
  if (view.getUint32(0, true) !== end64Signature) {
    throw damagedZip(source.name, `there is no 64-bit end record at byte ${position}`);
  }
  return {
    count: wideNumber(view, 32),
    size: wideNumber(view, 40),
    offset: wideNumber(view, 48),
  };
}

function checkDirectory(directory: Directory, end: number, file: string): Directory {
  const { count, offset, size } = directory;
  if (!(offset + size <= end)) {
    const told = `its directory of ${size} bytes should lie at byte ${offset}`;
    throw damagedZip(file, `${told}, though it ends at byte ${end}`);
  }
  if (count * recordBytes > size) {
    throw damagedZip(file, `its directory of ${size} bytes should hold ${count} entries`);
  }
  return directory;
}

interface RecordPlace {
  readonly view: DataView<ArrayBuffer>;
  readonly position: number;
  readonly index: number;
  readonly file: string;
}

function readRecord({ view, position, index, file }: RecordPlace): {
  entry: ZipEntry;
  next: number;
} {
  const cutOff = () => damagedZip(file, `entry ${index} of its directory is cut off`);
  if (position + recordBytes > view.byteLength) throw cutOff();
  if (view.getUint32(position, true) !== recordSignature) {
    throw damagedZip(file, `entry ${index} of its directory does not begin as entries do`);
  }
  const nameStart = position + recordBytes;
  const extraStart = nameStart + view.getUint16(position + 28, true);
  const commentStart = extraStart + view.getUint16(position + 30, true);
  const next = commentStart + view.getUint16(position + 32, true);
  if (next > view.byteLength) throw cutOff();
  const name = new TextDecoder().decode(
    new Uint8Array(view.buffer, nameStart, extraStart - nameStart),
  );
  const sizes = widened(view, position, extraStart, commentStart);
  if (!sizes) throw damagedZip(file, `the 64-bit sizes of entry ${quoted(name)} are missing`);
  return {
    entry: {
      name,
      method: view.getUint16(position + 10, true),
      encrypted: (view.getUint16(position + 8, true) & 1) !== 0,
      crc: view.getUint32(position + 16, true),
      ...sizes,
    },
    next,
  };
}

/** The sizes and the offset of a record: those that do not fit 32 bits stand in an extra field, in order. */
function widened(
  view: DataView,
  position: number,
  extraStart: number,
  extraEnd: number,
): Pick<ZipEntry, 'size' | 'compressed' | 'offset'> | undefined {
  const small = [24, 20, 42].map((at) => view.getUint32(position + at, true));
  let [wide, wideEnd] = [extraEnd, extraEnd];
  for (let at = extraStart; at + 4 <= extraEnd; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && end <= extraEnd) [wide, wideEnd] = [at + 4, end];
    at = end;
  }
  const numbers: number[] = [];
  for (const value of small) {
    if (value !== whole32) {
      numbers.push(value);
    } else {
      if (wide + 8 > wideEnd) return undefined;
      numbers.push(wideNumber(view, wide));
      wide += 8;
    }
  }
  const [size, compressed, offset] = numbers;
  return { size, compressed, offset };
}

/** Entries must lie one behind the other in front of the directory; else few bytes could be unpacked often. */
function checkPlaces(entries: readonly ZipEntry[], directoryStart: number, file: string): void {
  const ordered = [...entries].sort((a, b) => a.offset - b.offset);
  for (const [i, { name, offset, compressed }] of ordered.entries()) {
    const next = ordered[i + 1]?.offset ?? directoryStart;
    if (!(offset + localHeaderBytes + compressed <= next)) {
      throw damagedZip(
        file,
        `entry ${quoted(name)} of ${compressed} bytes at byte ${offset} reaches into what follows at ${next}`,
      );
    }
  }
}

/** A 64-bit number; beyond 2^53 it loses digits, but no file is so long. */
function wideNumber(view: DataView, position: number): number {
  return Number(view.getBigUint64(position, true));
}

/** The error of an archive in which `happened`. */
export function damagedZip(file: string, happened: string, cause?: unknown): FormatError {
  return new FormatError(
    file,
    {
      happened: `as a zip archive, ${happened}`,
      expected: 'a complete and undamaged archive',
      mend: 'download or save it again',
    },
    cause,
  );
}
