/** Simplify joins: concatenations that share their beginnings, slices that lie in one part, sums of what is padded to stand side by side. */

import { concatenatePrimitive } from '../graph/concatenate-primitive.js';
import type { Primitive } from '../graph/primitive.js';
import { sameShape } from '../graph/shape.js';
import type { Application } from '../graph/tensor.js';
import { applicationOf } from '../graph/traced-graph.js';
import type { PrimitiveAttributes } from '../graph/vocabulary.js';
import { partsOf } from './part-placement.js';
import type { Rule } from './simplify.js';

/**
 * concatenate(a, b, c) begins with concatenate(a, b) where that is there as well: the features of a dense
 * block are in memory once.
 */
export const withSharedBeginning: Rule = (builder, concatenation, shape, dtype) => {
  let parts = concatenation.inputs;
  for (let count = 2; count < parts.length; count++) {
    const beginning = builder.known({ ...concatenation, inputs: parts.slice(0, count) });
    if (!beginning) continue;
    parts = [beginning, ...parts.slice(count)];
    count = 1;
  }
  if (parts === concatenation.inputs) return null;
  return builder.node({ ...concatenation, inputs: parts }, shape, dtype);
};

/** A slice of a concatenation that lies within one part is a slice of the part. */
export const slicedPart: Rule = (builder, slice, shape, dtype) => {
  const [whole] = slice.inputs;
  if (!applicationOf(whole, 'concatenate') || shape.includes(0)) return null;
  const { start, step } = slice.attributes as PrimitiveAttributes['slice'];
  const end = start.map((from, dim) => from + (shape[dim] - 1) * step[dim]);
  const found = partsOf(whole).find(({ part, start: begin }) => {
    const isIn = (at: number, dim: number): boolean =>
      at >= begin[dim] && at < begin[dim] + part.shape[dim];
    return start.every(isIn) && end.every(isIn);
  });
  if (!found) return null;
  const { part } = found;
  const from = start.map((at, dim) => at - found.start[dim]);
  if (sameShape(part.shape, shape) && step.every((by) => by === 1)) return part;
  const attributes = { start: from, step, shape };
  return builder.simplified({ ...slice, inputs: [part], attributes }, shape, dtype);
};

/** The sum of two tensors that zeros are padded around, one where the other ends, as gradients of slices are. */
export const sumOfNeighbours: Rule = (builder, { inputs: [a, b], scope }, shape, dtype) => {
  const [first, second] = [a, b].map((input) => applicationOf(input, 'pad'));
  if (!first || !second) return null;
  const [before, behind] = neighbours(first, second) ?? neighbours(second, first) ?? [];
  if (!before || !behind) return null;
  const padding = [before, behind].map(
    ({ attributes }) => attributes as PrimitiveAttributes['pad'],
  );
  const dim = padding[0].low.findIndex((amount, d) => amount !== padding[1].low[d]);
  const parts = [before, behind].map(({ inputs }) => inputs[0]);
  const joined = parts[0].shape.with(dim, parts[0].shape[dim] + parts[1].shape[dim]);
  const joining: Application = {
    kind: 'apply',
    primitive: concatenatePrimitive as unknown as Primitive,
    inputs: parts,
    attributes: { dim },
    scope,
  };
  const both = builder.simplified(joining, joined, dtype);
  if (sameShape(joined, shape)) return both;
  const attributes = { ...padding[0], high: padding[1].high };
  return builder.simplified({ ...before, inputs: [both], attributes }, shape, dtype);
};

/** The two paddings with zeros, if the elements of `second` begin where those of `first` end. */
function neighbours(first: Application, second: Application): [Application, Application] | null {
  const [a, b] = [first, second].map(({ attributes }) => attributes as PrimitiveAttributes['pad']);
  const plain = [a, b].every(
    ({ value, interior }) => value === 0 && interior.every((between) => between === 0),
  );
  const { shape } = first.inputs[0];
  const differing = shape.flatMap((_, dim) =>
    a.low[dim] === b.low[dim] && a.high[dim] === b.high[dim] ? [] : [dim],
  );
  const [dim, ...others] = differing;
  const fits = dim !== undefined && others.length === 0 && b.low[dim] === a.low[dim] + shape[dim];
  return plain && fits ? [first, second] : null;
}
