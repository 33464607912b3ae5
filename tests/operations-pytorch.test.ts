/** Every row of every operation on the reference backend against PyTorch in float64: outputs, and their gradients. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { evaluate } from '../src/backends/reference/reference.js';
import { topologicalOrder } from '../src/graph/traced-graph.js';
import { traceCase } from './cases/case.js';
import { families } from './operations/index.js';
import { forEachRow, rowsOf, type TestedRow, traceGradients } from './operations/row.js';
import { assertTorchValue, readValues, type TorchValues, valuesFor } from './operations/values.js';

function check(row: TestedRow, stored: TorchValues): void {
  const data = row.inputs.map((input) => input.data);
  const graph = row.gradient === 'none' ? traceCase(row) : traceGradients(row);
  const values = evaluate(graph, topologicalOrder(graph.outputs), data);
  const expected = [...stored.outputs, ...stored.gradients];
  assert.equal(graph.outputs.length, expected.length, 'outputs and gradients');
  expected.forEach((value, i) => {
    const gradient = i - stored.outputs.length;
    const what = gradient < 0 ? `output ${i}` : `gradient of float input ${gradient}`;
    assertTorchValue(values.get(graph.outputs[i])!, value, { what, row });
  });
}

for (const [name, family] of Object.entries(families)) {
  const stored = readValues(name);
  describe(name, () => {
    for (const [operation, own] of Object.entries(family)) {
      test(`${operation} as PyTorch`, () => {
        const rows = rowsOf(own);
        forEachRow(rows, (row) => check(row, valuesFor(row, stored[operation], name)));
        const names = rows.map((row) => row.name);
        assert.equal(new Set(names).size, names.length, `two rows of one name among ${names}`);
      });
    }
  });
}
