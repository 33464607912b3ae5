/** Zip archives: stored and deflated entries, parts of them, 64-bit records, and every way to lie in them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as nodeCrc32 } from 'node:zlib';
import { bytesSource } from '../src/formats/byte-source.js';
import { crc32 } from '../src/formats/crc32.js';
import { FormatError } from '../src/formats/format-error.js';
import { isZip, openZip, type ZipArchive } from '../src/formats/zip.js';
import { type ZipOptions, type ZipPart, zipOf } from './zip-writer.js';

const open = (bytes: Uint8Array): Promise<ZipArchive> => openZip(bytesSource(bytes, 'weights.npz'));

/** 200,000 bytes that deflate can shorten but not much. */
const long = Uint8Array.from({ length: 200_000 }, (_, i) => ((i * 7919) % 251) ^ (i >> 9));
const short = new TextEncoder().encode('Grüße');

async function assertRefused(work: () => Promise<unknown>, pattern: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, /^weights\.npz: .+; expected .+; .+/);
    assert.match(error.message, pattern);
    return true;
  });
}

test('the checksum is the one of zlib, at once or in pieces', () => {
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  for (const length of [0, 1, 7, 8, 9, 100_003]) {
    const bytes = long.subarray(3, 3 + length);
    assert.equal(crc32(bytes), nodeCrc32(bytes));
    const cut = length >> 1;
    assert.equal(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut))), nodeCrc32(bytes));
  }
});

for (const wide of [false, true]) {
  for (const method of [0, 8]) {
    test(`entries come back, whole and in parts (method ${method}, 64-bit: ${wide})`, async () => {
      const parts: ZipPart[] = [
        { name: 'folder/', data: new Uint8Array(0) },
        { name: 'folder/größe', data: short, method, wide },
        { name: 'long', data: long, method, wide, padding: 45 },
        { name: 'empty', data: new Uint8Array(0), method },
      ];
      const archive = await open(
        zipOf(parts, { wide, comment: 'a comment PK\x05\x06 of some length' }),
      );
      assert.deepEqual([...archive.entries.keys()], ['folder/größe', 'long', 'empty']);
      assert.equal(archive.entries.get('long')?.size, long.length);
      assert.deepEqual(await archive.read('folder/größe'), short);
      assert.deepEqual(await archive.read('long'), long);
      assert.deepEqual(await archive.read('long', 70_000, 50_000), long.slice(70_000, 120_000));
      assert.deepEqual(await archive.read('long', 199_990), long.slice(199_990));
      assert.deepEqual(await archive.read('long', 5, 0), new Uint8Array(0));
      assert.deepEqual(await archive.read('empty'), new Uint8Array(0));
      await assertRefused(() => archive.read('long', 199_990, 11), /bytes 199990 to 200001/);
      await assertRefused(() => archive.read('lang'), /no entry 'lang'.*'folder\/größe', 'long'/);
    });
  }
}

test('an empty archive has no entries', async () => {
  const archive = await open(zipOf([]));
  assert.equal(archive.entries.size, 0);
  assert.ok(isZip(zipOf([])));
  assert.ok(isZip(zipOf([{ name: 'a', data: short }])));
  assert.ok(!isZip(short));
});

const broken: [string, RegExp, readonly ZipPart[], ZipOptions?][] = [
  [
    'two entries of one name',
    /two entries 'a'/,
    [
      { name: 'a', data: short },
      { name: 'a', data: short },
    ],
  ],
  [
    'more entries than told',
    /should hold 900 entries/,
    [{ name: 'a', data: short }],
    { count: 900 },
  ],
  ['an offset behind the end', /reaches into/, [{ name: 'a', data: short, says: { offset: 9e6 } }]],
  [
    'a 64-bit offset behind the end',
    /reaches into/,
    [{ name: 'a', data: short, wide: true, says: { offset: 2 ** 60 } }],
  ],
  [
    'entries over each other',
    /reaches into/,
    [
      { name: 'a', data: long, method: 8 },
      { name: 'b', data: short, says: { offset: 0 } },
    ],
  ],
];
for (const [name, pattern, parts, options] of broken) {
  test(`an archive with ${name} is refused`, () =>
    assertRefused(() => open(zipOf(parts, options)), pattern));
}

const brokenEntries: [string, RegExp, Omit<ZipPart, 'name'>][] = [
  ['a wrong checksum', /does not have its checksum/, { data: short, says: { crc: 1 } }],
  [
    'a wrong checksum, deflated',
    /does not have its checksum/,
    { data: long, method: 8, says: { crc: 1 } },
  ],
  ['another method', /packed by method 12/, { data: short, method: 12 }],
  ['encryption', /is encrypted/, { data: short, flags: 1 }],
  [
    'more content than it declares',
    /to 100 bytes, but there are more/,
    { data: long, method: 8, says: { size: 100 } },
  ],
  [
    'less content than it declares',
    /200001 bytes, but there are only 200000/,
    { data: long, method: 8, says: { size: 200_001 } },
  ],
  [
    'a size that nothing packs so well',
    /from \d+ to 1099511627776 bytes, which cannot be/,
    { data: short, method: 8, wide: true, says: { size: 2 ** 40 } },
  ],
  [
    'two sizes when stored',
    /from 7 to 8 bytes, which cannot be/,
    { data: short, says: { size: 8 } },
  ],
];
for (const [name, pattern, part] of brokenEntries) {
  test(`an entry with ${name} is refused`, async () => {
    const archive = await open(zipOf([{ name: 'a', ...part }]));
    await assertRefused(() => archive.read('a'), pattern);
  });
}

test('a bomb is not unpacked beyond what it declares', async () => {
  const zeros = new Uint8Array(50_000_000);
  const archive = await open(zipOf([{ name: 'a', data: zeros, method: 8, says: { size: 1000 } }]));
  await assertRefused(() => archive.read('a'), /there are more/);
});

test('every cut of an archive is refused', async () => {
  const bytes = zipOf([
    { name: 'a', data: short },
    { name: 'b', data: long, method: 8 },
  ]);
  for (let length = 0; length < bytes.length; length += length < 100 ? 1 : 997) {
    await assertRefused(() => open(bytes.subarray(0, length)), /only \d+ bytes|no directory/);
  }
});
