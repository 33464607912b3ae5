/** The element types that a safetensors file can store and how each becomes one of our dtypes. */

import type { DType, TypedArray } from '../graph/dtype.js';
import { fromBrainHalf, fromHalf } from './half-floats.js';

/** The stored types that this library can read. */
export type Storage = keyof typeof storageBytes;

/** Bytes per element of every stored type that can be read. */
export const storageBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
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

/** The stored type that each dtype is written as. */
export const storageOf: Record<DType, Storage> = {
  float32: 'F32',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};

/** Elements as one of our dtypes, or why they cannot be. */
export type Converted =
  | { readonly dtype: DType; readonly data: TypedArray }
  | { readonly problem: string; readonly expected: string };

/** The elements of `buffer`, little-endian as the format and every JavaScript engine have them. */
export function convertElements(buffer: ArrayBuffer, storage: Storage): Converted {
  return converters[storage](buffer);
}

const converters: Record<Storage, (buffer: ArrayBuffer) => Converted> = {
  F64: (buffer) => ({ dtype: 'float32', data: Float32Array.from(new Float64Array(buffer)) }),
  F32: (buffer) => ({ dtype: 'float32', data: new Float32Array(buffer) }),
  F16: (buffer) => ({ dtype: 'float32', data: fromHalf(new Uint16Array(buffer)) }),
  BF16: (buffer) => ({ dtype: 'float32', data: fromBrainHalf(new Uint16Array(buffer)) }),
  I64: (buffer) => fromWide(new BigInt64Array(buffer)),
  U64: (buffer) => fromWide(new BigUint64Array(buffer)),
  I32: (buffer) => ({ dtype: 'int32', data: new Int32Array(buffer) }),
  U32: (buffer) => fromUnsigned(new Uint32Array(buffer)),
  I16: (buffer) => ({ dtype: 'int32', data: Int32Array.from(new Int16Array(buffer)) }),
  U16: (buffer) => ({ dtype: 'int32', data: Int32Array.from(new Uint16Array(buffer)) }),
  I8: (buffer) => ({ dtype: 'int32', data: Int32Array.from(new Int8Array(buffer)) }),
  U8: (buffer) => ({ dtype: 'uint8', data: new Uint8Array(buffer) }),
  BOOL: (buffer) => fromBool(new Uint8Array(buffer)),
};

const expected32 = 'integers from -2147483648 to 2147483647, because they are read as int32';

function fromWide(values: BigInt64Array | BigUint64Array): Converted {
  const data = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < -2147483648n || value > 2147483647n) {
      return { problem: `${value} at element ${i}`, expected: expected32 };
    }
    data[i] = Number(value);
  }
  return { dtype: 'int32', data };
}

function fromUnsigned(values: Uint32Array): Converted {
  const tooLarge = values.findIndex((value) => value > 0x7fffffff);
  if (tooLarge >= 0) {
    return { problem: `${values[tooLarge]} at element ${tooLarge}`, expected: expected32 };
  }
  return { dtype: 'int32', data: Int32Array.from(values) };
}

function fromBool(data: Uint8Array): Converted {
  const wrong = data.findIndex((value) => value > 1);
  if (wrong >= 0) {
    return { problem: `the byte ${data[wrong]} at element ${wrong}`, expected: 'only 0 and 1' };
  }
  return { dtype: 'bool', data };
}
