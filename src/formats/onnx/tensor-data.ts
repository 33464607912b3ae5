/** TensorData: the values of an ONNX tensor as they are in the file, exact in their own type. */

import type { Shape } from '../../graph/shape.js';
import type { ElementType } from './element-type.js';

/** Halves as float32, bool as 0 and 1, all others in the array of their type. */
export type HostArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** A tensor on the host. */
export interface TensorData {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly data: HostArray;
}

/** int64 data, such as a shape, from whole numbers. */
export function int64Data(values: readonly number[], shape: Shape = [values.length]): TensorData {
  return { type: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}
