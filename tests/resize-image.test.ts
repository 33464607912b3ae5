/** Resizing and cropping against Pillow's and PyTorch's bytes, and sizes that cannot be. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  centerCrop,
  type ImagePixels,
  type ResizeFilter,
  resizeImage,
  resizeShorterSide,
} from '../src/formats/index.js';
import { ValueError } from '../src/index.js';
import { refuses } from './refusal.js';

interface ResizeCase {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: string;
  readonly newWidth: number;
  readonly newHeight: number;
  readonly antialiased: Readonly<Record<string, string>>;
  readonly unfiltered: Readonly<Record<string, string>>;
}

interface CropCase {
  readonly width: number;
  readonly height: number;
  readonly data: string;
  readonly size: number;
  readonly crop: number;
  readonly resized: readonly [height: number, width: number];
  readonly cropped: string;
}

const fixture = new URL('../../tests/fixtures/resize.json', import.meta.url);
const { cases, crops }: { cases: readonly ResizeCase[]; crops: readonly CropCase[] } = JSON.parse(
  readFileSync(fixture, 'utf8'),
);

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

test('resized pictures equal those of Pillow byte for byte', () => {
  assert.equal(cases.length, 14);
  for (const { newWidth: width, newHeight: height, antialiased, ...from } of cases) {
    const image: ImagePixels = { ...from, data: bytesOf(from.data) };
    for (const [filter, expected] of Object.entries(antialiased)) {
      const resized = resizeImage(image, { width, height, filter: filter as ResizeFilter });
      const sizes = `${filter} of ${from.channels} channels, ${from.width} x ${from.height}`;
      assert.deepEqual(
        [resized.width, resized.height, resized.channels],
        [width, height, from.channels],
      );
      assert.deepEqual(resized.data, bytesOf(expected), sizes);
    }
  }
});

test('without antialiasing they equal those of PyTorch, but for the rounding of halves', () => {
  let [bytes, halves] = [0, 0];
  for (const { newWidth: width, newHeight: height, unfiltered, ...from } of cases) {
    const image: ImagePixels = { ...from, data: bytesOf(from.data) };
    for (const [filter, expected] of Object.entries(unfiltered)) {
      const options = { width, height, filter: filter as ResizeFilter, antialias: false };
      const { data } = resizeImage(image, options);
      bytesOf(expected).forEach((byte, i) => {
        assert.ok(Math.abs(byte - data[i]) <= 1, `${filter}: ${data[i]} for ${byte} at ${i}`);
        if (byte !== data[i]) halves++;
      });
      bytes += data.length;
    }
  }
  assert.ok(bytes > 7000 && halves < 0.01 * bytes, `${halves} of ${bytes} bytes differ`);
});

test('the shorter side and the middle are those of torchvision', () => {
  for (const { width, height, data, size, crop, resized, cropped } of crops) {
    const image = { width, height, channels: 3, data: bytesOf(data) };
    const smaller = resizeShorterSide(image, size);
    assert.deepEqual([smaller.height, smaller.width], resized);
    const middle = centerCrop(smaller, { width: crop, height: crop });
    assert.deepEqual(middle.data, bytesOf(cropped), `${width} x ${height}`);
  }
});

const small: ImagePixels = { width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 9) };

test('a crop larger than the picture surrounds it with zeros', () => {
  assert.deepEqual(
    centerCrop(small, { width: 5, height: 3 }).data,
    Uint8Array.of(0, 0, 0, 0, 0, 0, 7, 9, 0, 0, 0, 0, 0, 0, 0),
  );
});

test('a picture of the wanted size stays as it is', () => {
  assert.equal(resizeImage(small, { width: 2, height: 1 }), small);
});

const values = { kind: ValueError };

refuses('a size of zero', () => resizeImage(small, { width: 0, height: 4 }), {
  ...values,
  parts: ['0 x 4 pixels', 'positive integers'],
});
refuses('a size that is no integer', () => resizeImage(small, { width: 2.5, height: 4 }), {
  ...values,
  parts: ['2.5 x 4'],
});
refuses('a size that no memory holds', () => resizeImage(small, { width: 1e6, height: 1e6 }), {
  ...values,
  parts: ['2^30'],
});
refuses(
  'bytes that do not fit the sizes',
  () => resizeImage({ ...small, height: 2 }, { width: 1, height: 1 }),
  {
    ...values,
    parts: ['[2, 2, 1] came with 2 bytes'],
  },
);
refuses(
  'lanczos without antialiasing',
  () => resizeImage(small, { width: 1, height: 1, filter: 'lanczos', antialias: false }),
  { ...values, parts: ['lanczos', 'bicubic'] },
);
refuses('a crop of no pixels', () => centerCrop(small, { width: 0, height: 1 }), {
  ...values,
  parts: ['0 pixels'],
});
