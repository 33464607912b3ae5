/** Damaged copies of pictures of every kind give a picture or an error that says what is wrong. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeImage, FormatError, imageKind } from '../src/formats/index.js';
import { enduresMutations } from './endures-mutations.js';

const folder = new URL('../../tests/fixtures/images/', import.meta.url);

const pictures = readdirSync(folder)
  .filter((name) => /\.(png|jpg|gif|bmp|webp)$/.test(name))
  // Whole files must be readable.
  .filter((name) => name !== 'arithmetic.jpg')
  .map((name) => [name, new Uint8Array(readFileSync(new URL(name, folder)))] as const);

for (const kind of ['PNG', 'JPEG', 'GIF', 'BMP', 'WebP']) {
  test(`2,000 damaged ${kind} files are read or refused`, async () => {
    const { values, refusals } = await enduresMutations({
      files: new Map(pictures.filter(([, bytes]) => imageKind(bytes) === kind)),
      read: decodeImage,
      errors: [FormatError],
      count: 2000,
    });
    assert.ok(values > 0, 'some damage does not matter');
    assert.ok(refusals > 0, 'some damage does');
  });
}
