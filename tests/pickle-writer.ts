/** Writes pickles opcode by opcode, and files of PyTorch around them, also such as nobody should make. */

import { zipSync } from 'fflate';

/** Texts are opcodes as their characters (0 to 255), numbers single bytes. */
export type PicklePart = string | number | Uint8Array;

/** The bytes of all parts, one behind the other. */
export function joinParts(...parts: readonly PicklePart[]): Uint8Array {
  const bytes: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') bytes.push(part);
    else if (typeof part === 'string') for (const c of part) bytes.push(c.charCodeAt(0));
    else for (const byte of part) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

export const mark = '(';
export const stop = '.';
export const reduce = 'R';
export const tuple1 = 0x85;
export const tuple2 = 0x86;

/** `length` bytes of `value`, lowest first. */
export function little(value: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true);
  return bytes.slice(0, length);
}

/** BINUNICODE. */
export function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return joinParts('X', little(bytes.length, 4), bytes);
}

/** GLOBAL. */
export const named = (module: string, name: string): string => `c${module}\n${name}\n`;

/** An integer: BININT where it fits, otherwise LONG1. */
export function int(value: number): Uint8Array {
  if (Math.abs(value) < 2 ** 31) return joinParts('J', little(value, 4));
  return joinParts(0x8a, 8, little(BigInt(value), 8));
}

/** A tuple of the parts. */
export const tuple = (...parts: readonly PicklePart[]): Uint8Array => joinParts('(', ...parts, 't');

/** A storage by its identifier; `rest` stands behind the number of elements. */
export function storage(
  key: string,
  { type = 'FloatStorage', elements = 4, rest = [] }: StorageOptions = {},
): Uint8Array {
  const class_ = named('torch', type);
  const parts = [text('storage'), class_, text(key), text('cpu'), int(elements), ...rest];
  return joinParts(tuple(...parts), 'Q');
}

export interface StorageOptions {
  readonly type?: string;
  readonly elements?: number;
  readonly rest?: readonly PicklePart[];
}

export interface TensorOptions extends StorageOptions {
  readonly key?: string;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly stride?: readonly number[];
  readonly rebuild?: string;
  /** Arguments behind the hooks. */
  readonly more?: readonly PicklePart[];
}

/** A tensor as `torch.save` describes it: by default the 4 elements of storage '0'. */
export function tensor(options: TensorOptions = {}): Uint8Array {
  const { key = '0', offset = 0, shape = [4], stride = [1], more = [] } = options;
  const { rebuild = '_rebuild_tensor_v2' } = options;
  const args = tuple(
    storage(key, options),
    int(offset),
    tuple(...shape.map(int)),
    tuple(...stride.map(int)),
    0x89,
    named('collections', 'OrderedDict'),
    ')R',
    ...more,
  );
  return joinParts(named('torch._utils', rebuild), args, reduce);
}

/** A dictionary with one item. */
export const item = (key: string, value: PicklePart): Uint8Array =>
  joinParts('}', text(key), value, 's');

const magic = joinParts(0x8a, 10, 'l\xfc\x9cF\xf9 j\xa8P\x19');

export interface OldFileOptions {
  readonly magic?: PicklePart;
  readonly version?: number;
  readonly littleEndian?: boolean;
  /** Elements and bytes of each storage, in the order of the file. */
  readonly storages?: readonly (readonly [string, number, Uint8Array])[];
}

/** A file of the older layout whose value is the pickle `value` (without PROTO and STOP). */
export function oldFile(value: PicklePart, options: OldFileOptions = {}): Uint8Array {
  const { version = 1001, littleEndian = true, storages = [] } = options;
  const start = '\x80\x02';
  return joinParts(
    ...[start, options.magic ?? magic, stop, start, int(version), stop],
    ...[start, item('little_endian', littleEndian ? 0x88 : 0x89), stop],
    ...[start, value, stop],
    ...[start, '](', ...storages.map(([key]) => text(key)), 'e', stop],
    ...storages.flatMap(([, elements, bytes]) => [little(elements, 8), bytes]),
  );
}

/** The bytes of float32 `values`. */
export const floats = (...values: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);

/** A file of the older layout with one tensor, and 1, 2, 3, 4 in storage '0'. */
export function oldTensorFile(options: TensorOptions = {}): Uint8Array {
  return oldFile(tensor(options), { storages: [['0', 4, floats(1, 2, 3, 4)]] });
}

/** A file of the zip layout; `entries` stand beside the pickle, `level` 0 stores and others pack. */
export function zipFile(
  value: PicklePart,
  { entries = {}, level = 0 }: ZipFileOptions = {},
): Uint8Array {
  const folder = Object.fromEntries(
    Object.entries(entries).map(([name, bytes]) => [`archive/${name}`, bytes]),
  );
  const pickle = joinParts('\x80\x02', value, stop);
  return zipSync({ 'archive/data.pkl': pickle, ...folder }, { level });
}

export interface ZipFileOptions {
  readonly entries?: Readonly<Record<string, Uint8Array>>;
  readonly level?: 0 | 6;
}
