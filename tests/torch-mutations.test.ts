/** Damaged PyTorch files of both layouts are answered with a value or an error, in little time and memory. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesSource } from '../src/formats/byte-source.js';
import { FormatError } from '../src/formats/format-error.js';
import { openTorch } from '../src/formats/torch/index.js';
import { enduresMutations } from './endures-mutations.js';
import { readFixtureBytes } from './torch-values.js';

const names = [
  'zip.pt',
  'zip-protocol-4.pt',
  'old.pt',
  'old-protocol-3.pt',
  'plain-protocol-0.pt',
  'plain-protocol-1-old.pt',
  'plain-protocol-5.pt',
  'tensor.pt',
];
const count = 4000;

test(`${count} damaged files are read or refused`, async () => {
  const files = new Map(names.map((name) => [name, readFixtureBytes(`torch/${name}`)]));
  const { values, refusals } = await enduresMutations({
    files,
    count,
    errors: [FormatError],
    async read(bytes, name) {
      const source = await openTorch(bytesSource(bytes, name));
      for (const key of source.entries.keys()) await source.read(key);
    },
  });
  assert.equal(values + refusals, count);
  assert.ok(values > count / 50 && refusals > count / 2, `${values} values, ${refusals} refusals`);
});
