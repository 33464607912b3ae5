/** First and second derivatives of every primitive against central differences in float64. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '../src/graph/tensor.js';
import { type Case, type PrimitiveCases, traceCase } from './cases/case.js';
import { primitiveCases } from './cases/index.js';
import { checkGradient, differentiated } from './central-difference.js';

/** Elements in all inputs of a case beyond which its gradient is not checked: others have the same rules. */
const maxElements = 500;

const small = ({ inputs }: Case): boolean =>
  inputs.reduce((total, { data }) => total + data.length, 0) <= maxElements;

/** True where all outputs come out of the primitive itself, and some input could have a gradient. */
function ends(testCase: Case, primitive: string): boolean {
  const isReal = testCase.inputs.some(({ dtype }) => dtype === 'float32');
  return isReal && traceCase(testCase).outputs.every((output) => lastOf(output) === primitive);
}

/** The name of the last primitive that is more than another shape. */
function lastOf({ source }: Tensor): string | null {
  if (source.kind !== 'apply') return null;
  return source.primitive.name === 'reshape' ? lastOf(source.inputs[0]) : source.primitive.name;
}

for (const [primitive, { gradient, cases, special = [] }] of Object.entries<PrimitiveCases>(
  primitiveCases,
)) {
  if (gradient === 'smooth') {
    test(`${primitive} agrees with differences`, () => {
      const checked = cases.filter(small);
      assert.ok(checked.length > 0, 'no case is small enough');
      for (const testCase of checked) {
        checkGradient(testCase, 1);
        checkGradient(testCase, 2);
      }
    });
    continue;
  }
  const ending = [...cases, ...special].filter(small).filter((one) => ends(one, primitive));
  if (ending.length === 0) continue;
  test(`${primitive} lets no gradient through`, () => {
    for (const testCase of ending) {
      const data = testCase.inputs.map((input) => input.data);
      for (const found of differentiated(testCase, 1).gradient(data)) {
        assert.ok(
          found.every((element) => element === 0),
          `${testCase.name}: ${found}`,
        );
      }
    }
  });
}
