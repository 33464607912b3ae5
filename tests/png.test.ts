/** PNG files: every colour type against hand-made files, and damaged, foreign or huge ones. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { FormatError } from '../src/formats/format-error.js';
import { decodePng, encodePng } from '../src/formats/images/png.js';
import { ValueError } from '../src/graph/errors.js';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(body, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

interface Layout {
  width: number;
  height: number;
  depth?: number;
  colourType?: number;
  interlace?: number;
}

function header({ width, height, depth = 8, colourType = 0, interlace = 0 }: Layout): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colourType, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}

/** A PNG file made by hand: `rows` are the unfiltered bytes of each row. */
function pngOf(layout: Layout, rows: number[][], extra: [string, number[]][] = []): Uint8Array {
  const scanlines = Buffer.from(rows.flatMap((row) => [0, ...row]));
  return Buffer.concat([
    Buffer.from(signature),
    header(layout),
    ...extra.map(([type, data]) => chunk(type, Uint8Array.from(data))),
    chunk('IDAT', deflateSync(scanlines)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function assertRefused(bytes: Uint8Array, pattern: RegExp): void {
  assert.throws(
    () => decodePng(bytes, 'digit.png'),
    (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.match(error.message, /^digit\.png: .+; expected .+; .+/s);
      assert.match(error.message, pattern);
      return true;
    },
  );
}

test('images of one to four channels come back as they were written', () => {
  for (const channels of [1, 2, 3, 4]) {
    const data = Uint8Array.from({ length: 5 * 3 * channels }, (_, i) => (i * 37) & 255);
    const image = { width: 5, height: 3, channels, data };
    assert.deepEqual(decodePng(encodePng(image), 'round trip'), image);
  }
});

test('a hand-made RGB image is read', () => {
  const bytes = pngOf({ width: 2, height: 1, colourType: 2 }, [[255, 0, 1, 2, 3, 4]]);
  assert.deepEqual(decodePng(bytes, 'rgb'), {
    width: 2,
    height: 1,
    channels: 3,
    data: Uint8Array.of(255, 0, 1, 2, 3, 4),
  });
});

test('bytes that start inside a larger buffer are read', () => {
  const bytes = pngOf({ width: 2, height: 1 }, [[7, 8]]);
  const pool = Buffer.alloc(bytes.length + 10, 0xff);
  pool.set(bytes, 5);
  assert.deepEqual(decodePng(pool.subarray(5, 5 + bytes.length), 'pool').data, Uint8Array.of(7, 8));
});

test('16-bit samples are rounded to 8', () => {
  const row = [0x00, 0x00, 0xff, 0xff, 0x80, 0x80, 0x00, 0x81, 0x00, 0x80];
  const { data } = decodePng(pngOf({ width: 5, height: 1, depth: 16 }, [row]), 'deep');
  assert.deepEqual(data, Uint8Array.of(0, 255, 128, 1, 0));
});

test('samples of 1, 2 and 4 bits are scaled to the full range, row by row', () => {
  const one = pngOf({ width: 3, height: 2, depth: 1 }, [[0b10100000], [0b01011111]]);
  assert.deepEqual(decodePng(one, 'one').data, Uint8Array.of(255, 0, 255, 0, 255, 0));
  const two = pngOf({ width: 5, height: 1, depth: 2 }, [[0b00011011, 0b01000000]]);
  assert.deepEqual(decodePng(two, 'two').data, Uint8Array.of(0, 85, 170, 255, 85));
  const four = pngOf({ width: 3, height: 1, depth: 4 }, [[0x1f, 0x00]]);
  assert.deepEqual(decodePng(four, 'four').data, Uint8Array.of(17, 255, 0));
});

test('palettes become RGB, and RGBA when they have transparent colours', () => {
  const palette: [string, number[]] = ['PLTE', [1, 2, 3, 40, 50, 60, 7, 8, 9]];
  const layout = { width: 3, height: 1, depth: 2, colourType: 3 };
  const opaque = decodePng(pngOf(layout, [[0b10010000]], [palette]), 'palette');
  assert.equal(opaque.channels, 3);
  assert.deepEqual(opaque.data, Uint8Array.of(7, 8, 9, 40, 50, 60, 1, 2, 3));
  const clear = decodePng(pngOf(layout, [[0b10010000]], [palette, ['tRNS', [0, 128]]]), 'palette');
  assert.equal(clear.channels, 4);
  assert.deepEqual(clear.data, Uint8Array.of(7, 8, 9, 255, 40, 50, 60, 128, 1, 2, 3, 0));
  assertRefused(pngOf(layout, [[0b11000000]], [palette]), /colour 3 of a palette of 3/);
  assertRefused(pngOf(layout, [[0]]), /palette of the image is missing/);
});

test('a transparent colour becomes an alpha channel', () => {
  const grey = decodePng(pngOf({ width: 2, height: 1 }, [[5, 6]], [['tRNS', [0, 6]]]), 'grey');
  assert.equal(grey.channels, 2);
  assert.deepEqual(grey.data, Uint8Array.of(5, 255, 6, 0));
  const rows = [[1, 2, 3, 1, 2, 4, 1, 2, 3]];
  const key: [string, number[]] = ['tRNS', [0, 1, 0, 2, 0, 3]];
  const rgb = decodePng(pngOf({ width: 3, height: 1, colourType: 2 }, rows, [key]), 'rgb');
  assert.deepEqual(rgb.data, Uint8Array.of(1, 2, 3, 0, 1, 2, 4, 255, 1, 2, 3, 0));
});

test('an interlaced image of few pixels is read, whose passes are mostly empty', () => {
  const bytes = pngOf({ width: 1, height: 1, interlace: 1 }, [[9]]);
  assert.deepEqual(decodePng(bytes, 'adam').data, Uint8Array.of(9));
  const small = pngOf({ width: 2, height: 1, depth: 1, interlace: 1 }, [[0x80], [0x00]]);
  assert.deepEqual(decodePng(small, 'adam').data, Uint8Array.of(255, 0));
});

test('files of another kind are named', () => {
  assertRefused(new Uint8Array(0), /is empty/);
  assertRefused(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /is a JPEG image.*convert it to PNG/);
  assertRefused(Buffer.from('GIF89a'), /is a GIF image/);
  assertRefused(Buffer.from('RIFF0000WEBP'), /is a WebP image/);
  assertRefused(Buffer.from('BM000000'), /is a BMP image/);
  assertRefused(Buffer.from('hello, this is text'), /is not a PNG image/);
});

test('every truncation of a file is refused', () => {
  const bytes = pngOf({ width: 4, height: 4 }, Array(4).fill([1, 2, 3, 4]));
  for (let length = 0; length < bytes.length; length++) {
    assertRefused(bytes.subarray(0, length), /cut off|empty|not a PNG/);
  }
});

test('any damaged byte of the pixels is noticed', () => {
  const bytes = pngOf({ width: 4, height: 4 }, Array(4).fill([1, 2, 3, 4]));
  const start = Buffer.from(bytes).indexOf('IDAT');
  for (let i = start; i < bytes.length - 16; i++) {
    const damaged = Uint8Array.from(bytes);
    damaged[i] ^= 0x10;
    assertRefused(damaged, /could not be decoded|cut off/);
  }
});

test('fewer rows than the header says are refused', () => {
  assertRefused(pngOf({ width: 2, height: 3 }, [[1, 2]]), /could not be decoded/);
});

test('images that are too large or empty are refused before they are decoded', () => {
  assertRefused(pngOf({ width: 20000, height: 20000 }, []), /20000 x 20000 pixels.*100 million/);
  assertRefused(pngOf({ width: 0xffffffff, height: 0xffffffff }, []), /4294967295 x 4294967295/);
  assertRefused(pngOf({ width: 0, height: 5 }, []), /0 x 5 pixels/);
  const rows = deflateSync(Buffer.alloc(3000));
  const unfillable = Buffer.concat([
    Buffer.from(signature),
    header({ width: 9000, height: 9000 }),
    chunk('IDAT', rows),
    chunk('IEND', new Uint8Array(0)),
  ]);
  assertRefused(unfillable, /9000 x 9000 pixels; expected at most \d+ pixels in a PNG file of its/);
});

test('pixels behind the last row are not even decompressed', () => {
  const bomb = deflateSync(Buffer.alloc(500e6));
  const bytes = Buffer.concat([
    Buffer.from(signature),
    header({ width: 3, height: 1 }),
    chunk('IDAT', bomb),
    chunk('IEND', new Uint8Array(0)),
  ]);
  const before = process.memoryUsage().arrayBuffers;
  assert.deepEqual(decodePng(bytes, 'bomb').data, Uint8Array.of(0, 0, 0));
  assert.ok(process.memoryUsage().arrayBuffers - before < 50e6);
});

test('a second header and chunks that nobody knows are refused', () => {
  const again: [string, number[]] = ['IHDR', [...Array(3).fill(0), 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]];
  assertRefused(pngOf({ width: 1, height: 1 }, [[0]], [again]), /a second header, at byte 33/);
  assertRefused(pngOf({ width: 1, height: 1 }, [[0]], [['NEWS', []]]), /needs chunk NEWS/);
  const note = pngOf({ width: 1, height: 1 }, [[7]], [['neWs', [1, 2]]]);
  assert.deepEqual(decodePng(note, 'note').data, Uint8Array.of(7));
});

test('a header that the specification does not allow is refused', () => {
  assertRefused(pngOf({ width: 1, height: 1, depth: 3 }, [[0]]), /3 bits per sample/);
  assertRefused(pngOf({ width: 1, height: 1, colourType: 5 }, [[0]]), /colour type 5/);
  assertRefused(pngOf({ width: 1, height: 1, depth: 4, colourType: 2 }, [[0]]), /4 bits/);
});

test('an image whose sizes and data disagree cannot be written', () => {
  const data = new Uint8Array(6);
  assert.throws(() => encodePng({ width: 2, height: 2, channels: 1, data }), /with 6 bytes/);
  assert.throws(() => encodePng({ width: 0, height: 2, channels: 1, data }), ValueError);
  assert.throws(() => encodePng({ width: 6, height: 1, channels: 5, data }), ValueError);
  assert.throws(() => encodePng({ width: 1.5, height: 4, channels: 1, data }), ValueError);
});
