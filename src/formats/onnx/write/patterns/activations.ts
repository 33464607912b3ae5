/** Activation functions, which are choices and sums of simpler ones in the graph, as ONNX's operators. */

import { sameShape } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import { float, text } from '../graph-builder.js';
import {
  atMost,
  besides,
  isNumber,
  numberOf,
  operandsOf,
  operator,
  type Pattern,
  partner,
  type Step,
  same,
  scaled,
} from '../match.js';

/** A node over x alone, where the result has the shape of x. */
const ofOne = (
  tensor: Tensor,
  name: string,
  x: Tensor,
  attributes: Parameters<typeof operator>[2] = {},
): Step | null => (sameShape(x.shape, tensor.shape) ? operator(name, [x], attributes) : null);

/** x where `tensor` is x > limit, and the limit. */
function above(tensor: Tensor): { x: Tensor; limit: number } | null {
  const less = operandsOf(tensor, 'less');
  const limit = less && numberOf(less[0]);
  return less && limit !== null ? { x: less[1], limit } : null;
}

/** x where `tensor` is x >= limit or x > limit, and the limit. */
function atLeast(tensor: Tensor): { x: Tensor; limit: number } | null {
  const found = atMost(tensor);
  const limit = found && numberOf(found.a);
  return found && limit !== null ? { x: found.b, limit } : above(tensor);
}

export const relu: Pattern = (tensor) => {
  const choice = operandsOf(tensor, 'where');
  const atLimit = choice && atMost(choice[0]);
  if (!atLimit || !isNumber(choice[1], 0) || !isNumber(atLimit.b, 0)) return null;
  return same(choice[2], atLimit.a) ? ofOne(tensor, 'Relu', atLimit.a) : null;
};

interface Clipped {
  readonly x: Tensor;
  readonly least: number;
  readonly most: number;
}

function clipped(tensor: Tensor): Clipped | null {
  const outer = operandsOf(tensor, 'where');
  const inner = outer && operandsOf(outer[2], 'where');
  const below = outer && atMost(outer[0]);
  const over = inner && atLeast(inner[0]);
  if (!outer || !inner || !below || !over) return null;
  const least = numberOf(outer[1]);
  const most = numberOf(inner[1]);
  const x = inner[2];
  if (least === null || most === null || !same(below.a, x) || !same(over.x, x)) return null;
  if (least > most) return null;
  return isNumber(below.b, least) && over.limit === most ? { x, least, most } : null;
}

export const clip: Pattern = (tensor) => {
  const found = clipped(tensor);
  if (!found || !sameShape(found.x.shape, tensor.shape)) return null;
  const { x, least, most } = found;
  return {
    inputs: [x],
    emit: (graph, [input]) =>
      graph.node('Clip', [input, graph.scalar(least, x.dtype), graph.scalar(most, x.dtype)]),
  };
};

export const leakyRelu: Pattern = (tensor) => {
  const choice = operandsOf(tensor, 'where');
  const positive = choice && above(choice[0]);
  const product = choice && operandsOf(choice[2], 'mul');
  if (!choice || positive?.limit !== 0 || !same(choice[1], positive.x)) return null;
  const slope = partner(product, positive.x);
  if (!slope || !sameShape(positive.x.shape, tensor.shape)) return null;
  const alpha = numberOf(slope);
  return alpha !== null
    ? operator('LeakyRelu', [positive.x], { alpha: float(alpha) })
    : operator('PRelu', [positive.x, slope]);
};

function exponentialLinear(tensor: Tensor): { x: Tensor; alpha: number } | null {
  const choice = operandsOf(tensor, 'where');
  const positive = choice && above(choice[0]);
  const curve = choice && scaled(choice[2]);
  const power = curve && operandsOf(curve.x, 'expm1');
  const bounded = power && operandsOf(power[0], 'where');
  if (!positive || !bounded || positive.limit !== 0) return null;
  const { x } = positive;
  const matches = same(choice[1], x) && same(bounded[2], x) && isNumber(bounded[1], 0);
  return matches && same(bounded[0], choice[0]) ? { x, alpha: curve.by } : null;
}

export const elu: Pattern = (tensor) => {
  const found = exponentialLinear(tensor);
  return found && ofOne(tensor, 'Elu', found.x, { alpha: float(found.alpha) });
};

export const selu: Pattern = (tensor) => {
  const outer = scaled(tensor);
  const found = exponentialLinear(outer.x);
  if (!found) return null;
  const attributes = { alpha: float(found.alpha), gamma: float(outer.by) };
  return ofOne(tensor, 'Selu', found.x, attributes);
};

/** log(1 + exp(beta x)) / beta; beyond the threshold it is x to all digits. */
function softplusOf(tensor: Tensor): { x: Tensor; beta: number } | null {
  const choice = operandsOf(tensor, 'where');
  const linear = choice && above(choice[0]);
  if (!linear || linear.limit < 15) return null;
  const x = choice[1];
  const inside = scaled(linear.x);
  const beta = same(linear.x, x) ? 1 : same(inside.x, x) ? inside.by : null;
  const divided = operandsOf(choice[2], 'div');
  const bent = beta === 1 ? choice[2] : divided && isNumber(divided[1], beta!) ? divided[0] : null;
  const sum = bent && operandsOf(bent, 'log1p');
  const power = sum && operandsOf(sum[0], 'exp');
  const bounded = power && operandsOf(power[0], 'where');
  if (beta === null || !bounded || !isNumber(bounded[1], 0)) return null;
  return same(bounded[0], choice[0]) && same(bounded[2], linear.x) ? { x, beta } : null;
}

export const softplus: Pattern = (tensor) => {
  const found = softplusOf(tensor);
  if (!found || !sameShape(found.x.shape, tensor.shape)) return null;
  const { x, beta } = found;
  if (beta === 1) return operator('Softplus', [x]);
  return {
    inputs: [x],
    emit: (graph, [input]) => {
      const factor = graph.scalar(beta, 'float32');
      const bent = graph.node('Softplus', [graph.node('Mul', [input, factor])]);
      return graph.node('Div', [bent, factor]);
    },
  };
};

export const mish: Pattern = (tensor, { opset }) => {
  const factors = opset >= 18 ? operandsOf(tensor, 'mul') : null;
  const bent = factors && operandsOf(factors[1], 'tanh');
  const found = bent && softplusOf(bent[0]);
  if (!factors || found?.beta !== 1 || !same(found.x, factors[0])) return null;
  return ofOne(tensor, 'Mish', found.x);
};

export const softsign: Pattern = (tensor) => {
  const quotient = operandsOf(tensor, 'div');
  const size = quotient && besides(operandsOf(quotient[1], 'add'), 1);
  const inner = size && operandsOf(size, 'abs');
  return inner && same(inner[0], quotient[0]) ? ofOne(tensor, 'Softsign', inner[0]) : null;
};

export const hardSigmoid: Pattern = (tensor) => {
  const quotient = operandsOf(tensor, 'div');
  const sum = quotient && isNumber(quotient[1], 6) ? operandsOf(quotient[0], 'add') : null;
  const moved = besides(sum, 3);
  const found = moved && clipped(moved);
  if (!found || found.least !== -3 || found.most !== 3) return null;
  return ofOne(tensor, 'HardSigmoid', found.x, { alpha: float(1 / 6), beta: float(0.5) });
};

export const hardSwish: Pattern = (tensor, { opset }) => {
  const outer = opset >= 14 ? operandsOf(tensor, 'where') : null;
  const inner = outer && operandsOf(outer[2], 'where');
  const below = outer && operandsOf(outer[0], 'less');
  const over = inner && atLeast(inner[0]);
  if (!outer || !inner || !below || over?.limit !== 3 || !isNumber(below[1], -3)) return null;
  const x = below[0];
  const outside = besides(operandsOf(outer[1], 'mul'), 0);
  if (!same(over.x, x) || !same(inner[1], x) || !outside || !same(outside, x)) return null;
  const product = operandsOf(inner[2], 'div');
  const factors = product && isNumber(product[1], 6) ? operandsOf(product[0], 'mul') : null;
  const bounded = factors && operandsOf(factors[0], 'where');
  const moved = factors && besides(operandsOf(factors[1], 'add'), 3);
  if (!bounded || !moved || !same(moved, factors[0])) return null;
  const either = operandsOf(bounded[0], 'or');
  const isBounded = either && same(either[0], outer[0]) && same(either[1], inner[0]);
  return isBounded && isNumber(bounded[1], 0) && same(bounded[2], x)
    ? ofOne(tensor, 'HardSwish', x)
    : null;
};

/** x / 2 times one more than the error function or a tangent of x. */
export const gelu: Pattern = (tensor, { opset }) => {
  const factors = opset >= 20 ? operandsOf(tensor, 'mul') : null;
  const half = factors && scaled(factors[0]);
  const bent = factors && besides(operandsOf(factors[1], 'add'), 1);
  if (!half || !bent || half.by !== 0.5) return null;
  const { x } = half;
  const exact = operandsOf(bent, 'erf');
  const inside = exact && scaled(exact[0]);
  if (inside && same(inside.x, x)) {
    return Math.abs(inside.by - Math.SQRT1_2) < 1e-6 ? ofOne(tensor, 'Gelu', x) : null;
  }
  const tangent = operandsOf(bent, 'tanh');
  const outer = tangent && scaled(tangent[0]);
  const cubic = outer && partner(operandsOf(outer.x, 'add'), x);
  const cube = cubic && scaled(cubic);
  const square = cube && partner(operandsOf(cube.x, 'mul'), x);
  const isCube = square && partner(operandsOf(square, 'mul'), x) !== null;
  if (!outer || !cube || !isCube) return null;
  const matches =
    Math.abs(outer.by - Math.sqrt(2 / Math.PI)) < 1e-6 && Math.abs(cube.by - 0.044715) < 1e-8;
  return matches ? ofOne(tensor, 'Gelu', x, { approximate: text('tanh') }) : null;
};

/** a <= b, or with known numbers on the left b >= a. */
export const lessOrEqual: Pattern = (tensor) => {
  const found = atMost(tensor);
  if (!found) return null;
  const { a, b } = found;
  const isWhole = [a, b].some((operand) => sameShape(operand.shape, tensor.shape));
  if (!isWhole) return null;
  return numberOf(a) !== null && numberOf(b) === null
    ? operator('GreaterOrEqual', [b, a])
    : operator('LessOrEqual', [a, b]);
};
