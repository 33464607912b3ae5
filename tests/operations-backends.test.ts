/** Every row of every operation on every fast backend against the reference: outputs, and their gradients. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BackendUnderTest, backendsUnderTest } from './backends-under-test.js';
import { traceCase } from './cases/case.js';
import { compareWithReference } from './compared.js';
import { families } from './operations/index.js';
import { forEachRow, rowsOf, type TestedRow, traceGradients } from './operations/row.js';

function check(row: TestedRow, under: BackendUnderTest): void {
  const data = row.inputs.map((input) => input.data);
  const graphs = [traceCase(row), ...(row.gradient === 'none' ? [] : [traceGradients(row)])];
  for (const graph of graphs) {
    const { elements, free } = compareWithReference(graph, data, under);
    // At special values what overflows in one and not in the other decides comparisons.
    if (row.special) assert.ok(free < elements, 'every element could have any value');
    else assert.equal(free, 0, 'elements could have any value');
  }
}

for (const under of backendsUnderTest) {
  describe(under.backend.name, () => {
    for (const family of Object.values(families)) {
      for (const [operation, own] of Object.entries(family)) {
        test(operation, () => forEachRow(rowsOf(own), (row) => check(row, under)));
      }
    }
  });
}
