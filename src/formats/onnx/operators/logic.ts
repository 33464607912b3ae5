/** ONNX's comparisons and logic, and the choice by a condition. */

import type { Tensor } from '../../../graph/tensor.js';
import { greaterEqual, isnan, lessEqual, notEqual } from '../../../ops/comparison.js';
import { fill } from '../../../ops/creation.js';
import { and, cast, equal, greater, less, not, or, where } from '../../../ops/elementwise.js';
import { isFloat } from '../element-type.js';
import type { Operator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import { aligned } from './arithmetic.js';

/** Two tensors of one type, compared. */
const compared =
  (compare: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (node) => {
    const { tensor: a, type } = node.input(0);
    const { tensor: b } = node.requireType(1, (other) => other === type, type);
    return Value.of(compare(a, aligned(node, a, b)), 'bool');
  };

const logical =
  (join: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (node) => {
    for (const place of [0, 1]) node.requireType(place, (type) => type === 'bool', 'bool');
    return compared(join)(node);
  };

function choose(node: OperatorNode): Value {
  const { tensor: condition } = node.requireType(0, (type) => type === 'bool', 'bool');
  const { tensor: a, type } = node.input(1);
  const { tensor: b } = node.requireType(2, (other) => other === type, type);
  if (type !== 'bool') return Value.of(where(condition, a, b), type);
  // Chosen among numbers, since bools are the result of comparisons.
  return Value.of(cast(where(condition, cast(a, 'int32'), cast(b, 'int32')), 'bool'), type);
}

function isInfinite(node: OperatorNode): Value {
  const { tensor: x } = node.requireType(0, isFloat, 'floats');
  const up = node.attributes.flag('detect_positive', true);
  const down = node.attributes.flag('detect_negative', true);
  const parts = [
    ...(up ? [equal(x, Number.POSITIVE_INFINITY)] : []),
    ...(down ? [equal(x, Number.NEGATIVE_INFINITY)] : []),
  ];
  return Value.of(parts.length === 0 ? fill(0, x.shape, 'bool') : parts.reduce(or), 'bool');
}

export const logicOperators: OperatorTable = {
  Equal: compared(equal),
  Less: compared(less),
  LessOrEqual: compared(lessEqual),
  Greater: compared(greater),
  GreaterOrEqual: compared(greaterEqual),
  And: logical(and),
  Or: logical(or),
  Xor: logical(notEqual),
  Not: (node) => {
    const { tensor, type } = node.requireType(0, (type) => type === 'bool', 'bool');
    return Value.of(not(tensor), type);
  },
  Where: choose,
  IsNaN: (node) => Value.of(isnan(node.requireType(0, isFloat, 'floats').tensor), 'bool'),
  IsInf: isInfinite,
};
