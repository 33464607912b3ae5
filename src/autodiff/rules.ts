/** The gradient of every primitive, written in operations, so that gradients have gradients. */

import { apply } from '../graph/primitive.js';
import type { Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { PrimitiveAttributes, PrimitiveName } from '../graph/vocabulary.js';
import { split } from '../ops/concatenate.js';
import { conv2dPrimitive } from '../ops/conv-2d.js';
import {
  add,
  and,
  cast,
  cos,
  div,
  equal,
  exp,
  floorDivide,
  less,
  log,
  mul,
  neg,
  or,
  pow,
  sign,
  sin,
  sub,
  where,
} from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
import { pad } from '../ops/pad.js';
import { sum } from '../ops/reduction.js';
import { gatherRows, scatterRows } from '../ops/rows.js';
import { expand, flip, permute, reshape, slice, transpose } from '../ops/view.js';
import { windowArgmaxPrimitive, windowSumPrimitive } from '../ops/windows.js';
import { rebuilt, recompute } from './checkpoint.js';

/** What a rule sees: the application, and the gradient that arrives at its output. */
export interface VjpContext<Name extends PrimitiveName> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attributes: PrimitiveAttributes[Name];
  readonly gradient: Tensor;
  /** Gradients of `output` for `inputs`, when `outputGradient` arrives there. */
  readonly gradientsOf: (
    output: Tensor,
    inputs: readonly Tensor[],
    outputGradient: Tensor,
  ) => Tensor[];
}

/** Gradients for the inputs in order; null where there is none. */
export type Vjp<Name extends PrimitiveName> = (
  context: VjpContext<Name>,
) => readonly (Tensor | null)[];

const none = () => [null, null, null];

export const vjps: { readonly [Name in PrimitiveName]: Vjp<Name> } = {
  neg: ({ gradient }) => [neg(gradient)],
  abs: ({ inputs: [x], gradient }) => [mul(gradient, sign(x))],
  sign: none,
  exp: ({ output, gradient }) => [mul(gradient, output)],
  log: ({ inputs: [x], gradient }) => [div(gradient, x)],
  sqrt: ({ output, gradient }) => [div(mul(gradient, 0.5), output)],
  tanh: ({ output, gradient }) => [mul(gradient, sub(1, mul(output, output)))],
  sigmoid: ({ output, gradient }) => [mul(gradient, mul(output, sub(1, output)))],
  // Not from the output: expm1(x) + 1 is 0 long before exp(x) is.
  expm1: ({ inputs: [x], gradient }) => [mul(gradient, exp(x))],
  log1p: ({ inputs: [x], gradient }) => [div(gradient, add(x, 1))],
  erf: ({ inputs: [x], gradient }) => [
    mul(gradient, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
  ],
  floor: none,
  round: none,
  sin: ({ inputs: [x], gradient }) => [mul(gradient, cos(x))],
  cos: ({ inputs: [x], gradient }) => [neg(mul(gradient, sin(x)))],
  atan: ({ inputs: [x], gradient }) => [div(gradient, add(mul(x, x), 1))],
  not: none,

  add: ({ gradient }) => [gradient, gradient],
  sub: ({ gradient }) => [gradient, neg(gradient)],
  mul: ({ inputs: [a, b], gradient }) => [mul(gradient, b), mul(gradient, a)],
  div: ({ inputs: [, b], output, gradient }) => {
    const quotient = div(gradient, b);
    return [quotient, neg(mul(quotient, output))];
  },
  // As PyTorch's: where b is 0 the power does not depend on a, where a is 0 and b not below 0 not on b.
  pow: ({ inputs: [a, b], output, gradient }) => [
    where(equal(b, 0), 0, mul(gradient, mul(b, pow(a, sub(b, 1))))),
    where(and(equal(a, 0), or(less(0, b), equal(b, 0))), 0, mul(gradient, mul(output, log(a)))),
  ],
  floorDivide: none,
  remainder: ({ inputs: [a, b], gradient }) => [gradient, neg(mul(gradient, floorDivide(a, b)))],
  maximum: ({ inputs: [a, b], gradient }) => shared(less(b, a), equal(a, b), gradient),
  minimum: ({ inputs: [a, b], gradient }) => shared(less(a, b), equal(a, b), gradient),
  less: none,
  equal: none,
  and: none,
  or: none,
  where: ({ inputs: [condition], gradient }) => [
    null,
    where(condition, gradient, 0),
    where(condition, 0, gradient),
  ],
  cast: ({ inputs: [x], gradient }) => [x.dtype === 'float32' ? gradient : null],
  iota: none,

  reshape: ({ inputs: [x], gradient }) => [reshape(gradient, x.shape)],
  permute: ({ attributes: { order }, gradient }) => {
    const inverse = new Array<number>(order.length);
    order.forEach((dim, position) => {
      inverse[dim] = position;
    });
    return [permute(gradient, inverse)];
  },
  expand: ({ inputs: [x], gradient }) => {
    const repeated = gradient.shape.flatMap((extent, dim) =>
      x.shape[dim] === extent ? [] : [dim],
    );
    return [sum(gradient, repeated, { keepDims: true })];
  },
  slice: ({ inputs: [x], attributes: { start, step, shape }, gradient }) => {
    // A backward walk is turned around first; the steps become interior padding.
    const forward = flip(
      gradient,
      step.flatMap((by, dim) => (by < 0 ? [dim] : [])),
    );
    const low = start.map((from, dim) =>
      step[dim] < 0 ? from + (shape[dim] - 1) * step[dim] : from,
    );
    const interior = step.map((by) => Math.abs(by) - 1);
    const high = x.shape.map((extent, dim) => extent - low[dim] - reachOf(shape[dim], step[dim]));
    return [pad(forward, { low, high, interior })];
  },
  detach: none,
  checkpoint: ({ inputs: [output, ...leaves], gradient, gradientsOf }) => {
    const again = leaves.map((leaf) => recompute(leaf, gradient));
    const copy = rebuilt(output, new Map(leaves.map((leaf, i) => [leaf, again[i]])));
    const wanted = again.filter(({ dtype }) => dtype === 'float32');
    const gradients = gradientsOf(copy, wanted, gradient);
    return [null, ...again.map((leaf) => gradients[wanted.indexOf(leaf)] ?? null)];
  },
  recompute: ({ gradient }) => [gradient, null],

  sum: ({ inputs: [x], gradient }) => [expand(gradient, x.shape)],
  // As PyTorch's amax: equal maxima share the gradient evenly.
  max: ({ inputs: [x], output, attributes: { dims }, gradient }) => {
    const winners = cast(equal(x, expand(output, x.shape)), x.dtype);
    return [mul(winners, div(gradient, sum(winners, dims, { keepDims: true })))];
  },
  argmax: none,

  concatenate: ({ inputs, attributes: { dim }, gradient }) =>
    split(
      gradient,
      inputs.map(({ shape }) => shape[dim]),
      dim,
    ),

  matmul: ({ inputs: [a, b], gradient }) => [
    matmul(gradient, transpose(b)),
    matmul(transpose(a), gradient),
  ],
  conv2d: ({ inputs: [x, weight], attributes, gradient }) => [
    convInputGradient(x, weight, attributes, gradient),
    convFilterGradient(x, weight, attributes, gradient),
  ],
  pad: ({ inputs: [x], attributes: { low, interior }, gradient }) => [
    slice(gradient, {
      start: low,
      end: x.shape.map((extent, dim) => low[dim] + reachOf(extent, interior[dim] + 1)),
      step: interior.map((between) => between + 1),
    }),
  ],
  windowSum: ({ inputs: [x], attributes: { kernel, stride, dilation }, gradient }) => {
    const areNeighbours = kernel.every((size, axis) => size === stride[axis]);
    if (areNeighbours && dilation.every((by) => by === 1)) {
      return [repeatedInWindows(x, kernel, gradient)];
    }
    const spread = spreadOverWindows(x, kernel, stride, dilation, gradient);
    return [apply(windowSumPrimitive, [spread], { kernel, stride: [1, 1], dilation })];
  },
  windowMax: ({ inputs: [x], attributes, gradient }) => {
    const index = apply(windowArgmaxPrimitive, [x], attributes);
    const [, size] = planesOf(x.shape);
    const windows = planesOf(gradient.shape);
    const spread = scatterRows(reshape(gradient, windows), reshape(index, windows), { size });
    return [reshape(spread, x.shape)];
  },
  windowArgmax: none,
  gather: ({ inputs: [x, index], gradient }) => [
    scatterRows(gradient, index, { size: x.shape[1] }),
    null,
  ],
  scatter: ({ inputs: [x, index], output, attributes: { size, operation }, gradient }) => {
    const arriving = gatherRows(gradient, index);
    if (operation === 'add') return [arriving, null];
    if (operation === 'mul') return [mul(arriving, productOfOthers(x, index, size)), null];
    // Equal winners share the gradient evenly, as in PyTorch's amax.
    const winners = cast(equal(x, gatherRows(output, index)), 'float32');
    const count = gatherRows(scatterRows(winners, index, { size }), index);
    return [div(mul(arriving, winners), where(equal(count, 0), 1, count)), null];
  },
  argsort: none,
  uniform: none,
};

/** For each element the product of the others that go to its place, right with zeros among them. */
function productOfOthers(x: Tensor, index: Tensor, size: number): Tensor {
  const isZero = equal(x, 0);
  const zeros = scatterRows(cast(isZero, 'float32'), index, { size });
  const product = scatterRows(where(isZero, 1, x), index, { size, operation: 'mul' });
  const [count, nonZero] = [gatherRows(zeros, index), gatherRows(product, index)];
  return where(
    equal(count, 0),
    div(nonZero, where(isZero, 1, x)),
    where(and(isZero, equal(count, 1)), nonZero, 0),
  );
}

/** The gradient of a maximum or minimum: all to the winner, half to each of two equals. */
function shared(firstWins: Tensor, equals: Tensor, gradient: Tensor): [Tensor, Tensor] {
  const first = where(firstWins, gradient, where(equals, mul(gradient, 0.5), 0));
  return [first, sub(gradient, first)];
}

/** How many places `count` elements cover when they stand `step` apart. */
function reachOf(count: number, step: number): number {
  return count === 0 ? 0 : (count - 1) * Math.abs(step) + 1;
}

/** [..., H, W] as [planes, H * W]. */
function planesOf(shape: Shape): [number, number] {
  const [height, width] = shape.slice(-2);
  return [shape.slice(0, -2).reduce((product, extent) => product * extent, 1), height * width];
}

type Pair = readonly [number, number];

/** The gradient at the windows, spread by the stride and padded so that every element of x sees its windows. */
function spreadOverWindows(
  x: Tensor,
  kernel: Pair,
  stride: Pair,
  dilation: Pair,
  gradient: Tensor,
): Tensor {
  const low = gradient.shape.map(() => 0);
  const high = gradient.shape.map(() => 0);
  const interior = gradient.shape.map(() => 0);
  for (const axis of [0, 1]) {
    const dim = gradient.rank - 2 + axis;
    low[dim] = (kernel[axis] - 1) * dilation[axis];
    high[dim] = x.shape[dim] - reachOf(gradient.shape[dim], stride[axis]);
    interior[dim] = stride[axis] - 1;
  }
  return pad(gradient, { low, high, interior });
}

/** Each element of the gradient in all places of its window, for windows that lie side by side. */
function repeatedInWindows(x: Tensor, [down, across]: Pair, gradient: Tensor): Tensor {
  const [outer, height, width] = [x.shape.slice(0, -2), ...gradient.shape.slice(-2)];
  const apart = reshape(gradient, [...outer, height, 1, width, 1]);
  const repeated = expand(apart, [...outer, height, down, width, across]);
  const covered = reshape(repeated, [...outer, height * down, width * across]);
  const low = x.shape.map(() => 0);
  return pad(covered, { low, high: x.shape.map((size, dim) => size - covered.shape[dim]) });
}

interface ConvAttributes {
  readonly stride: Pair;
  readonly dilation: Pair;
}

/** The input's gradient: the output's, spread over the windows, against the flipped filters. */
function convInputGradient(
  x: Tensor,
  weight: Tensor,
  { stride, dilation }: ConvAttributes,
  gradient: Tensor,
): Tensor {
  const kernel: Pair = [weight.shape[3], weight.shape[4]];
  const spread = spreadOverWindows(x, kernel, stride, dilation, gradient);
  const filters = permute(flip(weight, [3, 4]), [0, 2, 1, 3, 4]);
  return apply(conv2dPrimitive, [spread, filters], { stride: [1, 1], dilation });
}

/** The filters' gradient: the input convolved with the output's gradient, batch and channels swapped. */
function convFilterGradient(
  x: Tensor,
  weight: Tensor,
  { stride, dilation }: ConvAttributes,
  gradient: Tensor,
): Tensor {
  // Rows and columns that no window reaches would add filter taps that do not exist.
  const high = [0, 0, 0, 0, 0];
  for (const axis of [0, 1]) {
    const windows = (gradient.shape[3 + axis] - 1) * stride[axis];
    const used = windows + (weight.shape[3 + axis] - 1) * dilation[axis] + 1;
    high[3 + axis] = used - x.shape[3 + axis];
  }
  const reached = pad(x, { low: [0, 0, 0, 0, 0], high });
  const taps = apply(
    conv2dPrimitive,
    [permute(reached, [0, 2, 1, 3, 4]), permute(gradient, [0, 2, 1, 3, 4])],
    { stride: dilation, dilation: stride },
  );
  return permute(taps, [0, 2, 1, 3, 4]);
}
