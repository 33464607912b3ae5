/** The element types of tensors and the typed arrays that hold them. */

export type DType = 'float32' | 'int32' | 'uint8' | 'bool';

/** Host memory of a tensor. Only the reference backend keeps a Float64Array unrounded and gives one back. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export const bytesPerElement: Record<DType, number> = { float32: 4, int32: 4, uint8: 1, bool: 1 };

/** A zeroed host array for `length` elements of `dtype`. */
export function allocate(dtype: DType, length: number): Float32Array | Int32Array | Uint8Array {
  if (dtype === 'float32') return new Float32Array(length);
  if (dtype === 'int32') return new Int32Array(length);
  return new Uint8Array(length);
}

/** The dtype a typed array holds when nothing else is said (Uint8Array: uint8). */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array || data instanceof Float64Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  return 'uint8';
}
