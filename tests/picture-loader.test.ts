/** The loader of picture files: exactly repeatable, in order, in a ring, and never in the way of an end. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  colorJitter,
  horizontalFlip,
  loadPictures,
  openImageFolder,
  openPairedFolders,
  type PictureBatch,
  PictureLoader,
  type PictureLoaderOptions,
  type PictureSet,
  randomCrop,
  resize,
  type Transform,
} from '../src/data/index.js';
import { encodePng } from '../src/formats/index.js';
import { ValueError } from '../src/graph/errors.js';
import { root } from './architecture.js';

const home = mkdtempSync(join(tmpdir(), 'fovea-loader-'));
after(() => rmSync(home, { recursive: true, force: true }));

/** Pictures of many sizes; each begins with its number. */
function pictures(name: string, count: number, { broken = [] as readonly number[] } = {}): string {
  for (let i = 0; i < count; i++) {
    const folder = join(home, name, `class-${i % 3}`);
    mkdirSync(folder, { recursive: true });
    const [width, height] = [9 + (i % 4), 8 + (i % 5)];
    const data = Uint8Array.from({ length: 3 * width * height }, (_, k) => (i + 5 * k) % 256);
    const bytes = encodePng({ width, height, channels: 3, data });
    const file = join(folder, `${String(i).padStart(3, '0')}.png`);
    writeFileSync(file, broken.includes(i) ? bytes.subarray(0, 60) : bytes);
  }
  return join(home, name);
}

const usual: PictureLoaderOptions = {
  ...{ batchSize: 7, shuffle: true, seed: 5 },
  transforms: [
    resize({ height: 10, width: 10 }),
    randomCrop({ height: 8, width: 8 }),
    horizontalFlip(),
    colorJitter(),
  ],
};

interface Copy {
  readonly images: readonly number[];
  readonly labels: readonly number[];
  readonly indices: readonly number[];
  readonly rest: unknown;
}

const copyOf = ({
  images,
  labels,
  indices,
  targets,
  shares,
  otherLabels,
  shape,
}: PictureBatch): Copy =>
  structuredClone({
    ...{ images: [...images], labels: [...labels], indices: [...indices] },
    rest: [shape, targets && [...targets], shares && [...shares], otherLabels && [...otherLabels]],
  });

async function batches(
  set: PictureSet,
  options: PictureLoaderOptions,
  { epoch = 1, first = 0 } = {},
): Promise<Copy[]> {
  const loader = await PictureLoader.open(set, options);
  const all: Copy[] = [];
  for await (const batch of loader.epoch(epoch, first)) all.push(copyOf(batch));
  await loader.close();
  return all;
}

/** Each picture with its label by its number, whatever batch it came in. */
const byPicture = (all: readonly Copy[]) =>
  all
    .flatMap(({ images, labels, indices }) => {
      const size = images.length / labels.length;
      return labels.map((label, i) => [
        indices[i],
        label,
        images.slice(i * size, (i + 1) * size).join(),
      ]);
    })
    .sort(([a], [b]) => Number(a) - Number(b));

test('batches are the same for any number of threads, from any batch on', async () => {
  const set = await openImageFolder(pictures('many', 40));
  const expected = await batches(set, { ...usual, threads: 0 });
  assert.equal(expected.length, 6);
  assert.deepEqual(
    expected.map(({ labels }) => labels.length),
    [7, 7, 7, 7, 7, 5],
  );
  const labels = (all: readonly Copy[]) => all.flatMap(({ indices }) => indices);
  assert.deepEqual(
    labels(expected).sort((a, b) => a - b),
    [...Array(40).keys()],
  );
  for (const threads of [1, 3]) {
    for (const ahead of [1, 6]) {
      assert.deepEqual(await batches(set, { ...usual, threads, ahead }), expected);
    }
    assert.deepEqual(await batches(set, { ...usual, threads }, { first: 4 }), expected.slice(4));
  }
  assert.notDeepEqual(await batches(set, { ...usual, threads: 1 }, { epoch: 2 }), expected);
  assert.equal((await batches(set, { ...usual, threads: 1, dropLast: true })).length, 5);
});

test('what becomes of a picture does not depend on the batch it is in', async () => {
  const set = await openImageFolder(pictures('alone', 30));
  const [wide, ordered] = [
    await batches(set, { ...usual, threads: 2, batchSize: 11 }),
    await batches(set, { ...usual, threads: 1, batchSize: 4, shuffle: false }),
  ];
  assert.deepEqual(byPicture(wide), byPicture(ordered));
});

test('another picture stands in for a damaged one, which is named; strict stops', async () => {
  const broken = [3, 4, 5, 29];
  const set = await openImageFolder(pictures('broken', 30, { broken }));
  const numbers = broken.map((i) =>
    set.files.findIndex(({ name }) => name.endsWith(`0${String(i).padStart(2, '0')}.png`)),
  );
  const loader = await PictureLoader.open(set, { ...usual, threads: 2 });
  const all: Copy[] = [];
  for await (const batch of loader.epoch(1)) all.push(copyOf(batch));
  assert.deepEqual(
    loader.skipped.map(({ index }) => index),
    numbers.sort((a, b) => a - b),
  );
  assert.match(loader.skipped[0].reason, /cut off|damaged/);
  await loader.close();
  assert.deepEqual(await batches(set, { ...usual, threads: 0 }), all);
  assert.equal(all.flatMap(({ labels }) => labels).length, 30);
  const kept = await loadPictures(set, {
    transforms: [resize({ height: 8, width: 8 })],
    threads: 1,
  });
  assert.deepEqual([kept.dataset.length, kept.skipped.length], [26, 4]);
  for (const threads of [0, 2]) {
    await assert.rejects(
      batches(set, { ...usual, threads, strict: true }),
      /png cannot be read \(.*cut off/,
    );
  }
  const none = await openImageFolder(pictures('none', 3, { broken: [0, 1, 2] }));
  await assert.rejects(PictureLoader.open(none, usual), /none of its 3 pictures can be read/);
});

test('pairs are changed alike, and mixed pictures carry both labels', async () => {
  const set = await openPairedFolders(pictures('from', 12), pictures('to', 12));
  const pairs = await batches(set, { ...usual, threads: 1 });
  for (const { images, rest } of pairs) assert.deepEqual((rest as unknown[])[1], images);
  const folder = await openImageFolder(join(home, 'from'));
  const mixing = { ...usual, mixup: { alpha: 1 } };
  const mixed = await batches(folder, { ...mixing, threads: 2 });
  assert.deepEqual(await batches(folder, { ...mixing, threads: 0 }), mixed);
  const [, , shares, others] = mixed[0].rest as [unknown, unknown, number[], number[]];
  assert.ok(shares.every((share) => share >= 0 && share <= 1) && new Set(shares).size === 7);
  assert.equal(others.length, 7);
});

test('batches lie in a ring: the newest three are whole, and no memory is new', async () => {
  const set = await openImageFolder(pictures('ring', 40));
  const loader = await PictureLoader.open(set, { ...usual, batchSize: 2, ahead: 2, threads: 1 });
  const buffers = new Set<ArrayBufferLike>();
  const held: [PictureBatch, Copy][] = [];
  for await (const batch of loader.epoch(0)) {
    buffers.add(batch.images.buffer);
    held.push([batch, copyOf(batch)]);
    for (const [lately, copy] of held.slice(-3)) assert.deepEqual(copyOf(lately), copy);
  }
  assert.equal(buffers.size, 5);
  await loader.close();
});

test('an epoch may be left, and another begun; the one before ends', async () => {
  const set = await openImageFolder(pictures('left', 40));
  const expected = await batches(set, { ...usual, threads: 0 }, { epoch: 2 });
  const loader = await PictureLoader.open(set, { ...usual, threads: 2 });
  for await (const _ of loader.epoch(1)) break;
  const abandoned = loader.epoch(1);
  await abandoned.next();
  const all: Copy[] = [];
  for await (const batch of loader.epoch(2)) all.push(copyOf(batch));
  assert.deepEqual(all, expected);
  await assert.rejects(abandoned.next(), /another epoch was begun/);
  await loader.close();
  assert.throws(() => loader.epoch(0), /it is closed/);
});

test('the signal ends an epoch with its reason', async () => {
  const set = await openImageFolder(join(home, 'left'));
  const stop = new AbortController();
  const loader = await PictureLoader.open(set, { ...usual, threads: 1, signal: stop.signal });
  const epoch = loader.epoch(0);
  await epoch.next();
  stop.abort(new Error('enough'));
  await assert.rejects(epoch.next(), /enough/);
  await loader.close();
});

test('a process ends though its loader is open, and does not end while it waits for pictures', () => {
  pictures('process', 30);
  const script = `
    import { openImageFolder, PictureLoader, resize } from ${JSON.stringify(join(root, 'dist/src/data/index.js'))};
    const set = await openImageFolder(${JSON.stringify(join(home, 'process'))});
    const loader = await PictureLoader.open(set, { batchSize: 4, threads: 2, transforms: [resize({ height: 64, width: 64 })] });
    let count = 0;
    for await (const { size } of loader.epoch(0)) count += size;
    const left = loader.epoch(1);
    await left.next();
    console.log(count);
  `;
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script],
    {
      ...{ encoding: 'utf8', timeout: 20_000 },
    },
  );
  assert.deepEqual([stdout, status, stderr], ['30\n', 0, '']);
});

test('transforms written by hand are carried out where the training is', async () => {
  const set = await openImageFolder(join(home, 'left'));
  const negative: Transform = {
    name: 'negative',
    apply: (source, target) =>
      source.forEach((value, i) => {
        target[i] = 255 - value;
      }),
  };
  const transforms = [...usual.transforms!, negative];
  const [plain] = await batches(set, { ...usual, threads: 1 });
  const [turned] = await batches(set, { ...usual, transforms, threads: 3 });
  assert.deepEqual(
    turned.images,
    plain.images.map((value) => 255 - value),
  );
});

test('options that do not fit are refused', async () => {
  const set = await openImageFolder(join(home, 'left'));
  await assert.rejects(PictureLoader.open(set, { ...usual, batchSize: 0 }), ValueError);
  await assert.rejects(
    PictureLoader.open(set, { ...usual, threads: 65 }),
    /threads is 65; expected 0 to 64/,
  );
  await assert.rejects(
    PictureLoader.open(set, { ...usual, batchSize: 41, dropLast: true }),
    /lower batchSize/,
  );
  const loader = await PictureLoader.open(set, { ...usual, threads: 0 });
  assert.throws(() => loader.epoch(-1), /epoch is -1/);
});
