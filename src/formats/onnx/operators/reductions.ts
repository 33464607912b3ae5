/** ONNX's reductions: sums, means, products, norms and extremes over axes, where extremes are, and sums so far. */

import { normalizeDim } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { square } from '../../../ops/arithmetic.js';
import { fill } from '../../../ops/creation.js';
import { type CumulativeOptions, cumprod, cumsum } from '../../../ops/cumulative.js';
import { abs, cast, log, sqrt, sub } from '../../../ops/elementwise.js';
import { argmax, argmin, logSumExp, max, mean, min, prod, sum } from '../../../ops/reduction.js';
import { trunc } from '../../../ops/rounding.js';
import { flip } from '../../../ops/view.js';
import { type ElementType, isFloat } from '../element-type.js';
import type { DescribedOperator, Operator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

interface Over {
  readonly dims: readonly number[];
  readonly keepDims: boolean;
}

type Reduction = (x: Tensor, over: Over, type: ElementType) => Tensor;

/** The axes to reduce: an attribute before `since`, an input from then on; all when there are none. */
function axesOf(node: OperatorNode, rank: number, since: number): readonly number[] {
  const asInput = node.opset >= since;
  const named = asInput ? node.numbers(1) : node.attributes.ints('axes');
  const nothing = asInput && node.attributes.flag('noop_with_empty_axes', false);
  if (named === undefined || named.length === 0) {
    return nothing ? [] : Array.from({ length: rank }, (_, dim) => dim);
  }
  return named.map((axis) => normalizeDim(axis, rank, 'axes'));
}

const reducing = (reduce: Reduction, since = 18) => ({
  hostInputs: [1],
  run: (node: OperatorNode): Value => {
    const { tensor: x, type } = node.input(0);
    const dims = axesOf(node, x.rank, since);
    const keepDims = node.attributes.flag('keepdims', true);
    return Value.computed(reduce(x, { dims, keepDims }, type), type);
  },
});

/** Of integers through float32, cut towards zero. */
const throughFloat =
  (reduce: (x: Tensor, over: Over) => Tensor): Reduction =>
  (x, over, type) => {
    if (isFloat(type)) return reduce(x, over);
    return cast(trunc(reduce(cast(x, 'float32'), over)), 'int32');
  };

/** As `reduce`, where there is something; else `nothing`, as a shape with an extent of 0 leaves it. */
const orOfNothing =
  (reduce: (x: Tensor, over: Over) => Tensor, nothing: (type: ElementType) => number): Reduction =>
  (x, { dims, keepDims }, type) => {
    if (!dims.some((dim) => x.shape[dim] === 0)) return reduce(x, { dims, keepDims });
    const shape = x.shape.flatMap((extent, dim) => {
      if (!dims.includes(dim)) return [extent];
      return keepDims ? [1] : [];
    });
    return fill(nothing(type), shape, x.dtype);
  };

/** The least and the largest value of a type, infinite for floats. */
const lowest = (type: ElementType): number => {
  if (isFloat(type)) return Number.NEGATIVE_INFINITY;
  if (type === 'int8') return -128;
  if (type === 'int16') return -32768;
  return type === 'int32' || type === 'int64' ? -(2 ** 31) : 0;
};

const highest = (type: ElementType): number => {
  if (isFloat(type)) return Number.POSITIVE_INFINITY;
  const narrow: Partial<Record<ElementType, number>> = {
    bool: 1,
    int8: 127,
    uint8: 255,
    int16: 32767,
    uint16: 65535,
  };
  return narrow[type] ?? 2 ** 31 - 1;
};

/** Where the first, or with `select_last_index` the last, extreme along an axis is, as int64. */
const extremePlace =
  (find: (x: Tensor, dim: number, options: { keepDims: boolean }) => Tensor): Operator =>
  (node) => {
    const { tensor: x } = node.input(0);
    const dim = normalizeDim(node.attributes.int('axis', 0), x.rank, 'axis');
    const keepDims = node.attributes.flag('keepdims', true);
    const last = node.opset >= 12 && node.attributes.flag('select_last_index', false);
    const place = find(last ? flip(x, [dim]) : x, dim, { keepDims });
    return Value.of(last ? sub(x.shape[dim] - 1, place) : place, 'int64');
  };

/** Joins all up to each place of an axis, which is an input. */
const cumulative = (
  join: (x: Tensor, dim: number, options: CumulativeOptions) => Tensor,
): DescribedOperator => ({
  hostInputs: [1],
  run: (node) => {
    const { tensor: x, type } = node.requireType(0, (type) => type !== 'bool', 'numbers');
    node.input(1);
    const exclusive = node.attributes.flag('exclusive', false);
    const reverse = node.attributes.flag('reverse', false);
    return Value.computed(join(x, node.number(1)!, { exclusive, reverse }), type);
  },
});

const sumOf = (x: Tensor, { dims, keepDims }: Over): Tensor => sum(x, dims, { keepDims });
const infinite = () => Number.NEGATIVE_INFINITY;

export const reductionOperators: OperatorTable = {
  ReduceSum: reducing(sumOf, 13),
  ReduceMean: reducing(throughFloat((x, { dims, keepDims }) => mean(x, dims, { keepDims }))),
  ReduceProd: reducing(
    orOfNothing(
      (x, { dims, keepDims }) => prod(x, dims, { keepDims }),
      () => 1,
    ),
  ),
  ReduceMax: reducing(orOfNothing((x, { dims, keepDims }) => max(x, dims, { keepDims }), lowest)),
  ReduceMin: reducing(orOfNothing((x, { dims, keepDims }) => min(x, dims, { keepDims }), highest)),
  ReduceL1: reducing((x, over) => sumOf(abs(x), over)),
  ReduceL2: reducing(throughFloat((x, over) => sqrt(sumOf(square(x), over)))),
  ReduceSumSquare: reducing((x, over) => sumOf(square(x), over)),
  ReduceLogSum: reducing(throughFloat((x, over) => log(sumOf(x, over)))),
  ReduceLogSumExp: reducing(
    throughFloat((x, over) =>
      orOfNothing((some, { dims, keepDims }) => logSumExp(some, dims, { keepDims }), infinite)(
        x,
        over,
        'float32',
      ),
    ),
  ),
  ArgMax: extremePlace(argmax),
  ArgMin: extremePlace(argmin),
  CumSum: cumulative(cumsum),
  CumProd: cumulative(cumprod),
};
