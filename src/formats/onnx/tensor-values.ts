/** How the values of each ONNX element type lie in a file: as raw bytes, or in a list of numbers. */

import { fromBrainHalf, fromHalf } from '../half-floats.js';
import { type ElementType, elementTypes } from './element-type.js';
import type { HostArray } from './tensor-data.js';

/** The lists of TensorProto. */
export interface StoredLists {
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  readonly int32s: Int32Array;
  readonly int64s: BigInt64Array;
  readonly uint64s: BigUint64Array;
}

interface Storage {
  /** Of bytes that nobody else holds; `size` tells where the last of packed values ends. */
  readonly fromRaw: (buffer: ArrayBuffer, size: number) => HostArray;
  /** The values that are not raw, and how many entries of their list they take. */
  readonly list: (lists: StoredLists) => StoredLists[keyof StoredLists];
  readonly fromLists: (lists: StoredLists, size: number) => HostArray;
}

const ofInt32s = (
  fromRaw: Storage['fromRaw'],
  convert: (values: Int32Array, size: number) => HostArray,
): Storage => ({
  fromRaw,
  list: ({ int32s }) => int32s,
  fromLists: ({ int32s }, size) => convert(int32s, size),
});

/** Two values in a byte, the lower four bits first. */
function unpackNibbles(bytes: Uint8Array, size: number, signed: boolean): HostArray {
  const values = signed ? new Int8Array(size) : new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const nibble = (bytes[i >> 1] >> (i % 2 === 0 ? 0 : 4)) & 15;
    values[i] = signed && nibble > 7 ? nibble - 16 : nibble;
  }
  return values;
}

const nibbles = (signed: boolean): Storage =>
  ofInt32s(
    (buffer, size) => unpackNibbles(new Uint8Array(buffer), size, signed),
    (values, size) => unpackNibbles(Uint8Array.from(values), size, signed),
  );

const truth = (value: number): number => (value === 0 ? 0 : 1);

const storage: Readonly<Record<ElementType, Storage>> = {
  float32: {
    fromRaw: (buffer) => new Float32Array(buffer),
    list: ({ floats }) => floats,
    fromLists: ({ floats }) => floats,
  },
  float64: {
    fromRaw: (buffer) => new Float64Array(buffer),
    list: ({ doubles }) => doubles,
    fromLists: ({ doubles }) => doubles,
  },
  float16: ofInt32s(
    (buffer) => fromHalf(new Uint16Array(buffer)),
    (values) => fromHalf(Uint16Array.from(values)),
  ),
  bfloat16: ofInt32s(
    (buffer) => fromBrainHalf(new Uint16Array(buffer)),
    (values) => fromBrainHalf(Uint16Array.from(values)),
  ),
  int4: nibbles(true),
  uint4: nibbles(false),
  int8: ofInt32s(
    (buffer) => new Int8Array(buffer),
    (values) => Int8Array.from(values),
  ),
  int16: ofInt32s(
    (buffer) => new Int16Array(buffer),
    (values) => Int16Array.from(values),
  ),
  int32: ofInt32s(
    (buffer) => new Int32Array(buffer),
    (values) => values,
  ),
  int64: {
    fromRaw: (buffer) => new BigInt64Array(buffer),
    list: ({ int64s }) => int64s,
    fromLists: ({ int64s }) => int64s,
  },
  uint8: ofInt32s(
    (buffer) => new Uint8Array(buffer),
    (values) => Uint8Array.from(values),
  ),
  uint16: ofInt32s(
    (buffer) => new Uint16Array(buffer),
    (values) => Uint16Array.from(values),
  ),
  uint32: {
    fromRaw: (buffer) => new Uint32Array(buffer),
    list: ({ uint64s }) => uint64s,
    fromLists: ({ uint64s }) => Uint32Array.from(uint64s, Number),
  },
  uint64: {
    fromRaw: (buffer) => new BigUint64Array(buffer),
    list: ({ uint64s }) => uint64s,
    fromLists: ({ uint64s }) => uint64s,
  },
  bool: ofInt32s(
    (buffer) => new Uint8Array(buffer).map(truth),
    (values) => Uint8Array.from(values, truth),
  ),
};

/** How many bytes `size` raw values take. */
export const rawBytes = (type: ElementType, size: number): number =>
  Math.ceil(size * elementTypes[type].bytes);

/** How many entries of their list `size` values take. */
export const listEntries = (type: ElementType, size: number): number =>
  elementTypes[type].bytes < 1 ? rawBytes(type, size) : size;

/** Values from raw bytes (little-endian), which become theirs where no conversion is needed. */
export const valuesFromRaw = (type: ElementType, buffer: ArrayBuffer, size: number): HostArray =>
  storage[type].fromRaw(buffer, size);

/** How many numbers are in the list that the type uses. */
export const listLength = (type: ElementType, lists: StoredLists): number =>
  storage[type].list(lists).length;

export const valuesFromLists = (type: ElementType, lists: StoredLists, size: number): HostArray =>
  storage[type].fromLists(lists, size);
