/** ONNX's operators on the bits of integers. */

import { ValueError } from '../../../graph/errors.js';
import type { Tensor } from '../../../graph/tensor.js';
import { scalar } from '../../../ops/creation.js';
import {
  add,
  and,
  equal,
  floorDivide,
  greater,
  less,
  mul,
  neg,
  remainder,
  sub,
  where,
} from '../../../ops/elementwise.js';
import { isInteger } from '../element-type.js';
import type { Operator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** The bits that are set in both, from the lowest to the sign. */
function both(a: Tensor, b: Tensor): Tensor {
  let [left, right] = [a, b];
  let result: Tensor = scalar(0, 'int32');
  for (let bit = 0; bit < 32; bit++) {
    const set = mul(remainder(left, 2), remainder(right, 2));
    // The highest weight is that of the sign.
    result = add(result, mul(set, (1 << bit) | 0));
    [left, right] = [floorDivide(left, 2), floorDivide(right, 2)];
  }
  return result;
}

const either = (a: Tensor, b: Tensor): Tensor => sub(add(a, b), both(a, b));
const one = (a: Tensor, b: Tensor): Tensor => sub(add(a, b), mul(both(a, b), 2));

const ofIntegers =
  (compute: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (node) => {
    const { tensor: a, type } = node.requireType(0, isInteger, 'integers');
    const { tensor: b } = node.requireType(1, (other) => other === type, type);
    return Value.computed(compute(a, b), type);
  };

/** NOTE: of 32 bits and more without a sign, the complement is beyond int32. */
function complement(node: OperatorNode): Value {
  const { tensor, type } = node.requireType(0, isInteger, 'integers');
  if (type === 'uint32' || type === 'uint64') {
    throw new ValueError(`the complement of ${type} is beyond int32, in which it is computed`);
  }
  return Value.computed(sub(neg(tensor), 1), type);
}

/** x times or divided by a power of two; counts beyond the width shift everything out, but for the sign. */
function shift(node: OperatorNode): Value {
  const isLeft = node.attributes.choice('direction', ['LEFT', 'RIGHT']) === 'LEFT';
  return ofIntegers((x, count) => {
    let shifted = x;
    for (const step of [1, 2, 4, 8, 16]) {
      const isSet = equal(remainder(floorDivide(count, step), 2), 1);
      const moved = isLeft ? mul(shifted, 2 ** step) : floorDivide(shifted, 2 ** step);
      shifted = where(isSet, moved, shifted);
    }
    const isWithin = and(less(count, 32), greater(count, -1));
    const sign = where(less(x, 0), scalar(-1, 'int32'), scalar(0, 'int32'));
    return where(isWithin, shifted, isLeft ? 0 : sign);
  })(node) as Value;
}

export const bitOperators: OperatorTable = {
  BitwiseAnd: ofIntegers(both),
  BitwiseOr: ofIntegers(either),
  BitwiseXor: ofIntegers(one),
  BitwiseNot: complement,
  BitShift: shift,
};
