/** Transforms of training pictures: what they do, and that they depend on seed, epoch and picture alone. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createTransform,
  DataLoader,
  horizontalFlip,
  type ImageDataset,
  paddedCrop,
  type Transform,
} from '../src/data/index.js';
import { ValueError } from '../src/graph/errors.js';
import { Philox } from '../src/random/philox.js';

const shape = [2, 3, 4] as const;
const picture = Uint8Array.from({ length: 24 }, (_, i) => i + 1);

/** The picture after a transform with numbers of this seed. */
function changed(transform: Transform, seed = 0, source = picture): number[] {
  const target = new Uint8Array(source.length).fill(77);
  transform.apply(source, target, { shape, random: new Philox(seed) });
  return [...target];
}

test('a flip exchanges left and right of every row, in about one of two pictures', () => {
  const mirrored = [...Array(6).keys()].flatMap((row) => [4, 3, 2, 1].map((x) => 4 * row + x));
  assert.deepEqual(changed(horizontalFlip({ probability: 1 })), mirrored);
  assert.deepEqual(changed(horizontalFlip({ probability: 0 })), [...picture]);
  let flips = 0;
  for (let seed = 0; seed < 400; seed++) flips += Number(changed(horizontalFlip(), seed)[0] === 4);
  assert.ok(flips > 160 && flips < 240, String(flips));
});

test('a crop moves the picture by up to the padding, each way equally often, over its ground', () => {
  const seen = new Map<string, number>();
  const pixel = (y: number, x: number, channel: number): number =>
    y >= 0 && y < 3 && x >= 0 && x < 4 ? picture[(channel * 3 + y) * 4 + x] : 9;
  for (let seed = 0; seed < 900; seed++) {
    const result = changed(paddedCrop({ padding: 1, fill: 9 }), seed);
    const at = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => ({ down, right })));
    const match = at.filter(({ down, right }) =>
      result.every((value, i) => {
        const [channel, y, x] = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
        return value === pixel(y + down, x + right, channel);
      }),
    );
    assert.equal(match.length, 1, result.join(' '));
    const key = `${match[0].down} ${match[0].right}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  assert.equal(seen.size, 9);
  for (const count of seen.values()) assert.ok(count > 60 && count < 145, [...seen].join('; '));
});

test('a crop may lose the whole picture', () => {
  const wide = paddedCrop({ padding: 40, fill: 5 });
  const results = Array.from({ length: 50 }, (_, seed) => changed(wide, seed));
  assert.ok(results.some((result) => result.every((value) => value === 5)));
});

/** Twenty pictures [1, 3, 5] of different pixels. */
const data: ImageDataset = {
  name: 'numbers',
  classes: ['a'],
  images: Uint8Array.from({ length: 20 * 15 }, (_, i) => (i * 7) % 251),
  labels: new Uint8Array(20),
  shape: [1, 3, 5],
  length: 20,
};

const transforms = [horizontalFlip(), paddedCrop({ padding: 2 })];

/** Every picture of an epoch as text, sorted by where it comes from, which the loader's order tells. */
function epochOf(batchSize: number, epoch: number, seed = 4): string[] {
  const options = { batchSize, shuffle: true, seed };
  const places: number[] = [];
  const numbered = { ...data, labels: Uint8Array.from({ length: 20 }, (_, i) => i) };
  for (const { labels } of new DataLoader(numbered, options).epoch(epoch)) places.push(...labels);
  const pictures: string[] = [];
  let at = 0;
  for (const { images, size } of new DataLoader(data, { ...options, transforms }).epoch(epoch)) {
    for (let i = 0; i < size; i++) {
      pictures[places[at++]] = images.subarray(i * 15, (i + 1) * 15).join(' ');
    }
  }
  return pictures;
}

test('a changed picture depends on seed, epoch and picture, not on the batch', () => {
  const first = epochOf(20, 3);
  assert.deepEqual(epochOf(7, 3), first);
  assert.deepEqual(epochOf(1, 3), first);
  const differing = (other: string[]) => other.filter((text, i) => text !== first[i]).length;
  assert.ok(differing(epochOf(20, 2)) > 12);
  assert.ok(differing(epochOf(20, 3, 5)) > 12);
});

test('an epoch that begins later has the same pictures', () => {
  const loader = new DataLoader(data, { batchSize: 4, shuffle: true, transforms });
  const all = Array.from(loader.epoch(1), ({ images }) => images.join(' '));
  const rest = Array.from(loader.epoch(1, 2), ({ images }) => images.join(' '));
  assert.deepEqual(rest, all.slice(2));
  assert.notDeepEqual(
    all,
    Array.from(loader.epoch(2), ({ images }) => images.join(' ')),
  );
});

test('transforms follow one another, and the data set stays as it is', () => {
  const copy = data.images.slice();
  const plus = (amount: number): Transform => ({
    name: 'plus',
    apply: (source, target) => target.set(source.map((value) => value * 2 + amount)),
  });
  const loader = new DataLoader(data, { batchSize: 20, transforms: [plus(1), plus(3), plus(0)] });
  const [{ images }] = loader;
  assert.deepEqual(
    images,
    copy.map((value) => ((value * 2 + 1) * 2 + 3) * 2),
  );
  assert.deepEqual(data.images, copy);
});

test('wrong settings and names are refused', () => {
  assert.throws(() => paddedCrop({ padding: -1 }), ValueError);
  assert.throws(
    () => paddedCrop({ fill: 256 }),
    /fill is 256; expected a whole number from 0 to 255/,
  );
  assert.throws(() => horizontalFlip({ probability: 2 }), /probability is 2; expected 0 to 1/);
  assert.throws(() => createTransform('flop'), /no transform "flop"; did you mean "flip"\?/);
  assert.equal(createTransform('crop').name, 'crop');
});
