/** What a primitive is, and how applying one adds a node to the graph. */

import type { DType } from './dtype.js';
import type { Shape } from './shape.js';
import { Tensor } from './tensor.js';
import { currentScope, noteCreated, resolve } from './trace.js';
import type { PrimitiveAttributes, PrimitiveName } from './vocabulary.js';

export type PrimitiveKind = 'elementwise' | 'view' | 'reduction' | 'join' | 'structured';

/** One declaration per primitive; gradients and kernels are tables over the names. */
export interface Primitive<Name extends PrimitiveName = PrimitiveName> {
  readonly name: Name;
  readonly kind: PrimitiveKind;
  /** Shape and dtype of the output; throws ShapeError when the inputs do not fit. */
  shape(inputs: readonly Tensor[], attributes: PrimitiveAttributes[Name]): TensorType;
}

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Adds one application of `primitive` to the graph; nothing is computed. */
export function apply<Name extends PrimitiveName>(
  primitive: Primitive<Name>,
  inputs: readonly Tensor[],
  attributes: PrimitiveAttributes[Name],
): Tensor {
  const resolved = inputs.map(resolve);
  const { shape, dtype } = primitive.shape(resolved, attributes);
  const tensor = new Tensor(shape, dtype, {
    kind: 'apply',
    primitive: primitive as unknown as Primitive,
    inputs: resolved,
    attributes,
    scope: currentScope(),
  });
  noteCreated(tensor);
  return tensor;
}
