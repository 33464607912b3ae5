/** A row of every operation and a case of every primitive, exported and run by ONNX Runtime and by our reader. */

import { test } from 'node:test';
import { primitiveCases } from './cases/index.js';
import { checkExported, hasElements } from './exported-rows.js';
import { skip } from './onnx-runtime.js';
import { families } from './operations/index.js';

/** The oldest with all operators that the operations need; the full tests have the others. */
const opset = 19;

for (const [family, operations] of Object.entries(families)) {
  test(`operations of ${family}`, { skip }, async () => {
    for (const { rows } of Object.values(operations)) {
      await checkExported(rows.find(hasElements)!, opset);
    }
  });
}

test('primitives', { skip }, async () => {
  for (const { cases } of Object.values(primitiveCases)) {
    // Random numbers have one case, at special values.
    const row = cases.find(hasElements);
    if (row) await checkExported(row, opset);
  }
});
