/** Damaged copies of weights, arrays, pictures and IDX files give a value or an error that says what is wrong. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enduresMutations } from './endures-mutations.js';
import { enduranceCases } from './format-endurance.js';

for (const { name, ...endurance } of enduranceCases) {
  test(`1,000 damaged ${name} files are read or refused`, async () => {
    const { values, refusals } = await enduresMutations({ ...endurance, count: 1000 });
    assert.ok(values > 0, 'some damage does not matter');
    assert.ok(refusals > 0, 'some damage does');
  });
}
