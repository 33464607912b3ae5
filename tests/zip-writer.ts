/** Writes zip archives for tests, with every field under the test's control. */

import { crc32, deflateRawSync } from 'node:zlib';

/** One entry; what is not given follows from `data`. */
export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array;
  /** 0 stores, 8 deflates. Default: 0. */
  readonly method?: number;
  readonly flags?: number;
  /** What the directory says instead of the truth. */
  readonly says?: {
    readonly crc?: number;
    readonly size?: number;
    readonly compressed?: number;
    readonly offset?: number;
  };
  /** Sizes and offset stand in the 64-bit extra field. */
  readonly wide?: boolean;
  /** Bytes of padding in the local header's extra field, as PyTorch aligns its tensors. */
  readonly padding?: number;
}

export interface ZipOptions {
  readonly comment?: string;
  /** Whether the end record is the 64-bit one. */
  readonly wide?: boolean;
  /** How many entries the end record tells of. */
  readonly count?: number;
}

/** The bytes of an archive of `parts`. */
export function zipOf(parts: readonly ZipPart[], options: ZipOptions = {}): Uint8Array {
  const chunks: Buffer[] = [];
  const records: Buffer[] = [];
  let position = 0;
  const add = (chunk: Buffer) => {
    chunks.push(chunk);
    position += chunk.length;
  };
  for (const part of parts) {
    const packed = part.method === 8 ? deflateRawSync(part.data) : Buffer.from(part.data);
    const told = {
      crc: crc32(part.data),
      size: part.data.length,
      compressed: packed.length,
      offset: position,
      ...part.says,
    };
    records.push(directoryRecord(part, told));
    const name = Buffer.from(part.name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(part.flags ?? 0, 6);
    local.writeUInt16LE(part.method ?? 0, 8);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(part.padding ?? 0, 28);
    for (const chunk of [local, name, Buffer.alloc(part.padding ?? 0), packed]) add(chunk);
  }
  const directory = Buffer.concat(records);
  const end = { count: options.count ?? parts.length, size: directory.length, offset: position };
  add(directory);
  if (options.wide) {
    const start = position;
    add(wideEnd(end));
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(start), 8);
    locator.writeUInt32LE(1, 16);
    add(locator);
  }
  const comment = Buffer.from(options.comment ?? '');
  const last = Buffer.alloc(22);
  last.writeUInt32LE(0x06054b50, 0);
  for (const at of [8, 10]) last.writeUInt16LE(options.wide ? 0xffff : end.count, at);
  last.writeUInt32LE(options.wide ? 0xffffffff : end.size, 12);
  last.writeUInt32LE(options.wide ? 0xffffffff : end.offset, 16);
  last.writeUInt16LE(comment.length, 20);
  return new Uint8Array(Buffer.concat([...chunks, last, comment]));
}

interface Told {
  readonly crc: number;
  readonly size: number;
  readonly compressed: number;
  readonly offset: number;
}

function directoryRecord(part: ZipPart, { crc, size, compressed, offset }: Told): Buffer {
  const name = Buffer.from(part.name);
  const extra = Buffer.alloc(part.wide ? 28 : 0);
  if (part.wide) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [i, value] of [size, compressed, offset].entries()) {
      extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
    }
  }
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE(part.flags ?? 0, 8);
  record.writeUInt16LE(part.method ?? 0, 10);
  record.writeUInt32LE(crc, 16);
  record.writeUInt32LE(part.wide ? 0xffffffff : compressed, 20);
  record.writeUInt32LE(part.wide ? 0xffffffff : size, 24);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(extra.length, 30);
  record.writeUInt32LE(part.wide ? 0xffffffff : offset, 42);
  return Buffer.concat([record, name, extra]);
}

function wideEnd({ count, size, offset }: Record<'count' | 'size' | 'offset', number>): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  for (const [i, value] of [count, count, size, offset].entries()) {
    record.writeBigUInt64LE(BigInt(value), 24 + 8 * i);
  }
  return record;
}
