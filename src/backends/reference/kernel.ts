/** What a reference kernel sees: whole values in row-major order, and a zeroed output to fill. */

import type { DType } from '../../graph/dtype.js';
import { contiguousStrides, type Shape, sizeOf } from '../../graph/shape.js';
import type { PrimitiveAttributes, PrimitiveName } from '../../graph/vocabulary.js';

/** float32 tensors are computed in Float64Array; bool is 0 or 1 in Uint8Array. */
export type ReferenceArray = Float64Array | Int32Array | Uint8Array;

export interface Value {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: ReferenceArray;
}

export interface KernelContext<Name extends PrimitiveName> {
  readonly inputs: readonly Value[];
  readonly attributes: PrimitiveAttributes[Name];
  readonly output: Value;
}

/** Computes every element of `output.data`, which arrives filled with zeros. */
export type ReferenceKernel<Name extends PrimitiveName> = (context: KernelContext<Name>) => void;

/** A zeroed array for `length` elements of `dtype`. */
export function allocateReference(dtype: DType, length: number): ReferenceArray {
  if (dtype === 'float32') return new Float64Array(length);
  if (dtype === 'int32') return new Int32Array(length);
  return new Uint8Array(length);
}

/** Calls `visit` with every index of `shape` in row-major order, and its position in that order. */
export function forEachIndex(
  shape: Shape,
  visit: (index: readonly number[], position: number) => void,
): void {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      index[dim]++;
      if (index[dim] < shape[dim]) break;
      index[dim] = 0;
    }
  }
}

/** Maps an index of a row-major tensor of `shape` to its position. */
export function positionIn(shape: Shape): (index: readonly number[]) => number {
  const strides = contiguousStrides(shape);
  return (index) => {
    let position = 0;
    for (let dim = 0; dim < strides.length; dim++) position += index[dim] * strides[dim];
    return position;
  };
}
