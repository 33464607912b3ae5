/** ONNX's functions of one tensor: signs, roundings, exponentials, trigonometry. */

import type { Tensor } from '../../../graph/tensor.js';
import { reciprocal } from '../../../ops/arithmetic.js';
import {
  abs,
  atan,
  cos,
  erf,
  exp,
  floor,
  log,
  neg,
  round,
  sigmoid,
  sign,
  sin,
  sqrt,
  tanh,
} from '../../../ops/elementwise.js';
import { acosh, asinh, atanh, cosh, sinh } from '../../../ops/hyperbolic.js';
import { ceil } from '../../../ops/rounding.js';
import { acos, asin, tan } from '../../../ops/trigonometry.js';
import { isFloat } from '../element-type.js';
import type { Operator, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** Of floats and integers, the result in the type of the input. */
const ofNumbers =
  (compute: (x: Tensor) => Tensor): Operator =>
  (node) => {
    oldAttributes(node);
    const { tensor, type } = node.requireType(0, (type) => type !== 'bool', 'numbers');
    return Value.computed(compute(tensor), type);
  };

/** As `ofNumbers`, of floats only. */
export const ofFloats =
  (compute: (x: Tensor) => Tensor): Operator =>
  (node) => {
    oldAttributes(node);
    const { tensor, type } = node.requireType(0, isFloat, 'floats');
    return Value.computed(compute(tensor), type);
  };

/** In the first operator sets, it only said where the result may be stored. */
function oldAttributes({ opset, attributes }: Parameters<Operator>[0]): void {
  if (opset < 6) attributes.ints('consumed_inputs');
}

export const elementwiseOperators: OperatorTable = {
  Abs: ofNumbers(abs),
  Neg: ofNumbers(neg),
  Sign: ofNumbers(sign),
  Ceil: ofFloats(ceil),
  Floor: ofFloats(floor),
  Round: ofFloats(round),
  Exp: ofFloats(exp),
  Log: ofFloats(log),
  Sqrt: ofFloats(sqrt),
  Reciprocal: ofFloats(reciprocal),
  Erf: ofFloats(erf),
  Sigmoid: ofFloats(sigmoid),
  Sin: ofFloats(sin),
  Cos: ofFloats(cos),
  Tan: ofFloats(tan),
  Asin: ofFloats(asin),
  Acos: ofFloats(acos),
  Atan: ofFloats(atan),
  Sinh: ofFloats(sinh),
  Cosh: ofFloats(cosh),
  Tanh: ofFloats(tanh),
  Asinh: ofFloats(asinh),
  Acosh: ofFloats(acosh),
  Atanh: ofFloats(atanh),
};
