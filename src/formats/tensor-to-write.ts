/** Tensors on their way into files, and the check that their data is what they say. */

import type { DType, TypedArray } from '../graph/dtype.js';
import type { AnyModule } from '../nn/index.js';
import { FormatError } from './format-error.js';

/** One tensor to be written; a function is called when its turn comes, and nothing it gives is kept. */
export interface TensorToWrite {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray | (() => TypedArray);
}

/**
 * The parameters and buffers of `model`, whose values are copied when their turn comes: whoever writes them must not
 * train meanwhile.
 */
export function stateToWrite(model: AnyModule): Map<string, TensorToWrite> {
  return new Map(
    [...model.namedState()].map(([name, variable]) => {
      const { dtype, shape } = variable;
      return [name, { dtype, shape, data: () => variable.data() }];
    }),
  );
}

/** How many elements a tensor of `shape` has; `name` is for messages. */
export function elementsOf(name: string, shape: readonly number[]): number {
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    return shape.reduce((product, size) => product * size, 1);
  }
  throw new FormatError(name, {
    happened: `shape [${shape.join(', ')}]`,
    expected: 'whole numbers from 0',
    mend: 'pass the shape that belongs to the data',
  });
}

/**
 * The elements as they are stored: the reference backend's float64 as float32 like every other's.
 *
 * @throws {FormatError} when they are not as many as the shape says, or in an array of another kind.
 */
export function dataToWrite(name: string, tensor: TensorToWrite): TypedArray {
  const { dtype, shape } = tensor;
  const data = typeof tensor.data === 'function' ? tensor.data() : tensor.data;
  const length = elementsOf(name, shape);
  if (length !== data.length) {
    throw new FormatError(name, {
      happened: `shape [${shape.join(', ')}] but ${data.length} elements`,
      expected: `as many elements as the shape says (${length})`,
      mend: 'pass the shape that belongs to the data',
    });
  }
  const fits = {
    float32: data instanceof Float32Array || data instanceof Float64Array,
    int32: data instanceof Int32Array,
    uint8: data instanceof Uint8Array,
    bool: data instanceof Uint8Array,
  };
  if (!fits[dtype]) {
    throw new FormatError(name, {
      happened: `dtype ${dtype} but a ${data.constructor.name}`,
      expected: 'Float32Array for float32, Int32Array for int32, Uint8Array for uint8 and bool',
      mend: 'convert the data or name the dtype that it holds',
    });
  }
  return data instanceof Float64Array ? new Float32Array(data) : data;
}
