/** The data loader: what is in each batch, in which order, in whose memory. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataLoader } from '../src/data/data-loader.js';
import type { ImageDataset } from '../src/data/dataset.js';
import { ValueError } from '../src/graph/errors.js';

/** Pictures [2, 1, 2] whose four pixels are 4i, 4i + 1, …, and whose label is i mod 10. */
function numbered(length: number): ImageDataset {
  return {
    name: 'numbered',
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    images: Uint8Array.from({ length: 4 * length }, (_, i) => i),
    labels: Uint8Array.from({ length }, (_, i) => i % 10),
    shape: [2, 1, 2],
    length,
  };
}

/** The numbers of the pictures in the order in which they come; checks pixels and labels on the way. */
function order(batches: Iterable<{ images: Uint8Array; labels: Int32Array; size: number }>) {
  const numbers: number[] = [];
  for (const { images, labels, size } of batches) {
    assert.equal(images.length, 4 * size);
    assert.equal(labels.length, size);
    for (let i = 0; i < size; i++) {
      const first = images[4 * i];
      assert.deepEqual(
        [...images.subarray(4 * i, 4 * i + 4)],
        [0, 1, 2, 3].map((c) => first + c),
      );
      assert.equal(labels[i], (first / 4) % 10);
      numbers.push(first / 4);
    }
  }
  return numbers;
}

test('batches come in the order of the data set, the last one smaller', () => {
  const loader = new DataLoader(numbered(10), { batchSize: 4 });
  assert.equal(loader.length, 3);
  const shapes = Array.from(loader.epoch(0), ({ shape }) => shape);
  assert.deepEqual(shapes, [
    [4, 2, 1, 2],
    [4, 2, 1, 2],
    [2, 2, 1, 2],
  ]);
  assert.deepEqual(order(loader.epoch(5)), [...Array(10).keys()]);
});

test('dropLast leaves the smaller batch out', () => {
  const loader = new DataLoader(numbered(10), { batchSize: 4, dropLast: true });
  assert.equal(loader.length, 2);
  assert.deepEqual(order(loader.epoch(0)), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(new DataLoader(numbered(8), { batchSize: 4, dropLast: true }).length, 2);
});

test('a batch size above the length gives one batch', () => {
  const loader = new DataLoader(numbered(3), { batchSize: 100 });
  assert.equal(loader.length, 1);
  assert.deepEqual(order(loader), [0, 1, 2]);
});

test('shuffled epochs hold every picture once and depend only on seed and epoch', () => {
  const options = { batchSize: 7, shuffle: true, seed: 3 };
  const loader = new DataLoader(numbered(50), options);
  const first = order(loader.epoch(0));
  assert.notDeepEqual(first, [...Array(50).keys()]);
  assert.deepEqual(
    first.toSorted((a, b) => a - b),
    [...Array(50).keys()],
  );
  const second = order(loader.epoch(1));
  assert.notDeepEqual(second, first);
  // A new loader, another batch size, another way there: the same order.
  const other = new DataLoader(numbered(50), { ...options, batchSize: 16 });
  assert.deepEqual(order(other.epoch(1)), second);
  assert.deepEqual(order(other.epoch(0)), first);
  assert.notDeepEqual(order(new DataLoader(numbered(50), { ...options, seed: 4 })), first);
});

test('iterating goes on from epoch to epoch', () => {
  const loader = new DataLoader(numbered(20), { batchSize: 6, shuffle: true });
  assert.deepEqual(order(loader), order(loader.epoch(0)));
  assert.deepEqual(order(loader), order(loader.epoch(1)));
});

test('epochs side by side do not disturb each other', () => {
  const loader = new DataLoader(numbered(12), { batchSize: 4, shuffle: true });
  const expected = [order(loader.epoch(0)), order(loader.epoch(1))];
  const found: number[][] = [[], []];
  const epochs = [loader.epoch(0), loader.epoch(1)];
  for (let step = 0; step < 3; step++) {
    for (const which of [0, 1]) {
      const { value } = epochs[which].next();
      if (value) found[which].push(...order([value]));
    }
  }
  assert.deepEqual(found, expected);
});

test('a batch stays valid until the third one after it, and memory is reused', () => {
  const loader = new DataLoader(numbered(40), { batchSize: 4 });
  const batches = loader.epoch(0);
  const buffers = new Set<ArrayBufferLike>();
  const window: { images: Uint8Array; first: number }[] = [];
  let index = 0;
  for (const { images } of batches) {
    buffers.add(images.buffer);
    window.push({ images, first: 16 * index++ });
    if (window.length > 3) window.shift();
    for (const held of window) assert.equal(held.images[0], held.first);
  }
  for (const { images } of loader.epoch(1)) buffers.add(images.buffer);
  assert.equal(buffers.size, 3);
});

test('options that make no sense are refused', () => {
  const refused = (length: number, options: ConstructorParameters<typeof DataLoader>[1]) => {
    return () => new DataLoader(numbered(length), options);
  };
  for (const batchSize of [0, -1, 2.5, Number.NaN]) {
    assert.throws(refused(10, { batchSize }), told(/batchSize is .*; expected a whole number of/));
  }
  assert.throws(refused(10, { batchSize: 1, seed: -1 }), told(/seed is -1; expected/));
  assert.throws(refused(10, { batchSize: 1, seed: 0.1 }), told(/seed is 0.1; expected/));
  assert.throws(
    refused(3, { batchSize: 4, dropLast: true }),
    told(/batchSize 4 with dropLast leaves no batch of the 3 pictures of numbered/),
  );
  assert.throws(refused(0, { batchSize: 1 }), told(/numbered holds 0 pictures/));
  assert.throws(
    () => new DataLoader({ ...numbered(4), length: 5 }, { batchSize: 2 }),
    told(/has 16 image bytes and 4 labels; expected 20 and 5 for \[5, 2, 1, 2\]/),
  );
  const loader = new DataLoader(numbered(4), { batchSize: 2 });
  for (const epoch of [-1, 0.5, Number.NaN]) {
    assert.throws(() => loader.epoch(epoch), told(/epoch is .*; expected a whole number from 0/));
  }
});

function told(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ValueError, String(error));
    assert.match(error.message, message);
    return true;
  };
}
