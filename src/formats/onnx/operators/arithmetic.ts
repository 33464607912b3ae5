/** ONNX's arithmetic of several tensors: sums, products, quotients, powers, the extreme of several. */

import { ValueError } from '../../../graph/errors.js';
import type { Tensor } from '../../../graph/tensor.js';
import { scalar } from '../../../ops/creation.js';
import {
  abs,
  add,
  and,
  cast,
  div,
  equal,
  floorDivide,
  less,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  remainder,
  round,
  sign,
  sub,
  where,
} from '../../../ops/elementwise.js';
import { fmod, trunc } from '../../../ops/rounding.js';
import { reshape } from '../../../ops/view.js';
import { isFloat } from '../element-type.js';
import type { Operator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** Two tensors of one type. */
const ofTwo =
  (compute: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (node) => {
    const { tensor: a, type } = node.requireType(0, (type) => type !== 'bool', 'numbers');
    const { tensor: b } = node.requireType(1, (other) => other === type, type);
    return Value.computed(compute(a, aligned(node, a, b)), type);
  };

/** Before version 7, the second operand broadcasts only when told to, from `axis` on. */
export function aligned({ opset, attributes }: OperatorNode, a: Tensor, b: Tensor): Tensor {
  if (opset >= 7) return b;
  if (opset < 6) attributes.ints('consumed_inputs');
  const broadcast = attributes.flag('broadcast', false);
  if (!attributes.has('axis') || !broadcast) return b;
  const axis = attributes.int('axis');
  const start = axis < 0 ? axis + a.rank : axis;
  const behind = Math.max(a.rank - start - b.rank, 0);
  return reshape(b, [...b.shape, ...new Array<number>(behind).fill(1)]);
}

/** Integer quotients lose their fraction, towards zero. */
function quotient(a: Tensor, b: Tensor): Tensor {
  if (a.dtype === 'float32') return div(a, b);
  return mul(mul(sign(a), sign(b)), floorDivide(abs(a), abs(b)));
}

/** One or more tensors of one type, joined from the left. */
const ofMany =
  (
    join: (a: Tensor, b: Tensor) => Tensor,
    finish?: (x: Tensor, count: number) => Tensor,
  ): Operator =>
  (node) => {
    if (node.opset < 6) node.attributes.ints('consumed_inputs');
    const values = node.all();
    if (values.length === 0) throw new ValueError('there is no input; the operator needs one');
    const [{ type }] = values;
    values.forEach((_, place) => {
      node.requireType(place, (other) => other === type, type);
    });
    const joined = values.map(({ tensor }) => tensor).reduce(join);
    return Value.computed(finish ? finish(joined, values.length) : joined, type);
  };

/** The sign of the result is that of the divisor, or with `fmod` that of the dividend. */
function modulo(node: OperatorNode): Value {
  const likeC = node.attributes.flag('fmod', false);
  return ofTwo(likeC ? (a, b) => fmod(a, b) : remainder)(node) as Value;
}

/** The result has the type of the base; the exponent may have another one. */
function power(node: OperatorNode): Value {
  const { tensor: base, type } = node.input(0);
  const { tensor, type: exponentType } = node.input(1);
  const exponent = aligned(node, base, tensor);
  if (isFloat(type)) return Value.computed(pow(base, cast(exponent, 'float32')), type);
  if (!isFloat(exponentType)) return Value.computed(wholePower(base, exponent), type);
  return Value.computed(cast(nearlyWhole(pow(cast(base, 'float32'), exponent)), 'int32'), type);
}

/** Cut towards zero, but for what only rounding keeps from a whole number. */
function nearlyWhole(x: Tensor): Tensor {
  const whole = round(x);
  const close = less(abs(sub(x, whole)), mul(abs(whole), 1e-6));
  return where(close, whole, trunc(x));
}

/** By repeated squaring, exact and wrapped; a negative exponent leaves only powers of 1 and -1. */
function wholePower(base: Tensor, exponent: Tensor): Tensor {
  const one = scalar(1, 'int32');
  let result = one;
  let square = base;
  let rest = exponent;
  for (let bit = 0; bit < 31; bit++) {
    result = where(equal(remainder(rest, 2), 1), mul(result, square), result);
    square = mul(square, square);
    rest = floorDivide(rest, 2);
  }
  const isUnit = equal(abs(base), 1);
  // Of a negative exponent, only its being odd counts for -1, which the lowest bit has said.
  const isOdd = equal(remainder(exponent, 2), 1);
  const unit = where(and(equal(base, -1), isOdd), neg(one), one);
  const fraction = where(isUnit, unit, 0);
  return where(less(exponent, 0), fraction, result);
}

export const arithmeticOperators: OperatorTable = {
  Add: ofTwo(add),
  Sub: ofTwo(sub),
  Mul: ofTwo(mul),
  Div: ofTwo(quotient),
  Mod: modulo,
  Pow: power,
  Max: ofMany(maximum),
  Min: ofMany(minimum),
  Sum: ofMany(add),
  Mean: ofMany(add, div),
};
