/** IDX files, plain and in gzip, and each way in which they can be broken. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DataError } from '../src/data/dataset.js';
import { datasetFromIdx, isGzip, parseIdx, readIdx } from '../src/data/idx.js';

function idx(shape: readonly number[], data: readonly number[] | Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((extent, dim) => {
    view.setUint32(4 + 4 * dim, extent);
  });
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

const SMALL = idx([2, 3], [1, 2, 3, 4, 5, 6]);

test('a plain file is parsed without a copy', () => {
  const { shape, data } = parseIdx(SMALL);
  assert.deepEqual(shape, [2, 3]);
  assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
  assert.equal(data.buffer, SMALL.buffer);
});

test('a view into a larger buffer is parsed from its own beginning', () => {
  const larger = new Uint8Array(SMALL.length + 10).fill(255);
  larger.set(SMALL, 5);
  const { data } = parseIdx(larger.subarray(5, 5 + SMALL.length));
  assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
});

test('readIdx takes plain and gzip files, and files of many chunks', async () => {
  assert.deepEqual([...(await readIdx(SMALL)).data], [1, 2, 3, 4, 5, 6]);
  const packed = gzipSync(SMALL);
  assert.ok(isGzip(packed) && !isGzip(SMALL));
  assert.deepEqual([...(await readIdx(packed)).data], [1, 2, 3, 4, 5, 6]);
  const pixels = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 5);
  const { shape, data } = await readIdx(gzipSync(idx([3, 100_000], pixels)));
  assert.deepEqual(shape, [3, 100_000]);
  assert.deepEqual(data, pixels);
});

test('an empty file and a cut header are told', async () => {
  await rejects(new Uint8Array(0), /broken\.gz: the file ends within its header, after 0 bytes/);
  await rejects(SMALL.subarray(0, 3), /ends within its header, after 3 bytes; get the file again/);
  await rejects(SMALL.subarray(0, 7), /ends within its header, after 7 bytes/);
  await rejects(gzipSync(SMALL.subarray(0, 7)), /ends within its header, after 7 bytes/);
});

test('a wrong magic number is told with the bytes found', async () => {
  const html = new TextEncoder().encode('<html>Not found</html>');
  await rejects(html, /not an IDX file: it begins with 3c 68 74 6d, expected 00 00 08/);
  await rejects(gzipSync(html), /not an IDX file/);
  await rejects(new Uint8Array([0, 0, 8, 0]), /not an IDX file: it begins with 00 00 08 00/);
  await rejects(new Uint8Array([0, 0, 7, 1, 0, 0, 0, 0]), /begins with 00 00 07 01/);
});

test('another dtype is named', async () => {
  for (const [code, dtype] of [
    [9, 'int8'],
    [11, 'int16'],
    [12, 'int32'],
    [13, 'float32'],
    [14, 'float64'],
  ] as const) {
    const bytes = SMALL.slice();
    bytes[2] = code;
    await rejects(bytes, new RegExp(`holds ${dtype}; expected uint8 .*convert it to bytes`));
  }
});

test('truncated data and trailing bytes are told with both counts', async () => {
  await rejects(
    SMALL.subarray(0, SMALL.length - 2),
    /truncated: its header promises \[2, 3\] = 6 bytes, but only 4 follow/,
  );
  await rejects(gzipSync(SMALL.subarray(0, SMALL.length - 2)), /truncated: .* only 4 follow/);
  const trailing = new Uint8Array(SMALL.length + 3);
  trailing.set(SMALL);
  await rejects(trailing, /3 bytes too many: its header promises \[2, 3\] = 6 bytes, but 9 follow/);
});

test('a damaged gzip stream is told, wherever the damage is', async () => {
  const pixels = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919) >> 3);
  const packed = gzipSync(idx([2, 100_000], pixels));
  await rejects(packed.subarray(0, 6), /gzip stream is damaged or cut short .* after 0 bytes/);
  await rejects(packed.subarray(0, packed.length >> 1), /damaged or cut short/);
  await rejects(packed.subarray(0, packed.length - 3), /damaged or cut short/);
  const flipped = Uint8Array.from(packed);
  for (let i = 0; i < 16; i++) flipped[(packed.length >> 1) + i] ^= 0xa5;
  await rejects(flipped, /damaged or cut short|not an IDX/);
  const checksum = Uint8Array.from(packed);
  checksum[packed.length - 6] ^= 1;
  await rejects(checksum, /damaged or cut short/);
});

test('a gzip bomb is stopped at what its header promises', async () => {
  const bomb = new Uint8Array(30_000_000);
  bomb.set(SMALL);
  await rejects(gzipSync(bomb), /gzip stream holds more than the 18 bytes .* \[2, 3\] inside/);
});

test('a header that promises too much allocates nothing', async () => {
  const huge = idx([60_000, 4096, 4096], []);
  await rejects(huge, /promises \[60000, 4096, 4096\].* more than the 1073741824 allowed/);
  await rejects(gzipSync(huge), /more than the 1073741824 allowed/);
  const million = idx([1000, 1000], []);
  await rejects(gzipSync(million), /truncated: .* bytes of gzip cannot hold so many/);
  await assert.rejects(readIdx(SMALL, { maxBytes: 17 }), /18 bytes in all, more than the 17/);
});

const CLASSES = ['a', 'b', 'c'];

test('images and labels become a data set', () => {
  const images = { shape: [2, 2, 1], data: new Uint8Array([1, 2, 3, 4]) };
  const labels = { shape: [2], data: new Uint8Array([2, 0]) };
  const set = datasetFromIdx({ name: 'tiny', classes: CLASSES, images, labels });
  assert.deepEqual(set.shape, [1, 2, 1]);
  assert.equal(set.length, 2);
  assert.equal(set.images, images.data);
  const colour = { shape: [1, 2, 1, 2], data: images.data };
  const one = { shape: [1], data: new Uint8Array([1]) };
  const coloured = datasetFromIdx({ name: 'tiny', classes: CLASSES, images: colour, labels: one });
  assert.deepEqual(coloured.shape, [2, 1, 2]);
});

test('images and labels that do not fit are told', () => {
  const images = { shape: [2, 2, 1], data: new Uint8Array(4) };
  const make = (labels: number[], shape = images.shape) => {
    datasetFromIdx({
      name: 'tiny',
      classes: CLASSES,
      images: { shape, data: images.data },
      labels: { shape: [labels.length], data: new Uint8Array(labels) },
      imagesFile: 'x.gz',
      labelsFile: 'y.gz',
    });
  };
  assert.throws(() => make([0, 1, 2]), told(/x\.gz holds 2 images, but y\.gz holds 3 labels/));
  assert.throws(() => make([0, 3]), told(/y\.gz: label 1 is 3, but tiny has 3 classes, so 0 to 2/));
  assert.throws(() => make([0, 1], [4]), told(/x\.gz: expected images .*, found \[4\]/));
  assert.throws(() => make([], [0, 2, 2]), told(/\[0, 2, 2\] holds no pixels/));
  assert.throws(
    () => datasetFromIdx({ name: 'tiny', classes: CLASSES, images, labels: images }),
    told(/tiny labels: expected labels \[N\], found \[2, 2, 1\]/),
  );
});

async function rejects(bytes: Uint8Array, message: RegExp): Promise<void> {
  await assert.rejects(readIdx(bytes, { file: 'broken.gz' }), (error) => {
    assert.match((error as Error).message, /^broken\.gz: /);
    return told(message)(error);
  });
}

function told(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof DataError, String(error));
    assert.match(error.message, message);
    return true;
  };
}
