/** What floating-point operations accept: float32 tensors, and numbers that stand for one. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { scalar } from './creation.js';
import type { TensorLike } from './elementwise.js';

/** Throws ShapeError unless x is float32. */
export function requireFloat(operation: string, x: Tensor): void {
  if (x.dtype === 'float32') return;
  throw new ShapeError(
    `${operation}: expected float32, got ${x.dtype} ${formatShape(x.shape)}; convert with cast()`,
  );
}

/** The operand as a float32 tensor, a number as a scalar; throws ShapeError for other dtypes. */
export function floatOperand(operation: string, value: TensorLike): Tensor {
  if (typeof value === 'number') return scalar(value);
  requireFloat(operation, value);
  return value;
}
