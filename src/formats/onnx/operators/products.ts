/** ONNX's matrix products: MatMul, Gemm, Einsum. */

import { ShapeError } from '../../../graph/errors.js';
import { formatShape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { einsum } from '../../../ops/einsum.js';
import { add, mul } from '../../../ops/elementwise.js';
import { matmul } from '../../../ops/matmul.js';
import { transpose } from '../../../ops/view.js';
import { isFloat } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import { aligned } from './arithmetic.js';

/** As NumPy's: a vector is a row on the left and a column on the right. */
function product(node: OperatorNode): Value {
  const { tensor: a, type } = node.requireType(0, isFloat, 'floats');
  const { tensor: b } = node.requireType(1, (other) => other === type, type);
  return Value.computed(matmul(a, b), type);
}

/** Sums of products in Einstein's notation. */
function einsteinSum(node: OperatorNode): Value {
  const { type } = node.input(0);
  const operands = node.all().map((_, place) => {
    return node.requireType(place, (other) => other === type, type).tensor;
  });
  return Value.computed(einsum(node.attributes.string('equation'), ...operands), type);
}

/** alpha a b + beta c, with a and b transposed where the attributes say so. */
function gemm(node: OperatorNode): Value {
  const { attributes } = node;
  const { type } = node.requireType(0, isFloat, 'floats');
  const matrix = (place: number, turned: boolean): Tensor => {
    const x = node.tensor(place);
    if (x.rank !== 2)
      throw new ShapeError(`input ${place} is ${formatShape(x.shape)}; expected a matrix`);
    return turned ? transpose(x) : x;
  };
  const a = matrix(0, attributes.flag('transA', false));
  const b = matrix(1, attributes.flag('transB', false));
  const [alpha, beta] = [attributes.float('alpha', 1), attributes.float('beta', 1)];
  const whole = scaled(matmul(a, b), alpha);
  const c = node.optional(2);
  return Value.computed(c ? add(whole, scaled(aligned(node, whole, c.tensor), beta)) : whole, type);
}

const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor));

export const productOperators: OperatorTable = {
  MatMul: product,
  Einsum: einsteinSum,
  Gemm: gemm,
};
