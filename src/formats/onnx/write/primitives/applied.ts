/** What is known of a primitive that is written by itself, and its operands without what ONNX repeats by itself. */

import { broadcastShapes, sameShape } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { PrimitiveAttributes, PrimitiveName } from '../../../../graph/vocabulary.js';
import { iota } from '../../../../ops/elementwise.js';
import { made, operator, type PatternOptions, plain, type Step, unexpanded } from '../match.js';

/** One use of a primitive that is to be written. */
export interface Applied<Name extends PrimitiveName> {
  readonly tensor: Tensor;
  readonly inputs: readonly Tensor[];
  readonly attributes: PrimitiveAttributes[Name];
  readonly options: PatternOptions;
}

export type Writer<Name extends PrimitiveName> = (applied: Applied<Name>) => Step;

/** Operands as they were before they were repeated to one shape, which ONNX does by itself. */
export function broadcastOperands(tensor: Tensor, inputs: readonly Tensor[]): readonly Tensor[] {
  const operands = inputs.map((input) => withoutLeadingOnes(oneAxis(unexpanded(input))));
  const shapes = operands.map(({ shape }) => shape);
  const together = shapes.reduce((a, b) => broadcastShapes(a, b, 'broadcast'));
  if (sameShape(together, tensor.shape)) return operands;
  return [plain(inputs[0]), ...operands.slice(1)];
}

/** Coordinates along one axis for that axis alone. */
function oneAxis(tensor: Tensor): Tensor {
  const coordinates = made(tensor, 'iota');
  if (!coordinates) return tensor;
  const { shape, dim } = coordinates.attributes;
  return iota(
    shape.map((extent, d) => (d === dim ? extent : 1)),
    dim,
  );
}

/** [1, 1, C] as [C], where that is what it was. */
function withoutLeadingOnes(tensor: Tensor): Tensor {
  const reshaping = made(tensor, 'reshape');
  if (!reshaping) return tensor;
  const inner = plain(reshaping.inputs[0]);
  const missing = tensor.rank - inner.rank;
  const ones = new Array<number>(Math.max(missing, 0)).fill(1);
  return sameShape(tensor.shape, [...ones, ...inner.shape]) ? inner : tensor;
}

/** An operator that takes the operands element by element. */
export const elementwise =
  (name: string) =>
  ({ tensor, inputs }: Applied<PrimitiveName>): Step =>
    operator(name, broadcastOperands(tensor, inputs));
