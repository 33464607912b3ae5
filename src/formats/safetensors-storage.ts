/** The element types that files store, as safetensors calls them, and how each becomes one of our dtypes. */

import { allocate, type DType, type TypedArray } from '../graph/dtype.js';
import { fromFloat8 } from './float8.js';
import { fromBrainHalf, fromHalf } from './half-floats.js';

/** The stored types that this library can read. */
export type Storage = keyof typeof storageBytes;

/** Bytes per element of every stored type that can be read. */
export const storageBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2FNUZ: 1,
  F8_E8M0: 1,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** Types that the safetensors format has and this library has no values for, and why. */
export const unreadableStorage: Readonly<Record<string, string>> = {
  C64: 'which are complex numbers',
  F4: 'whose elements are smaller than a byte',
  F6_E2M3: 'whose elements are smaller than a byte',
  F6_E3M2: 'whose elements are smaller than a byte',
};

/** The stored type that each dtype is written as. */
export const storageOf: Record<DType, Storage> = {
  float32: 'F32',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};

/** The dtype that elements of a stored type are read as. */
export function dtypeOfStorage(storage: Storage): DType {
  if (storage === 'BOOL') return 'bool';
  if (storage === 'U8') return 'uint8';
  return /^B?F/.test(storage) ? 'float32' : 'int32';
}

/** Elements as one of our dtypes, or why they cannot be. */
export type Converted =
  | { readonly dtype: DType; readonly data: TypedArray }
  | { readonly problem: string; readonly expected: string };

/**
 * The elements of `buffer`, little-endian as the format and every JavaScript engine have them.
 *
 * Elements that lie in the file as in memory are not copied. `first` is the number of the first element
 * in its tensor, for messages.
 */
export function convertElements(buffer: ArrayBuffer, storage: Storage, first = 0): Converted {
  return converters[storage](buffer, first);
}

/** Stored types that need no other memory than what they are read into. */
const asTheyLie: ReadonlySet<Storage> = new Set(['F32', 'I32', 'U8', 'BOOL']);
/** Bytes that are converted at once: few, so that the stored elements need no memory beside the tensor's. */
const pieceBytes = 2 ** 23;

/**
 * The `length` elements whose stored bytes `read` gives, piece by piece; `read` takes an offset and a length in
 * bytes and gives a buffer of its own each time.
 */
export async function convertPieces(
  storage: Storage,
  length: number,
  read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Converted> {
  const bytes = storageBytes[storage];
  const dtype = dtypeOfStorage(storage);
  if (asTheyLie.has(storage) || length * bytes <= pieceBytes) {
    return convertElements((await read(0, length * bytes)).buffer, storage);
  }
  const data = allocate(dtype, length);
  const step = pieceBytes / bytes;
  for (let done = 0; done < length; done += step) {
    const count = Math.min(step, length - done);
    const piece = await read(done * bytes, count * bytes);
    const converted = convertElements(piece.buffer, storage, done);
    if ('problem' in converted) return converted;
    data.set(converted.data, done);
  }
  return { dtype, data };
}

type Converter = (buffer: ArrayBuffer, first: number) => Converted;

const floats = (data: Float32Array): Converted => ({ dtype: 'float32', data });
const integers = (data: Int32Array): Converted => ({ dtype: 'int32', data });

const converters: Record<Storage, Converter> = {
  F64: (buffer) => floats(new Float32Array(new Float64Array(buffer))),
  F32: (buffer) => floats(new Float32Array(buffer)),
  F16: (buffer) => floats(fromHalf(new Uint16Array(buffer))),
  BF16: (buffer) => floats(fromBrainHalf(new Uint16Array(buffer))),
  F8_E4M3: (buffer) => floats(fromFloat8(new Uint8Array(buffer), 'F8_E4M3')),
  F8_E5M2: (buffer) => floats(fromFloat8(new Uint8Array(buffer), 'F8_E5M2')),
  F8_E4M3FNUZ: (buffer) => floats(fromFloat8(new Uint8Array(buffer), 'F8_E4M3FNUZ')),
  F8_E5M2FNUZ: (buffer) => floats(fromFloat8(new Uint8Array(buffer), 'F8_E5M2FNUZ')),
  F8_E8M0: (buffer) => floats(fromFloat8(new Uint8Array(buffer), 'F8_E8M0')),
  I64: (buffer, first) => fromWide(new BigInt64Array(buffer), first),
  U64: (buffer, first) => fromWide(new BigUint64Array(buffer), first),
  I32: (buffer) => integers(new Int32Array(buffer)),
  U32: (buffer, first) => fromUnsigned(new Uint32Array(buffer), first),
  I16: (buffer) => integers(new Int32Array(new Int16Array(buffer))),
  U16: (buffer) => integers(new Int32Array(new Uint16Array(buffer))),
  I8: (buffer) => integers(new Int32Array(new Int8Array(buffer))),
  U8: (buffer) => ({ dtype: 'uint8', data: new Uint8Array(buffer) }),
  BOOL: (buffer, first) => fromBool(new Uint8Array(buffer), first),
};

const expected32 = 'integers from -2147483648 to 2147483647, because they are read as int32';

function fromWide(values: BigInt64Array | BigUint64Array, first: number): Converted {
  const data = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < -2147483648n || value > 2147483647n) {
      return { problem: `${value} at element ${first + i}`, expected: expected32 };
    }
    data[i] = Number(value);
  }
  return integers(data);
}

function fromUnsigned(values: Uint32Array, first: number): Converted {
  const tooLarge = values.findIndex((value) => value > 0x7fffffff);
  if (tooLarge >= 0) {
    return { problem: `${values[tooLarge]} at element ${first + tooLarge}`, expected: expected32 };
  }
  return integers(new Int32Array(values));
}

function fromBool(data: Uint8Array, first: number): Converted {
  const wrong = data.findIndex((value) => value > 1);
  if (wrong >= 0) {
    return {
      problem: `the byte ${data[wrong]} at element ${first + wrong}`,
      expected: 'only 0 and 1',
    };
  }
  return { dtype: 'bool', data };
}
