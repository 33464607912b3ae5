/** Elementwise operations with NumPy broadcasting: arithmetic, functions, comparisons, select, cast. */

import type { DType } from '../graph/dtype.js';
import { ShapeError, ValueError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { broadcastShapes, formatShape, type Shape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { resolve } from '../graph/trace.js';
import type { BinaryName, UnaryName } from '../graph/vocabulary.js';
import { fill } from './creation.js';
import { expand } from './view.js';

/** A tensor, or a number that stands for one of the other operand's dtype. */
export type TensorLike = Tensor | number;

function requireDtype(name: string, tensor: Tensor, allowed: readonly DType[]): void {
  if (!allowed.includes(tensor.dtype)) {
    throw new ShapeError(
      `${name}: expected ${allowed.join(' or ')}, got ${tensor.dtype} ${formatShape(tensor.shape)}; ` +
        `convert with cast()`,
    );
  }
}

function unary<Name extends UnaryName>(name: Name, allowed: readonly DType[]): Primitive<Name> {
  return {
    name,
    kind: 'elementwise',
    shape: ([x]) => {
      requireDtype(name, x, allowed);
      return { shape: x.shape, dtype: x.dtype };
    },
  };
}

function binary<Name extends BinaryName>(
  name: Name,
  allowed: readonly DType[],
  result?: DType,
): Primitive<Name> {
  return {
    name,
    kind: 'elementwise',
    shape: ([a, b]) => {
      requireDtype(name, a, allowed);
      if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) {
        throw new ShapeError(
          `${name}: ${a.dtype} ${formatShape(a.shape)} and ${b.dtype} ${formatShape(b.shape)} differ; ` +
            `convert one with cast()`,
        );
      }
      return { shape: a.shape, dtype: result ?? a.dtype };
    },
  };
}

const numeric: readonly DType[] = ['float32', 'int32'];
const real: readonly DType[] = ['float32'];
const any: readonly DType[] = ['float32', 'int32', 'uint8', 'bool'];

const primitives: { [Name in UnaryName | BinaryName]: Primitive<Name> } = {
  neg: unary('neg', numeric),
  abs: unary('abs', numeric),
  sign: unary('sign', numeric),
  exp: unary('exp', real),
  log: unary('log', real),
  sqrt: unary('sqrt', real),
  tanh: unary('tanh', real),
  sigmoid: unary('sigmoid', real),
  expm1: unary('expm1', real),
  log1p: unary('log1p', real),
  erf: unary('erf', real),
  floor: unary('floor', real),
  round: unary('round', real),
  sin: unary('sin', real),
  cos: unary('cos', real),
  atan: unary('atan', real),
  not: unary('not', ['bool']),
  add: binary('add', numeric),
  sub: binary('sub', numeric),
  mul: binary('mul', numeric),
  div: binary('div', real),
  pow: binary('pow', real),
  floorDivide: binary('floorDivide', numeric),
  remainder: binary('remainder', numeric),
  maximum: binary('maximum', numeric),
  minimum: binary('minimum', numeric),
  less: binary('less', numeric, 'bool'),
  equal: binary('equal', any, 'bool'),
  and: binary('and', ['bool']),
  or: binary('or', ['bool']),
};

const wherePrimitive: Primitive<'where'> = {
  name: 'where',
  kind: 'elementwise',
  shape: ([condition, a, b]) => {
    requireDtype('where', condition, ['bool']);
    if (a.dtype !== b.dtype) {
      throw new ShapeError(
        `where: branches are ${a.dtype} and ${b.dtype}; convert one with cast()`,
      );
    }
    return { shape: a.shape, dtype: a.dtype };
  },
};

const castPrimitive: Primitive<'cast'> = {
  name: 'cast',
  kind: 'elementwise',
  shape: ([x], { dtype }) => ({ shape: x.shape, dtype }),
};

const iotaPrimitive: Primitive<'iota'> = {
  name: 'iota',
  kind: 'elementwise',
  shape: (_, { shape }) => ({ shape, dtype: 'int32' }),
};

function asTensor(value: TensorLike, dtype: DType, operation: string): Tensor {
  if (typeof value !== 'number') return resolve(value);
  if (dtype !== 'float32' && !Number.isInteger(value)) {
    throw new ValueError(
      `${operation}: ${value} is no ${dtype}; use a whole number, or cast the tensor to float32`,
    );
  }
  return fill(value, [], dtype);
}

function dtypeOfOperands(a: TensorLike, b: TensorLike): DType {
  if (typeof a !== 'number') return a.dtype;
  return typeof b !== 'number' ? b.dtype : 'float32';
}

function applyBinary(name: BinaryName, a: TensorLike, b: TensorLike): Tensor {
  const dtype = dtypeOfOperands(a, b);
  const left = asTensor(a, dtype, name);
  const right = asTensor(b, dtype, name);
  const shape = broadcastShapes(left.shape, right.shape, name);
  return apply(
    primitives[name] as Primitive<BinaryName>,
    [expand(left, shape), expand(right, shape)],
    {},
  );
}

const applyUnary = (name: UnaryName, x: Tensor): Tensor =>
  apply(primitives[name] as Primitive<UnaryName>, [x], {});

/** -x */
export const neg = (x: Tensor): Tensor => applyUnary('neg', x);
/** |x|; its gradient at 0 is 0. */
export const abs = (x: Tensor): Tensor => applyUnary('abs', x);
/** -1, 0 or 1 by the sign of x. */
export const sign = (x: Tensor): Tensor => applyUnary('sign', x);
/** e to the power x. */
export const exp = (x: Tensor): Tensor => applyUnary('exp', x);
/** Natural logarithm. */
export const log = (x: Tensor): Tensor => applyUnary('log', x);
/** Square root. */
export const sqrt = (x: Tensor): Tensor => applyUnary('sqrt', x);
/** Hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => applyUnary('tanh', x);
/** 1 / (1 + exp(-x)) */
export const sigmoid = (x: Tensor): Tensor => applyUnary('sigmoid', x);
/** exp(x) - 1, exact for small x. */
export const expm1 = (x: Tensor): Tensor => applyUnary('expm1', x);
/** log(1 + x), exact for small x. */
export const log1p = (x: Tensor): Tensor => applyUnary('log1p', x);
/** The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf = (x: Tensor): Tensor => applyUnary('erf', x);
/** The largest whole number that is not above x; no gradient flows through it. */
export const floor = (x: Tensor): Tensor => applyUnary('floor', x);
/** The nearest whole number, halves to the even one; no gradient flows through it. */
export const round = (x: Tensor): Tensor => applyUnary('round', x);
/** Sine of x in radians. */
export const sin = (x: Tensor): Tensor => applyUnary('sin', x);
/** Cosine of x in radians. */
export const cos = (x: Tensor): Tensor => applyUnary('cos', x);
/** The angle between -pi/2 and pi/2 whose tangent is x. */
export const atan = (x: Tensor): Tensor => applyUnary('atan', x);
/** Logical not of a bool tensor. */
export const not = (x: Tensor): Tensor => applyUnary('not', x);
/** a + b, broadcast. */
export const add = (a: TensorLike, b: TensorLike): Tensor => applyBinary('add', a, b);
/** a - b, broadcast. */
export const sub = (a: TensorLike, b: TensorLike): Tensor => applyBinary('sub', a, b);
/** a * b, broadcast. */
export const mul = (a: TensorLike, b: TensorLike): Tensor => applyBinary('mul', a, b);
/** a / b, broadcast; float32 only. */
export const div = (a: TensorLike, b: TensorLike): Tensor => applyBinary('div', a, b);
/** a to the power b, broadcast; NaN for a negative a and a b that is no whole number; float32 only. */
export const pow = (a: TensorLike, b: TensorLike): Tensor => applyBinary('pow', a, b);
/** The largest whole number that is not above a / b, broadcast; in int32 0 for b = 0. */
export const floorDivide = (a: TensorLike, b: TensorLike): Tensor =>
  applyBinary('floorDivide', a, b);
/** What floorDivide leaves of a, exact; its sign is that of b; in int32 0 for b = 0. */
export const remainder = (a: TensorLike, b: TensorLike): Tensor => applyBinary('remainder', a, b);
/** The larger of a and b; NaN when either is. */
export const maximum = (a: TensorLike, b: TensorLike): Tensor => applyBinary('maximum', a, b);
/** The smaller of a and b; NaN when either is. */
export const minimum = (a: TensorLike, b: TensorLike): Tensor => applyBinary('minimum', a, b);
/** a < b as bool. */
export const less = (a: TensorLike, b: TensorLike): Tensor => applyBinary('less', a, b);
/** a > b as bool. */
export const greater = (a: TensorLike, b: TensorLike): Tensor => applyBinary('less', b, a);
/** a == b as bool. */
export const equal = (a: TensorLike, b: TensorLike): Tensor => applyBinary('equal', a, b);
/** Logical and of two bool tensors. */
export const and = (a: TensorLike, b: TensorLike): Tensor => applyBinary('and', a, b);
/** Logical or of two bool tensors. */
export const or = (a: TensorLike, b: TensorLike): Tensor => applyBinary('or', a, b);

/** max(x, 0), NaN for NaN; the gradient at 0 is 0. */
export const relu = (x: Tensor): Tensor => where(or(less(x, 0), equal(x, 0)), 0, x);

/** True where x is neither infinite nor NaN (named as in PyTorch). */
export const isfinite = (x: Tensor): Tensor => equal(sub(x, x), 0);

/** a where the bool `condition` holds, else b; all three broadcast. */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const dtype = dtypeOfOperands(a, b);
  const left = asTensor(a, dtype, 'where');
  const right = asTensor(b, dtype, 'where');
  const shape = broadcastShapes(
    condition.shape,
    broadcastShapes(left.shape, right.shape, 'where'),
    'where',
  );
  return apply(
    wherePrimitive,
    [expand(condition, shape), expand(left, shape), expand(right, shape)],
    {},
  );
}

/** The same values in another dtype; float to integer cuts towards zero. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(castPrimitive, [x], { dtype });
}

/** An int32 tensor of `shape` whose elements are their own coordinate along `dim`. */
export function iota(shape: Shape, dim: number): Tensor {
  return apply(iotaPrimitive, [], { shape, dim });
}
