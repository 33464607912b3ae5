/** Every case of every primitive, on every fast backend and through the whole compiler, against the reference. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backendsUnderTest } from './backends-under-test.js';
import { traceCase } from './cases/case.js';
import { primitiveCases } from './cases/index.js';
import { compareWithReference } from './compared.js';

for (const under of backendsUnderTest) {
  describe(under.backend.name, () => {
    for (const [primitive, { cases, special = [] }] of Object.entries(primitiveCases)) {
      test(primitive, () => {
        for (const testCase of [...cases, ...special]) {
          const data = testCase.inputs.map((input) => input.data);
          try {
            const { free } = compareWithReference(traceCase(testCase), data, under);
            assert.equal(free, 0, 'elements could have any value');
          } catch (error) {
            throw new Error(`${testCase.name}: ${(error as Error).message}`, { cause: error });
          }
        }
      });
    }
  });
}
