/** Operations that together have shorter code than one after the other. */

import type { Expression } from '../plan.js';
import type { V128 } from './assembler.js';
import type { KernelContext } from './kernel-context.js';
import { f32x4, v128 } from './simd.js';

type Apply = Extract<Expression, { kind: 'apply' }>;

type Evaluate = (expression: Expression) => V128;

/** The code of an operation with those it is computed of; null where that is nothing special. */
export function idiom(
  context: KernelContext,
  { name, args }: Apply,
  evaluate: Evaluate,
): V128 | null {
  if (name === 'exp') return expOfMinus(context, args[0], evaluate);
  if (name === 'or') return lessOrEqual(args[0], args[1], evaluate);
  if (name === 'where') return orZero(args, evaluate);
  return null;
}

/** exp of minus a square or a size, as in a normal distribution's density: it does not overflow. */
function expOfMinus(
  { f, common: { math } }: KernelContext,
  exponent: Expression,
  evaluate: Evaluate,
): V128 | null {
  if (!isApply(exponent, 'neg')) return null;
  const [x] = exponent.args;
  const isSquare = isApply(x, 'mul') && x.args[0] === x.args[1];
  return isSquare || isApply(x, 'abs') ? math.apply(f, 'expOfMinus', evaluate(x)) : null;
}

function lessOrEqual(less: Expression, equal: Expression, evaluate: Evaluate): V128 | null {
  if (!isApply(less, 'less') || !isApply(equal, 'equal')) return null;
  const [a, b] = less.args;
  if (a.dtype !== 'float32' || !equal.args.includes(a) || !equal.args.includes(b)) return null;
  return f32x4.le(evaluate(a), evaluate(b));
}

/** A choice between a value and 0. */
function orZero([condition, a, b]: Apply['args'], evaluate: Evaluate): V128 | null {
  if (isZero(b)) return v128.and(evaluate(a), evaluate(condition));
  if (isZero(a)) return v128.andnot(evaluate(b), evaluate(condition));
  return null;
}

const isApply = (expression: Expression, name: Apply['name']): expression is Apply =>
  expression.kind === 'apply' && expression.name === name;

const isZero = (expression: Expression): boolean =>
  expression.kind === 'constant' && Object.is(expression.value, 0);
