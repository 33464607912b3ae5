/** ONNX's matrix products: MatMul, Gemm. */

import { ShapeError } from '../../../graph/errors.js';
import { formatShape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { add, mul } from '../../../ops/elementwise.js';
import { matmul } from '../../../ops/matmul.js';
import { reshape, transpose } from '../../../ops/view.js';
import { isFloat } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import { aligned } from './arithmetic.js';

/** As NumPy's: a vector is a row on the left and a column on the right. */
function product(node: OperatorNode): Value {
  const { tensor: a, type } = node.requireType(0, isFloat, 'floats');
  const { tensor: b } = node.requireType(1, isFloat, 'floats');
  const left = a.rank === 1 ? reshape(a, [1, a.size]) : a;
  const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
  const whole = matmul(left, right);
  const shape = [
    ...whole.shape.slice(0, -2),
    ...(a.rank === 1 ? [] : whole.shape.slice(-2, -1)),
    ...(b.rank === 1 ? [] : whole.shape.slice(-1)),
  ];
  return Value.computed(reshape(whole, shape), type);
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
  Gemm: gemm,
};
