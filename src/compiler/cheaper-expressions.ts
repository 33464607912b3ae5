/** Cheaper expressions: operations that gradients or exact definitions take apart, put together for the values. */

import type { Expression } from '../backends/plan.js';

type Operation = Extract<Expression, { kind: 'apply' }>;

/** The same value by fewer operations; equal arguments must be the same objects. */
export function cheaper(operation: Operation): Operation {
  return asMaximum(operation) ?? operation;
}

/** where(x < 0 or x = 0, 0, x), as relu is defined for its gradient at 0, is max(x, 0): also for -0 and NaN. */
function asMaximum({ name, args: [condition, zero, x], dtype }: Operation): Operation | null {
  if (name !== 'where' || dtype !== 'float32' || !isZero(zero)) return null;
  const [less, equal] = argsOf(condition, 'or');
  const compared = [argsOf(less, 'less'), argsOf(equal, 'equal')];
  const fits = compared.every(([left, right]) => left === x && isZero(right));
  return fits ? { kind: 'apply', name: 'maximum', args: [x, zero], dtype } : null;
}

/** The arguments of an operation of this name; none for anything else. */
const argsOf = (
  expression: Expression | undefined,
  name: Operation['name'],
): readonly Expression[] =>
  expression?.kind === 'apply' && expression.name === name ? expression.args : [];

const isZero = (expression: Expression | undefined): boolean =>
  expression?.kind === 'constant' && Object.is(expression.value, 0);
