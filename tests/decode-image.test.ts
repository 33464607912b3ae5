/** Pictures of every kind against the pixels that Pillow reads in them, and files that must be refused. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from '../src/formats/crc32.js';
import { decodeImage, FormatError, type ImagePixels } from '../src/formats/index.js';

const folder = new URL('../../tests/fixtures/images/', import.meta.url);
const expected: Readonly<Record<string, Omit<ImagePixels, 'data'> & { data: string }>> = JSON.parse(
  readFileSync(new URL('expected.json', folder), 'utf8'),
);

const fileOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

const refused = (bytes: Uint8Array, name: string, pattern: RegExp) =>
  assert.rejects(decodeImage(bytes, name), (error) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.equal(error.fileName, name);
    assert.match(error.message, pattern);
    return true;
  });

test('every picture of the folder is expected or refused', () => {
  const others = ['arithmetic.jpg', 'expected.json', 'generate.py', 'real.json', 'scans.txt'];
  assert.deepEqual(readdirSync(folder).sort(), [...Object.keys(expected), ...others].sort());
});

for (const [name, { data, ...size }] of Object.entries(expected)) {
  test(`${name} has the pixels that Pillow reads`, async () => {
    const image = await decodeImage(fileOf(name), name);
    assert.deepEqual({ ...image, data: null }, { ...size, data: null });
    assert.deepEqual(image.data, new Uint8Array(Buffer.from(data, 'base64')));
  });
}

test('reading WebP leaves nothing behind that other code could see', async () => {
  await decodeImage(fileOf('lossy.webp'), 'lossy.webp');
  assert.equal('ImageData' in globalThis, false);
});

test('the kind of a file is told by its bytes, not by its name', async () => {
  const { channels } = await decodeImage(fileOf('cmyk.jpg'), 'picture.png');
  assert.equal(channels, 3);
});

test('what is no picture is refused', async () => {
  await refused(new Uint8Array(0), 'nothing.png', /is empty/);
  await refused(
    Buffer.from('<svg></svg>'),
    'drawing.svg',
    /no picture.*PNG, JPEG, GIF, BMP or WebP/,
  );
});

test('kinds of JPEG files that are not read are named', async () => {
  await refused(fileOf('arithmetic.jpg'), 'arithmetic.jpg', /arithmetic coding.*baseline/);
  const deep = fileOf('420.jpg');
  deep[Buffer.from(deep).indexOf('ffc0', 'hex') + 4] = 12;
  await refused(deep, 'deep.jpg', /has 12 bits per sample/);
});

test('a picture of 100,000 x 100,000 pixels is refused before it is decoded', async () => {
  const png = fileOf('grey.png');
  const view = new DataView(png.buffer);
  view.setUint32(16, 100_000);
  view.setUint32(20, 100_000);
  view.setUint32(29, crc32(png.subarray(12, 29)));
  await refused(png, 'huge.png', /100000 x 100000 pixels.*100 million/);

  const bmp = fileOf('24-bit.bmp');
  new DataView(bmp.buffer).setInt32(18, 100_000, true);
  new DataView(bmp.buffer).setInt32(22, -100_000, true);
  await refused(bmp, 'huge.bmp', /100000 x 100000 pixels.*100 million/);

  // The largest that the other kinds can say.
  const jpeg = fileOf('420.jpg');
  const frame = Buffer.from(jpeg).indexOf('ffc0', 'hex');
  jpeg.fill(0xff, frame + 5, frame + 9);
  await refused(jpeg, 'huge.jpg', /65535 x 65535 pixels.*100 million/);
  const gif = fileOf('colour.gif');
  gif.fill(0xff, 6, 10);
  await refused(gif, 'huge.gif', /65535 x 65535 pixels/);
  const webp = fileOf('lossless.webp');
  webp.fill(0xff, 21, 24);
  webp[24] |= 0x0f;
  await refused(webp, 'huge.webp', /16384 x 16384 pixels/);
});

test('a picture that a file of its length cannot hold is refused', async () => {
  const jpeg = fileOf('420.jpg');
  const frame = Buffer.from(jpeg).indexOf('ffc0', 'hex');
  jpeg.set([0x10, 0, 0x10, 0], frame + 5);
  await refused(jpeg, 'large.jpg', /4096 x 4096 pixels; expected at most 152064 pixels in a JPEG/);
  const gif = fileOf('colour.gif');
  gif.set([0, 0x20, 0, 0x20], 6);
  await refused(gif, 'large.gif', /8192 x 8192 pixels; expected at most/);
});

/** Bytes that a reader of the kind does not need: an end mark, or the padding of the last row. */
const spare: Readonly<Record<string, number>> = {
  '420.jpg': 2,
  'restarts.jpg': 2,
  'colour.gif': 1,
  'runs.bmp': 0,
  '8-bit.bmp': 0,
};

for (const name of [
  ...Object.keys(spare),
  '420-progressive.jpg',
  'lossless.webp',
  'lossy-alpha.webp',
  'interlaced.png',
]) {
  test(`every truncation of ${name} is refused`, async () => {
    const bytes = fileOf(name);
    const data = Buffer.from(expected[name].data, 'base64');
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      if (length >= bytes.length - (spare[name] ?? 0)) {
        assert.deepEqual((await decodeImage(cut, name)).data, new Uint8Array(data));
        continue;
      }
      await refused(cut, name, /cut off|damaged|no picture|is empty/);
    }
  });
}

test('a truncated picture is refused with the place', async () => {
  const jpeg = fileOf('420.jpg');
  await refused(jpeg.subarray(0, 700), 'a.jpg', /ends after 700 bytes, within the pixels/);
  const gif = fileOf('colour.gif');
  await refused(gif.subarray(0, 900), 'a.gif', /needed at byte \d+, but the file ends after 900/);
  const bmp = fileOf('24-bit.bmp');
  await refused(bmp.subarray(0, 500), 'a.bmp', /from byte 54 on, but the file ends after 500/);
  const webp = fileOf('lossy.webp');
  await refused(webp.subarray(0, 100), 'a.webp', /says \d+ bytes, but the file ends after 100/);
});

/** A GIF file of 2 x 1 pixels at (1, 1) of a canvas of 3 x 2. */
const offsetGif = Uint8Array.of(
  ...Buffer.from('GIF89a'),
  ...[3, 0, 2, 0, 0x80, 0, 0, 10, 20, 30, 40, 50, 60],
  ...[0x2c, 1, 0, 1, 0, 2, 0, 1, 0, 0, 2, 2, 0b01_000_100, 0b01010_0, 0, 0x3b],
);

test('a first frame that is a part of its canvas has transparent pixels around it', async () => {
  const { width, height, channels, data } = await decodeImage(offsetGif, 'offset.gif');
  assert.deepEqual([width, height, channels], [3, 2, 4]);
  assert.deepEqual([...data.subarray(0, 16)], Array(16).fill(0));
  assert.deepEqual([...data.subarray(16)], [10, 20, 30, 255, 40, 50, 60, 255]);
});

/** A BMP file of 5 x 2 pixels in runs of four bits: a run, single pixels, and a jump. */
const nibbleBmp = (() => {
  const bytes = new Uint8Array(14 + 40 + 4 * 16 + 16);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from('BM'));
  const header = [40, 5, 2, 1 | (4 << 16), 2];
  view.setUint32(10, 118, true);
  for (const [i, value] of header.entries()) view.setUint32(14 + 4 * i, value, true);
  for (let i = 0; i < 16; i++) bytes.fill(i, 54 + 4 * i, 57 + 4 * i);
  bytes.set([3, 0x12, 0, 2, 1, 0, 1, 0x70, 0, 0, 0, 3, 0x45, 0x60, 0, 1], 118);
  return bytes;
})();

test('runs of four bits are read, and what they leave out is colour 0', async () => {
  const { data } = await decodeImage(nibbleBmp, 'runs.bmp');
  const grey = [...data].filter((_, i) => i % 3 === 0);
  assert.deepEqual(grey, [4, 5, 6, 0, 0, 1, 2, 1, 0, 7]);
});

const dataFolder = process.env.FOVEA_DATA;
const real: Readonly<Record<string, Omit<ImagePixels, 'data'> & { sha256: string }>> = JSON.parse(
  readFileSync(new URL('real.json', folder), 'utf8'),
);

test('photographs and paintings have the pixels that Pillow reads', {
  skip: !dataFolder && 'FOVEA_DATA is not set',
}, async () => {
  for (const [name, { sha256, ...size }] of Object.entries(real)) {
    const { data, ...found } = await decodeImage(readFileSync(join(dataFolder!, name)), name);
    assert.deepEqual(found, size, name);
    assert.equal(createHash('sha256').update(data).digest('hex'), sha256, name);
  }
  const cut = 'format-fixtures/images/truncated.jpg';
  await refused(readFileSync(join(dataFolder!, cut)), cut, /segment FFC4 at byte 393 needs 31/);
});
