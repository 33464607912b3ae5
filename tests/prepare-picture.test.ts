/** Pictures of any kind become what the network was trained on, and it is said what was done. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preparePicture } from '../src/cli/prepare-picture.js';
import { drawDigits } from '../src/data/index.js';

const whole = { width: 2, height: 2, framing: 'whole' } as const;
const digit = { width: 28, height: 28, framing: 'digit' } as const;
const bytes = (...values: number[]) => Uint8Array.from(values);

test('a picture that is right already stays as it is', () => {
  const { images } = drawDigits({ count: 1 });
  const prepared = preparePicture({ width: 28, height: 28, channels: 1, data: images }, digit);
  assert.deepEqual(prepared.pixels, images);
  assert.deepEqual(prepared.notes, []);
});

test('dark on light is inverted', () => {
  const data = bytes(255, 255, 200, 0);
  const prepared = preparePicture({ width: 2, height: 2, channels: 1, data }, whole);
  assert.deepEqual([...prepared.pixels], [0, 0, 55, 255]);
  assert.deepEqual(prepared.notes, ['inverted, because it is dark on light']);
});

test('colours become their luminance', () => {
  const data = bytes(255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0);
  const prepared = preparePicture({ width: 2, height: 2, channels: 3, data }, whole);
  assert.deepEqual([...prepared.pixels], [54, 182, 18, 0]);
  assert.deepEqual(prepared.notes, ['made grey']);
});

test('transparent paper is the opposite of the ink', () => {
  const ink = (value: number) => bytes(9, 0, 9, 0, 9, 0, value, 255);
  for (const value of [0, 255]) {
    const image = { width: 2, height: 2, channels: 2, data: ink(value) };
    const { pixels, notes } = preparePicture(image, whole);
    assert.deepEqual([...pixels], [0, 0, 0, 255]);
    assert.equal(notes.length, value === 0 ? 2 : 1);
  }
});

test('another size is averaged over areas after widening to the same shape', () => {
  const data = bytes(0, 100, 100, 0, 0, 0, 0, 40);
  const prepared = preparePicture({ width: 4, height: 2, channels: 1, data }, whole);
  // Two rows of the border's brightness (30) are added, one above and one beneath.
  assert.deepEqual([...prepared.pixels], [40, 40, 15, 25]);
  assert.deepEqual(prepared.notes, ['resized from 4 x 2 to 2 x 2']);
  const up = preparePicture({ width: 1, height: 1, channels: 1, data: bytes(80) }, whole);
  assert.deepEqual([...up.pixels], [80, 80, 80, 80]);
});

test('a digit of another size is framed as MNIST frames it', () => {
  // A white bar of 10 x 80 in the corner of a black 200 x 100.
  const data = new Uint8Array(200 * 100);
  for (let y = 5; y < 85; y++) data.fill(255, y * 200 + 20, y * 200 + 30);
  const { pixels, notes } = preparePicture({ width: 200, height: 100, channels: 1, data }, digit);
  // 20 high, so 2.5 wide, which is rounded to 3; centred it covers columns 12 or 13 on.
  const rows = Array.from({ length: 28 }, (_, y) => pixels.subarray(y * 28, (y + 1) * 28));
  const inked = rows.flatMap((row, y) => (row.some((value) => value > 0) ? [y] : []));
  assert.deepEqual([inked[0], inked.at(-1), inked.length], [4, 23, 20]);
  for (const y of inked) {
    const columns = [...rows[y]].flatMap((value, x) => (value === 255 ? [x] : []));
    assert.deepEqual(columns, [13, 14, 15]);
  }
  assert.deepEqual(notes, ['framed as MNIST frames digits, from 200 x 100 to 28 x 28']);
});

test('an empty picture stays empty', () => {
  const blank = { width: 50, height: 50, channels: 1, data: new Uint8Array(2500).fill(200) };
  const { pixels, notes } = preparePicture(blank, digit);
  assert.deepEqual(new Set(pixels), new Set([55]));
  assert.deepEqual(notes, [
    'inverted, because it is dark on light',
    'resized from 50 x 50 to 28 x 28',
  ]);
});
