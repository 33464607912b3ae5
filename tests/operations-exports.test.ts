/** Every exported operation, loss and layer has rows in the tables of operations, and every row an export. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as nn from '../src/nn/index.js';
import * as ops from '../src/ops/index.js';
import { exempt } from './operations/exempt.js';
import { families } from './operations/index.js';

const exported = new Set([...Object.keys(ops), ...Object.keys(nn)]);
const tabled = Object.entries(families).flatMap(([family, operations]) =>
  Object.entries(operations).map(([operation, { rows }]) => ({ family, operation, rows })),
);

test('every export has rows, or a reason for having none', () => {
  const names = new Set(tabled.map(({ operation }) => operation));
  const lacking = [...exported].filter((name) => !names.has(name) && !(name in exempt));
  assert.deepEqual(
    lacking,
    [],
    'give them rows in tests/operations/, see docs/add-an-operation.md',
  );
});

test('every table is of one export, and none is empty or twice there', () => {
  const seen = new Set<string>();
  for (const { family, operation, rows } of tabled) {
    const place = `tests/operations/${family}.ts: ${operation}`;
    assert.ok(exported.has(operation), `${place} is exported no more; remove its rows`);
    assert.ok(!(operation in exempt), `${place} has rows; take it out of exempt.ts`);
    assert.ok(!seen.has(operation), `${place} has rows in another family, too`);
    assert.ok(rows.length > 0, `${place} has no rows`);
    seen.add(operation);
  }
});

test('every exemption is of an export', () => {
  const gone = Object.keys(exempt).filter((name) => !exported.has(name));
  assert.deepEqual(gone, [], 'take them out of tests/operations/exempt.ts');
});
