/** Looks at a traced graph from a tensor backwards: through views that do not matter, for this and that primitive. */

import { fillValue } from '../../../compiler/simplify.js';
import { type Shape, sameShape } from '../../../graph/shape.js';
import type { Application, Tensor } from '../../../graph/tensor.js';
import type {
  PrimitiveAttributes,
  PrimitiveName,
  WindowAttributes,
} from '../../../graph/vocabulary.js';
import { reshape } from '../../../ops/view.js';
import type { AttributesToWrite, GraphBuilder, ValueRef } from './graph-builder.js';

/** How one tensor is written: what must be there before, and the nodes that make it of that. */
export interface Step {
  readonly inputs: readonly Tensor[];
  readonly emit: (graph: GraphBuilder, inputs: readonly ValueRef[]) => ValueRef;
}

export interface PatternOptions {
  readonly opset: number;
}

/** How `tensor` is written as one operator that does all that leads to it; null where it is nothing of the kind. */
export type Pattern = (tensor: Tensor, options: PatternOptions) => Step | null;

/** A step of one node that reads `inputs` in order. */
export const operator = (
  name: string,
  inputs: readonly Tensor[],
  attributes: AttributesToWrite = {},
): Step => ({ inputs, emit: (graph, refs) => graph.node(name, refs, attributes) });

/** The tensor with the same values that is computed: without what changes none of them. */
export function plain(tensor: Tensor): Tensor {
  let inner = tensor;
  for (;;) {
    const { source } = inner;
    const next = source.kind === 'apply' ? unchanged(source) : null;
    if (!next) return inner;
    inner = next;
  }
}

/** The input that an application gives on as it is, if it does. */
function unchanged({ primitive: { name }, inputs, attributes }: Application): Tensor | null {
  const [x, y] = inputs;
  if (name === 'detach' || name === 'checkpoint' || name === 'recompute') return x;
  if (name === 'mul') return fillValue(y) === 1 ? x : fillValue(x) === 1 ? y : null;
  if (name !== 'windowSum' && name !== 'windowMax') return null;
  const { kernel, stride } = attributes as WindowAttributes;
  return [...kernel, ...stride].every((n) => n === 1) ? x : null;
}

export const same = (a: Tensor, b: Tensor): boolean => plain(a) === plain(b);

export interface Found<Name extends PrimitiveName> {
  readonly inputs: readonly Tensor[];
  readonly attributes: PrimitiveAttributes[Name];
}

/** The inputs and attributes of `tensor` if the primitive `name` makes it. */
export function made<Name extends PrimitiveName>(tensor: Tensor, name: Name): Found<Name> | null {
  const { source } = plain(tensor);
  if (source.kind !== 'apply' || source.primitive.name !== name) return null;
  return { inputs: source.inputs, attributes: source.attributes as PrimitiveAttributes[Name] };
}

/** The operands, without what only repeats them, if the primitive `name` makes `tensor`. */
export function operandsOf(tensor: Tensor, name: PrimitiveName): readonly Tensor[] | null {
  return made(tensor, name)?.inputs.map(unexpanded) ?? null;
}

/** What an operand was before it was repeated to fit another one. */
export function unexpanded(tensor: Tensor): Tensor {
  const expansion = made(tensor, 'expand');
  return expansion ? unexpanded(expansion.inputs[0]) : plain(tensor);
}

/** What is behind all changes of shape. */
export function unshaped(tensor: Tensor): Tensor {
  const reshaping = made(tensor, 'reshape');
  return reshaping ? unshaped(reshaping.inputs[0]) : plain(tensor);
}

/** The elements of `tensor` under `shape`, from as near to their origin as can be. */
export function shaped(tensor: Tensor, shape: Shape): Tensor {
  let inner = plain(tensor);
  while (!sameShape(inner.shape, shape)) {
    const reshaping = made(inner, 'reshape');
    if (!reshaping) return reshape(inner, shape);
    inner = plain(reshaping.inputs[0]);
  }
  return inner;
}

/** The number that `tensor` holds everywhere, where that is known. */
export function numberOf(tensor: Tensor): number | null {
  const inner = unexpanded(tensor);
  const { source } = unshaped(inner);
  if (source.kind === 'data' && inner.size === 1) return source.data[0];
  return fillValue(inner);
}

/** Whether `tensor` is `value` everywhere, but for the rounding to float32. */
export function isNumber(tensor: Tensor, value: number): boolean {
  const found = numberOf(tensor);
  if (found === null) return false;
  return found === value || Math.abs(found - value) <= 1e-6 * Math.abs(value);
}

/** The operand that goes with one that is `value` everywhere, for primitives whose operands may change places. */
export function besides(operands: readonly Tensor[] | null, value: number): Tensor | null {
  if (!operands) return null;
  const [a, b] = operands;
  if (isNumber(b, value)) return a;
  return isNumber(a, value) ? b : null;
}

/** The operand that goes with `one`. */
export function partner(operands: readonly Tensor[] | null, one: Tensor): Tensor | null {
  if (!operands) return null;
  const [a, b] = operands;
  if (same(a, one)) return b;
  return same(b, one) ? a : null;
}

/** x and c of x * c for a known number c, which is 1 where nothing is multiplied. */
export function scaled(tensor: Tensor): { readonly x: Tensor; readonly by: number } {
  const [a, b] = operandsOf(tensor, 'mul') ?? [];
  const [left, right] = [a && numberOf(a), b && numberOf(b)];
  if (typeof right === 'number') return { x: a, by: right };
  return typeof left === 'number' ? { x: b, by: left } : { x: plain(tensor), by: 1 };
}

/** a <= b of tensors, as comparisons write it: a < b or a == b. */
export function atMost(tensor: Tensor): { readonly a: Tensor; readonly b: Tensor } | null {
  const parts = operandsOf(tensor, 'or');
  const less = parts && operandsOf(parts[0], 'less');
  const equal = parts && operandsOf(parts[1], 'equal');
  if (!less || !equal) return null;
  const [a, b] = less;
  const matches = (x: Tensor, y: Tensor) => {
    if (same(x, y)) return true;
    const value = numberOf(x);
    return value !== null && Object.is(value, numberOf(y)) && x.size === y.size;
  };
  const straight = matches(a, equal[0]) && matches(b, equal[1]);
  const crossed = matches(a, equal[1]) && matches(b, equal[0]);
  return straight || crossed ? { a, b } : null;
}
