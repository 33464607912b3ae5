/** All rows of every operation and all cases of every primitive, exported for old and new operator sets. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Case } from '../cases/case.js';
import { primitiveCases } from '../cases/index.js';
import { checkExported, hasElements } from '../exported-rows.js';
import { skip } from '../onnx-runtime.js';
import { families } from '../operations/index.js';

/** What old operator sets lack: reductions of scattered values, pooling that leaves elements out. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && /ONNX has from operator set \d+ on/.test(error.message);

for (const opset of [13, 17, 21, 23]) {
  test(`operator set ${opset}`, { skip }, async () => {
    let missing = 0;
    const check = async (row: Case) => {
      try {
        await checkExported(row, opset);
      } catch (error) {
        if (opset >= 19 || !isMissing(error)) throw error;
        missing++;
      }
    };
    for (const family of Object.values(families)) {
      for (const { rows } of Object.values(family)) {
        for (const row of rows.filter(hasElements)) await check(row);
      }
    }
    for (const { cases } of Object.values(primitiveCases)) {
      for (const row of cases.filter(hasElements)) await check(row);
    }
    assert.ok(missing < 100, `${missing} rows cannot be written`);
  });
}
