/** What an ONNX file is written from: nodes, and tensors whose values are made when they are written. */

import type { DType } from '../../../graph/dtype.js';
import type { Shape } from '../../../graph/shape.js';
import type { Variable } from '../../../graph/variable.js';
import type { ElementType } from '../element-type.js';
import type { OnnxNode, ValueInfo } from '../model-parts.js';
import type { HostArray } from '../tensor-data.js';

/** An initialiser. */
export interface InitializerToWrite {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  /** A variable's values are copied only when they are written, so that a large network is never held twice. */
  readonly values: HostArray | Variable;
  /** Whether it is the new shape of a Reshape, where -1 may stand for what follows from the others. */
  readonly isShape: boolean;
}

export interface GraphToWrite {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly InitializerToWrite[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Types and shapes of what nodes make, which viewers show. */
  readonly values: readonly ValueInfo[];
  /** What else there is to say of the model. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The element type that tensors of a dtype have in a file. */
export const elementTypeFor: Readonly<Record<DType, ElementType>> = {
  float32: 'float32',
  int32: 'int32',
  uint8: 'uint8',
  bool: 'bool',
};
