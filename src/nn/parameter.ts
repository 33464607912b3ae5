/** Parameter: a variable that training changes. */

import { allocate, type TypedArray } from '../graph/dtype.js';
import { type Shape, sizeOf } from '../graph/shape.js';
import { Variable } from '../graph/variable.js';

/**
 * A float32 variable that `Module.parameters()` finds; zeros unless `data` is given.
 *
 * Throws ShapeError when `data` has another number of elements than `shape`.
 *
 *     readonly scale = new Parameter([64]);
 */
export class Parameter extends Variable {
  constructor(shape: Shape, data?: TypedArray) {
    super(data ?? (() => allocate('float32', sizeOf(shape))), shape, 'float32');
  }
}
