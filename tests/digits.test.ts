/** The drawn digits: the same for everyone, balanced, within their frame, and neither trivial nor hopeless. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { ImageDataset } from '../src/data/dataset.js';
import { type DrawDigitsOptions, drawDigits, loadDigits } from '../src/data/digits.js';
import { loadDataset } from '../src/data/registry.js';
import { ValueError } from '../src/graph/errors.js';

const PIXELS = 28 * 28;

test('the pictures are the same in every engine, to the bit', () => {
  // A change here means that published results on "digits" can no longer be repeated.
  const { images, labels } = drawDigits({ count: 200, seed: 7 });
  assert.equal([...labels.subarray(0, 20)].join(''), '83795264012053196874');
  const hash = createHash('sha256').update(images).digest('hex');
  assert.equal(hash.slice(0, 16), 'a3ae28beab38fa36');
});

test('picture i depends only on the seed and i', () => {
  const all = drawDigits({ count: 60, seed: 5 });
  for (const [offset, count] of [
    [0, 1],
    [13, 20],
    [59, 1],
  ]) {
    const some = drawDigits({ count, seed: 5, offset });
    const from = offset * PIXELS;
    assert.deepEqual(some.images, all.images.subarray(from, from + count * PIXELS));
    assert.deepEqual(some.labels, all.labels.subarray(offset, offset + count));
  }
  const far = { count: 2, seed: 5, offset: 2 ** 39 };
  assert.deepEqual(drawDigits(far), drawDigits(far));
});

test('another seed, split or number gives other pictures', () => {
  const hashes = new Set<string>();
  const options: Partial<DrawDigitsOptions>[] = [
    { seed: 0 },
    { seed: 1 },
    { seed: 2 ** 32 },
    { split: 'test' },
    { offset: 2 ** 35 },
  ];
  for (const option of options) {
    const { images } = drawDigits({ count: 500, ...option });
    for (let i = 0; i < 500; i++) {
      const picture = images.subarray(i * PIXELS, (i + 1) * PIXELS);
      hashes.add(createHash('md5').update(picture).digest('hex'));
    }
  }
  assert.equal(hashes.size, 5 * 500);
});

test('labels are balanced and shuffled', () => {
  const { labels, classes } = drawDigits({ count: 1000, seed: 2 });
  assert.deepEqual(classes, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  const first = new Array<number>(10).fill(0);
  for (let group = 0; group < 100; group++) {
    const ten = labels.subarray(10 * group, 10 * group + 10);
    assert.equal(new Set(ten).size, 10);
    first[ten[0]]++;
  }
  for (const count of first) assert.ok(count >= 2 && count <= 25, `first of ten: ${first}`);
});

test('pictures use the whole range, stay in the frame and look about as bright as MNIST', () => {
  const { images, shape, length } = drawDigits({ count: 1000 });
  assert.deepEqual([shape, length], [[1, 28, 28], 1000]);
  let sum = 0;
  let edge = 0;
  for (let i = 0; i < 1000; i++) {
    const picture = images.subarray(i * PIXELS, (i + 1) * PIXELS);
    assert.ok(Math.max(...picture) >= 200, `picture ${i} is faint`);
    const grey = picture.filter((value) => value > 0 && value < 255).length;
    assert.ok(grey >= 15, `picture ${i} has no soft edges`);
    picture.forEach((value, at) => {
      sum += value;
      const [x, y] = [at % 28, Math.floor(at / 28)];
      if (value > 0 && (x === 0 || y === 0 || x === 27 || y === 27)) edge++;
    });
  }
  const mean = sum / (1000 * PIXELS);
  assert.ok(mean > 28 && mean < 40, `mean ${mean}, MNIST has 33`);
  assert.ok(edge / 1000 < 1, `${edge / 1000} pixels of each picture touch the border`);
});

test('the nearest mean picture tells some digits apart, but far from all', () => {
  const accuracy = nearestMeanAccuracy(loadDigits({ train: 2000, test: 1000, seed: 1 }));
  assert.ok(accuracy > 0.55 && accuracy < 0.85, `accuracy ${accuracy}`);
});

test('loadDigits has 60,000 and 10,000 pictures unless told otherwise', async () => {
  const { train, test: exam } = loadDigits({ train: 30, test: 20, seed: 9 });
  assert.deepEqual([train.length, exam.length, train.name], [30, 20, 'digits']);
  assert.deepEqual(train, drawDigits({ count: 30, seed: 9, split: 'train' }));
  assert.deepEqual(exam, drawDigits({ count: 20, seed: 9, split: 'test' }));
  const whole = await loadDataset('digits', { seed: 9 });
  assert.deepEqual([whole.train.length, whole.test.length], [60_000, 10_000]);
  assert.deepEqual(whole.train.images.subarray(0, 30 * PIXELS), train.images);
});

test('options out of range are refused', () => {
  const cases: [Partial<DrawDigitsOptions>, RegExp][] = [
    [{ count: 0 }, /count is 0; expected a whole number from 1/],
    [{ count: 1.5 }, /count is 1.5/],
    [{ count: Number.NaN }, /count is NaN/],
    [{ seed: -1 }, /seed is -1; expected a whole number from 0/],
    [{ offset: -1 }, /offset is -1/],
    [{ offset: 2 ** 40 }, /offset is 1099511627776; .* to 1099511627775/],
  ];
  for (const [options, message] of cases) {
    assert.throws(
      () => drawDigits({ count: 1, ...options }),
      (error) => error instanceof ValueError && message.test(error.message),
    );
  }
  assert.throws(() => loadDigits({ train: 0 }), /count is 0/);
});

function nearestMeanAccuracy(sets: { train: ImageDataset; test: ImageDataset }): number {
  const means = new Float64Array(10 * PIXELS);
  sets.train.images.forEach((value, at) => {
    const label = sets.train.labels[Math.floor(at / PIXELS)];
    means[label * PIXELS + (at % PIXELS)] += value / (sets.train.length / 10);
  });
  let right = 0;
  for (let i = 0; i < sets.test.length; i++) {
    const distances = Array.from({ length: 10 }, (_, digit) => {
      let square = 0;
      for (let pixel = 0; pixel < PIXELS; pixel++) {
        const off = means[digit * PIXELS + pixel] - sets.test.images[i * PIXELS + pixel];
        square += off * off;
      }
      return square;
    });
    if (distances.indexOf(Math.min(...distances)) === sets.test.labels[i]) right++;
  }
  return right / sets.test.length;
}
