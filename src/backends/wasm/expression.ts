/** Expressions as vector code: four neighbouring elements of a kernel's innermost dimension at once. */

import type { DType } from '../../graph/dtype.js';
import type { ElementwiseName } from '../../graph/vocabulary.js';
import type { Expression } from '../plan.js';
import type { V128 } from './assembler.js';
import { idiom } from './idioms.js';
import type { KernelContext } from './kernel-context.js';
import { f32x4, i32x4, v128 } from './simd.js';

type Operation = (context: KernelContext, args: readonly V128[], dtypes: Dtypes) => V128;

interface Dtypes {
  readonly args: readonly DType[];
  readonly result: DType;
}

const costly: ReadonlySet<ElementwiseName> = new Set<ElementwiseName>([
  'exp',
  'log',
  'tanh',
  'sigmoid',
  'expm1',
  'log1p',
  'erf',
  'sin',
  'cos',
  'atan',
  'pow',
  'floorDivide',
  'remainder',
]);

/** Whether an operation takes many instructions. */
export const isCostly = (name: ElementwiseName): boolean => costly.has(name);

/** Lanes are float32, int32 (also for uint8), or for bool all ones and all zeros. */
export function constantVector(value: number, dtype: DType): V128 {
  if (dtype === 'float32') return f32x4.const(value);
  if (dtype === 'bool') return i32x4.const(value !== 0 ? -1 : 0);
  return i32x4.const(value);
}

/** Code of one elementwise operation; `evaluate` gives what it is computed of. */
export function applyOperation(
  context: KernelContext,
  expression: Extract<Expression, { kind: 'apply' }>,
  evaluate: (argument: Expression) => V128,
): V128 {
  const { name, args, dtype } = expression;
  const dtypes = { args: args.map((arg) => arg.dtype), result: dtype };
  return (
    idiom(context, expression, evaluate) ?? operations[name](context, args.map(evaluate), dtypes)
  );
}

/** An operation with a float and an integer form. */
const numeric =
  (real: (...args: V128[]) => V128, integer: (...args: V128[]) => V128): Operation =>
  (_, args, dtypes) =>
    dtypes.args[0] === 'float32' ? real(...args) : integer(...args);

const zero = i32x4.const(0);
const byte = 255;

const operations: { readonly [Name in ElementwiseName]: Operation } = {
  // A constant costs less than the engine's own way to the sign.
  neg: ({ f }, [x], { args: [dtype] }) =>
    dtype === 'float32' ? v128.xor(x, f.constant(f32x4.const(-0))) : i32x4.neg(x),
  abs: ({ f }, [x], { args: [dtype] }) =>
    dtype === 'float32' ? v128.and(x, f.constant(i32x4.const(0x7fffffff))) : i32x4.abs(x),
  sign: ({ f }, [x], { args: [dtype] }) => {
    const held = f.hold(x);
    if (dtype !== 'float32') return i32x4.sub(i32x4.ltS(held, zero), i32x4.gtS(held, zero));
    const positive = v128.and(f32x4.gt(held, zero), f32x4.const(1));
    const negative = v128.and(f32x4.lt(held, zero), f32x4.const(1));
    return f32x4.sub(positive, negative);
  },
  exp: ({ f, common: { math } }, [x]) => math.apply(f, 'exp', x),
  log: ({ f, common: { math } }, [x]) => math.apply(f, 'log', x),
  tanh: ({ f, common: { math } }, [x]) => math.apply(f, 'tanh', x),
  sigmoid: ({ f, common: { math } }, [x]) => math.apply(f, 'sigmoid', x),
  expm1: ({ f, common: { math } }, [x]) => math.apply(f, 'expm1', x),
  log1p: ({ f, common: { math } }, [x]) => math.apply(f, 'log1p', x),
  erf: ({ f, common: { math } }, [x]) => math.apply(f, 'erf', x),
  floor: (_, [x]) => f32x4.floor(x),
  round: (_, [x]) => f32x4.nearest(x),
  sin: ({ f, common: { math } }, [x]) => math.apply(f, 'sin', x),
  cos: ({ f, common: { math } }, [x]) => math.apply(f, 'cos', x),
  atan: ({ f, common: { math } }, [x]) => math.apply(f, 'atan', x),
  sqrt: (_, [x]) => f32x4.sqrt(x),
  not: (_, [x]) => v128.not(x),

  add: numeric(f32x4.add, i32x4.add),
  sub: numeric(f32x4.sub, i32x4.sub),
  mul: numeric(f32x4.mul, i32x4.mul),
  div: (_, [a, b]) => f32x4.div(a, b),
  pow: ({ f, common: { math } }, [a, b]) => math.apply(f, 'pow', a, b),
  floorDivide: ({ f, common: { math } }, [a, b], { result }) =>
    math.apply(f, result === 'float32' ? 'floorDivide' : 'floorDivideI32', a, b),
  remainder: ({ f, common: { math } }, [a, b], { result }) =>
    math.apply(f, result === 'float32' ? 'remainder' : 'remainderI32', a, b),
  maximum: numeric(f32x4.max, i32x4.maxS),
  minimum: numeric(f32x4.min, i32x4.minS),
  less: numeric(f32x4.lt, i32x4.ltS),
  equal: numeric(f32x4.eq, i32x4.eq),
  and: (_, [a, b]) => v128.and(a, b),
  or: (_, [a, b]) => v128.or(a, b),

  where: (_, [condition, a, b]) => v128.bitselect(a, b, condition),
  cast: ({ f }, [x], { args: [from], result }) => convert(f.hold(x), from, result),
  iota: () => {
    throw new Error('internal: iota is lowered to a coordinate');
  },
};

/** float32 to integers cuts towards zero and saturates; NaN gives 0. */
function convert(x: V128, from: DType, to: DType): V128 {
  if (from === to) return x;
  if (to === 'bool') return from === 'float32' ? f32x4.ne(x, zero) : i32x4.ne(x, zero);
  const number = from === 'bool' ? v128.and(x, i32x4.const(1)) : x;
  if (to === 'float32') return f32x4.convertI32x4S(number);
  const whole = from === 'float32' ? i32x4.truncSatF32x4S(number) : number;
  if (to === 'int32') return whole;
  return i32x4.minS(i32x4.maxS(whole, zero), i32x4.const(byte));
}
