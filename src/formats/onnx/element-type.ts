/** The element types of ONNX tensors: their codes in a file, and what each is computed in. */

import type { DType } from '../../graph/dtype.js';
import type { Tensor } from '../../graph/tensor.js';
import { abs, add, greater, less, mul, remainder, sub, where } from '../../ops/elementwise.js';

/** The element types that can be computed with. */
export type ElementType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int4'
  | 'uint4'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

interface ElementTypeFacts {
  /** Its number in TensorProto.DataType. */
  readonly code: number;
  /** What one value takes in a file; two of four bits share a byte. */
  readonly bytes: number;
  /** What its values are computed in; every integer in int32. */
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** For integers narrower than 32 bits: the bits that are kept, and whether the first is a sign. */
  readonly wrap?: { readonly bits: 4 | 8 | 16; readonly signed: boolean };
}

export const elementTypes: Readonly<Record<ElementType, ElementTypeFacts>> = {
  float32: { code: 1, bytes: 4, dtype: 'float32' },
  uint8: { code: 2, bytes: 1, dtype: 'int32', wrap: { bits: 8, signed: false } },
  int8: { code: 3, bytes: 1, dtype: 'int32', wrap: { bits: 8, signed: true } },
  uint16: { code: 4, bytes: 2, dtype: 'int32', wrap: { bits: 16, signed: false } },
  int16: { code: 5, bytes: 2, dtype: 'int32', wrap: { bits: 16, signed: true } },
  int32: { code: 6, bytes: 4, dtype: 'int32' },
  int64: { code: 7, bytes: 8, dtype: 'int32' },
  bool: { code: 9, bytes: 1, dtype: 'bool' },
  float16: { code: 10, bytes: 2, dtype: 'float32' },
  float64: { code: 11, bytes: 8, dtype: 'float32' },
  uint32: { code: 12, bytes: 4, dtype: 'int32' },
  uint64: { code: 13, bytes: 8, dtype: 'int32' },
  bfloat16: { code: 16, bytes: 2, dtype: 'float32' },
  uint4: { code: 21, bytes: 0.5, dtype: 'int32', wrap: { bits: 4, signed: false } },
  int4: { code: 22, bytes: 0.5, dtype: 'int32', wrap: { bits: 4, signed: true } },
};

const namesByCode = new Map(
  Object.entries(elementTypes).map(([name, { code }]) => [code, name as ElementType]),
);

/** The types of TensorProto.DataType that cannot be computed with. */
const otherNames: Readonly<Record<number, string>> = {
  0: 'undefined',
  8: 'string',
  14: 'complex64',
  15: 'complex128',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  23: 'float4e2m1',
  24: 'float8e8m0',
  25: 'uint2',
  26: 'int2',
};

/** The type with this code, or undefined when it cannot be computed with. */
export const elementTypeOf = (code: number): ElementType | undefined => namesByCode.get(code);

/** How messages call the type with this code. */
export const nameOfCode = (code: number): string =>
  namesByCode.get(code) ?? otherNames[code] ?? `type number ${code}`;

export const isFloat = (type: ElementType): boolean => elementTypes[type].dtype === 'float32';
export const isInteger = (type: ElementType): boolean => elementTypes[type].dtype === 'int32';
export const isUnsigned = (type: ElementType): boolean => type.startsWith('uint');

/** What a user of a model gives and gets for it: bytes stay bytes. */
export const outerDtype = (type: ElementType): DType =>
  type === 'uint8' ? 'uint8' : elementTypes[type].dtype;

/** The least and the largest value of an integer type, or of int32, which wider ones are computed in. */
export function rangeOf(type: ElementType): { readonly least: number; readonly most: number } {
  const { bits, signed } = elementTypes[type].wrap ?? { bits: 32, signed: true };
  const least = signed ? -(2 ** (bits - 1)) : 0;
  return { least, most: least + 2 ** bits - 1 };
}

/**
 * `x` as arithmetic in `type` would have left it: integers wrapped to their width, halves rounded.
 *
 * Wider integers have the range of int32 here, so that they wrap at 32 bits.
 */
export function settle(x: Tensor, type: ElementType): Tensor {
  const { wrap } = elementTypes[type];
  if (type === 'float16') return toHalf(x);
  if (type === 'bfloat16') return keepBits(x, 8);
  if (!wrap) return x;
  const offset = wrap.signed ? 2 ** (wrap.bits - 1) : 0;
  const shifted = offset === 0 ? x : add(x, offset);
  const wrapped = remainder(shifted, 2 ** wrap.bits);
  return offset === 0 ? wrapped : sub(wrapped, offset);
}

/** Splitting by multiplication (Dekker 1971): x to the nearest number with `bits` bits, ties to even. */
function keepBits(x: Tensor, bits: number): Tensor {
  const spread = mul(x, 2 ** (24 - bits) + 1);
  const rounded = sub(spread, sub(spread, x));
  // Infinities and numbers whose product is infinite stay as they are.
  return where(less(abs(spread), Infinity), rounded, x);
}

/** IEEE 754 binary16: 11 bits, multiples of 2^-24 below 2^-14, infinite from 65520. */
function toHalf(x: Tensor): Tensor {
  const size = abs(x);
  // In [0.5, 1) neighbours are 2^-24 apart, so that the sum rounds to a multiple of that.
  const small = sub(add(x, 0.75), 0.75);
  const finite = where(less(size, 2 ** -14), small, keepBits(x, 11));
  const tooLarge = greater(size, 65519.996);
  // Constants, through which no gradient flows: that of a product would be 0 times Infinity.
  const infinite = where(less(x, 0), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  return where(tooLarge, infinite, finite);
}
