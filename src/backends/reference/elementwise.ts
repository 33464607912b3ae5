/** Elementwise reference kernels: one output element from the elements at the same place. */

import type { DType } from '../../graph/dtype.js';
import type { BinaryName, ElementwiseName, UnaryName } from '../../graph/vocabulary.js';
import { forEachIndex, type ReferenceKernel } from './kernel.js';

type UnaryFunction = (x: number) => number;
type BinaryFunction = (a: number, b: number) => number;

/** `integer` is the variant for int32, where the result must wrap and doubles would not. */
function unary(real: UnaryFunction, integer: UnaryFunction = real): ReferenceKernel<UnaryName> {
  return ({ inputs: [x], output }) => {
    const compute = x.dtype === 'int32' ? integer : real;
    for (let i = 0; i < output.data.length; i++) output.data[i] = compute(x.data[i]);
  };
}

function binary(real: BinaryFunction, integer: BinaryFunction = real): ReferenceKernel<BinaryName> {
  return ({ inputs: [a, b], output }) => {
    const compute = a.dtype === 'int32' ? integer : real;
    for (let i = 0; i < output.data.length; i++) output.data[i] = compute(a.data[i], b.data[i]);
  };
}

export const elementwiseKernels: { readonly [Name in ElementwiseName]: ReferenceKernel<Name> } = {
  neg: unary(
    (x) => -x,
    (x) => -x | 0,
  ),
  abs: unary(Math.abs, (x) => Math.abs(x) | 0),
  // As PyTorch's: the sign of -0 and of NaN is 0.
  sign: unary((x) => Number(x > 0) - Number(x < 0)),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  expm1: unary(Math.expm1),
  log1p: unary(Math.log1p),
  erf: unary(erf),
  floor: unary(Math.floor),
  round: unary(roundToEven),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  atan: unary(Math.atan),
  not: unary((x) => Number(x === 0)),

  add: binary(
    (a, b) => a + b,
    (a, b) => (a + b) | 0,
  ),
  sub: binary(
    (a, b) => a - b,
    (a, b) => (a - b) | 0,
  ),
  mul: binary((a, b) => a * b, Math.imul),
  div: binary((a, b) => a / b),
  pow: binary(power),
  floorDivide: binary(
    (a, b) => Math.floor(a / b),
    (a, b) => (b === 0 ? 0 : casts.int32(Math.floor(a / b))),
  ),
  remainder: binary(remainder, (a, b) => (b === 0 ? 0 : remainder(a, b))),
  // Math.max and Math.min give NaN when either operand is.
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  less: binary((a, b) => Number(a < b)),
  equal: binary((a, b) => Number(a === b)),
  and: binary((a, b) => Number(a !== 0 && b !== 0)),
  or: binary((a, b) => Number(a !== 0 || b !== 0)),

  where: ({ inputs: [condition, a, b], output }) => {
    for (let i = 0; i < output.data.length; i++) {
      output.data[i] = condition.data[i] !== 0 ? a.data[i] : b.data[i];
    }
  },
  cast: ({ inputs: [x], attributes: { dtype }, output }) => {
    const convert = casts[dtype];
    for (let i = 0; i < output.data.length; i++) output.data[i] = convert(x.data[i]);
  },
  iota: ({ attributes: { dim }, output }) => {
    forEachIndex(output.shape, (index, position) => {
      output.data[position] = index[dim];
    });
  },
};

/** erf(x) = 2 / sqrt(pi) exp(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...), a sum of terms of one sign. */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  let total = 0;
  let term = x;
  for (let n = 1; total + term !== total; n++) {
    total += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** As C's pow, where 1 to any power is 1. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 === b < 0 ? rest : rest + b;
}

function roundToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

const casts: { readonly [Target in DType]: UnaryFunction } = {
  float32: (x) => x,
  int32: (x) => saturate(x, -(2 ** 31), 2 ** 31 - 1),
  uint8: (x) => saturate(x, 0, 255),
  bool: (x) => Number(x !== 0),
};

/** Towards zero, then to the nearer end of the range; NaN gives 0, as WebAssembly's trunc_sat. */
function saturate(x: number, least: number, greatest: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.min(Math.max(Math.trunc(x), least), greatest);
}
