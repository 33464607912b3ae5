/** Thousands of damaged compressed files, most with the checksum that they should have: pictures or a FormatError. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../../src/formats/index.js';
import { compressPictures, decompressPictures } from '../../src/latent/compression/index.js';
import { cosineCodec, spots } from '../cosine-codec.js';
import { enduresMutations } from '../endures-mutations.js';
import { sealed } from '../sealed-file.js';

const codec = cosineCodec({ numClasses: 3 });
const files = new Map(
  [1, 7, 60].map((count) => {
    const labels = Int32Array.from({ length: count }, (_, n) => n % 3);
    const names = Array.from({ length: count }, (_, n) => `spots/${n}.png`);
    const options = count === 7 ? { labels } : { labels, names };
    return [`${count}.fz`, compressPictures(codec, spots(count), options)];
  }),
);

for (const [name, seal] of Object.entries({
  'as they are': (bytes: Uint8Array) => bytes,
  'with the right checksum': sealed,
})) {
  test(`6,000 damaged copies, ${name}`, async () => {
    const endured = await enduresMutations({
      files,
      read: (bytes, fileName) => decompressPictures(codec, seal(bytes), { fileName }),
      errors: [FormatError],
      count: 6000,
      seed: 11,
    });
    assert.equal(endured.values + endured.refusals, 6000);
    assert.ok(endured.refusals > 1000, JSON.stringify(endured));
  });
}
