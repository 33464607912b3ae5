/** The element types that a safetensors file can store and how each becomes one of our dtypes. */

import type { DType, TypedArray } from '../graph/dtype.js';

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

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
function fromHalf(bits: Uint16Array): Float32Array {
  const data = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const sign = bits[i] & 0x8000 ? -1 : 1;
    const exponent = (bits[i] >> 10) & 0x1f;
    const fraction = bits[i] & 0x3ff;
    if (exponent === 0x1f) data[i] = fraction === 0 ? sign * Infinity : NaN;
    else if (exponent === 0) data[i] = sign * fraction * 2 ** -24;
    else data[i] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return data;
}

/** bfloat16: the upper half of a float32. */
function fromBrainHalf(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return new Float32Array(words.buffer);
}

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
