/** Tensors from the host: from numbers, from typed arrays, filled. */

import { allocate, type DType, dtypeOf, type TypedArray } from '../graph/dtype.js';
import { ShapeError } from '../graph/errors.js';
import { checkShape, formatShape, type Shape, sizeOf } from '../graph/shape.js';
import { Tensor } from '../graph/tensor.js';
import { expand } from './view.js';

/**
 * A tensor over `data` in row-major order; typed arrays are used without a copy.
 *
 *     const x = tensor([1, 2, 3, 4], [2, 2]);
 */
export function tensor(data: readonly number[] | TypedArray, shape: Shape, dtype?: DType): Tensor {
  checkShape(shape, 'tensor');
  const type = dtype ?? (ArrayBuffer.isView(data) ? dtypeOf(data) : 'float32');
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(
      `tensor: shape ${formatShape(shape)} needs ${sizeOf(shape)} elements, got ${data.length}`,
    );
  }
  if (ArrayBuffer.isView(data)) return new Tensor(shape, type, { kind: 'data', data });
  const array = allocate(type, data.length);
  array.set(data);
  return new Tensor(shape, type, { kind: 'data', data: array });
}

/** A tensor of one number, shape []. */
export const scalar = (value: number, dtype: DType = 'float32'): Tensor => fill(value, [], dtype);

/** A tensor of `shape` with `value` everywhere; takes no memory until it must. */
export function fill(value: number, shape: Shape, dtype: DType = 'float32'): Tensor {
  checkShape(shape, 'fill');
  return expand(new Tensor([], dtype, { kind: 'fill', value }), shape);
}

export const zeros = (shape: Shape, dtype: DType = 'float32'): Tensor => fill(0, shape, dtype);
export const ones = (shape: Shape, dtype: DType = 'float32'): Tensor => fill(1, shape, dtype);
