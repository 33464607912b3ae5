/** Animated GIF and WebP files: what is written is read back, and frames of other programs are shown as they mean. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type AnimationFrame,
  decodeGifFrames,
  decodeImage,
  encodeAnimatedWebp,
  encodeGif,
  encodeWebp,
  FormatError,
  type ImagePixels,
} from '../src/formats/index.js';
import { ValueError } from '../src/index.js';
import { chromiumPath, launchChromium } from './browser/chromium.js';
import { enduresMutations } from './endures-mutations.js';

/** A picture whose bytes a function of their number gives. */
const picture = (
  [width, height, channels]: readonly [number, number, number],
  byte: (i: number) => number,
): ImagePixels => ({
  ...{ width, height, channels },
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => byte(i)),
});

const grey = [0, 1, 2].map((n) => picture([16, 16, 1], (i) => (i + 60 * n) % 256));
const frames: AnimationFrame[] = grey.map((image, n) => ({ image, milliseconds: 100 * (n + 1) }));
const rgbOf = ({ data }: ImagePixels): number[] => [...data].filter((_, i) => i % 4 !== 3);

test('a GIF of 256 greys is read back exactly: pictures, sizes and times', async () => {
  const bytes = await encodeGif(frames);
  const read = [...decodeGifFrames(bytes, 'grey.gif')];
  assert.deepEqual(
    read.map(({ milliseconds }) => milliseconds),
    [100, 200, 300],
  );
  read.forEach(({ image }, n) => {
    assert.deepEqual([image.width, image.height], [16, 16]);
    assert.deepEqual(
      rgbOf(image),
      [...grey[n].data].flatMap((level) => [level, level, level]),
    );
  });
  const first = await decodeImage(bytes, 'grey.gif');
  assert.deepEqual([...first.data], rgbOf(read[0].image), 'other readers see the first frame');
  assert.ok(Buffer.from(bytes).includes('NETSCAPE2.0'), 'it is played for ever');
  assert.ok(!Buffer.from(await encodeGif(frames, { plays: 1 })).includes('NETSCAPE2.0'));
});

test('a GIF of more colours than it can hold has near ones', async () => {
  const colourful = picture([40, 40, 3], (i) => {
    const pixel = Math.floor(i / 3);
    return [6 * (pixel % 40), 6 * Math.floor(pixel / 40), 128][i % 3];
  });
  const [{ image }] = [
    ...decodeGifFrames(await encodeGif([{ image: colourful, milliseconds: 0 }]), 'a'),
  ];
  const errors = rgbOf(image).map((value, i) => Math.abs(value - colourful.data[i]));
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  assert.ok(mean > 0 && mean < 8, `mean error ${mean}`);
});

test('what is transparent stays so, and does not show the frame before', async () => {
  const [solid, holed] = [255, 0].map((alpha) =>
    picture([2, 1, 4], (i) => [10, 20, 30, 255, 40, 50, 60, alpha][i]),
  );
  const gif = await encodeGif([holed, solid, holed].map((image) => ({ image, milliseconds: 20 })));
  const read = [...decodeGifFrames(gif, 'holed.gif')].map(({ image }) => [...image.data]);
  assert.deepEqual(read[1], [...solid.data]);
  for (const n of [0, 2]) assert.deepEqual(read[n], [10, 20, 30, 255, 0, 0, 0, 0]);
});

/** A GIF of frames of one pixel of a palette of four colours, three wide. */
function tinyGif(shots: readonly { left: number; index: number; disposal: number }[]): Uint8Array {
  const bytes = [...Buffer.from('GIF89a'), 3, 0, 1, 0, 0x81, 0, 0];
  bytes.push(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9);
  for (const { left, index, disposal } of shots) {
    // A clear code, the pixel and the end, of three bits each.
    const codes = 4 | (index << 3) | (5 << 6);
    bytes.push(0x21, 0xf9, 4, disposal << 2, 7, 0, 0, 0);
    bytes.push(0x2c, left, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, codes & 255, codes >> 8, 0);
  }
  return Uint8Array.from([...bytes, 0x3b]);
}

test('frames that are parts stay, are cleared, or give way to what was there', () => {
  const gif = tinyGif([
    { left: 0, index: 0, disposal: 1 },
    { left: 1, index: 1, disposal: 2 },
    { left: 0, index: 2, disposal: 3 },
    { left: 2, index: 1, disposal: 0 },
  ]);
  const shown = [...decodeGifFrames(gif, 'parts.gif')].map(({ image, milliseconds }) => {
    assert.equal(milliseconds, 70);
    return Array.from(
      { length: 3 },
      (_, x) => 'RGB'[image.data.indexOf(255, 4 * x) - 4 * x] ?? ' ',
    );
  });
  const empty = ' ';
  // An empty pixel is found as the next one's colour, or not at all: compared by alpha instead.
  const solid = [...decodeGifFrames(gif, 'parts.gif')].map(({ image }) =>
    [3, 7, 11].map((at) => image.data[at] === 255),
  );
  assert.deepEqual(
    shown.map((row, n) => row.map((colour, x) => (solid[n][x] ? colour : empty)).join('')),
    ['R  ', 'RG ', 'B  ', 'R G'],
  );
});

test('damaged animations are read or refused', async () => {
  const folder = new URL('../../tests/fixtures/images/', import.meta.url);
  const { values, refusals } = await enduresMutations({
    files: new Map([
      ['animated.gif', new Uint8Array(readFileSync(new URL('animated.gif', folder)))],
      ['grey.gif', await encodeGif(frames)],
    ]),
    read: (bytes, name) => [...decodeGifFrames(bytes, name)],
    errors: [FormatError],
    count: 600,
  });
  assert.ok(values > 0 && refusals > 0);
});

test('a lossless WebP is read back exactly, a lossy one nearly', async () => {
  const image = picture([33, 17, 3], (i) => (i * 37) % 256);
  const exact = await decodeImage(await encodeWebp(image, { lossless: true }), 'a.webp');
  assert.deepEqual(exact.data, image.data);
  const smooth = picture([32, 32, 3], (i) => 4 * (Math.floor(i / 3) % 32));
  const lossy = await encodeWebp(smooth, { quality: 90 });
  const { data } = await decodeImage(lossy, 'b.webp');
  const worst = data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - smooth.data[i])),
    0,
  );
  assert.ok(worst > 0 && worst < 24, `largest error ${worst}`);
  assert.ok(lossy.length < (await encodeWebp(smooth, { quality: 100 })).length);
});

test('an animated WebP begins with its first frame', async () => {
  const { data, width, height } = await decodeImage(await encodeAnimatedWebp(frames), 'a.webp');
  assert.deepEqual([width, height], [16, 16]);
  assert.deepEqual(
    [...data],
    [...grey[0].data].flatMap((level) => [level, level, level]),
  );
});

test('a browser plays both', { skip: !chromiumPath }, async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    // Decoders are for pages of a place of their own.
    await page.goto(new URL('../../tests/browser/blank.html', import.meta.url).href);
    for (const [type, bytes] of [
      ['image/gif', await encodeGif(frames)],
      ['image/webp', await encodeAnimatedWebp(frames, { plays: 3 })],
    ] as const) {
      const played = await page.evaluate(
        `(async () => {
          const data = Uint8Array.from(atob('${Buffer.from(bytes).toString('base64')}'), (c) => c.charCodeAt(0));
          const decoder = new ImageDecoder({ data, type: '${type}' });
          await decoder.tracks.ready;
          const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
          const frames = [];
          for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
            const { image } = await decoder.decode({ frameIndex });
            const pixels = new Uint8Array(image.allocationSize());
            await image.copyTo(pixels);
            frames.push([image.displayWidth, image.displayHeight, image.duration / 1000, pixels[20]]);
          }
          return { frames, repetitionCount: String(repetitionCount) };
        })()`,
      );
      const expected = grey.map(({ data }, n) => [16, 16, 100 * (n + 1), data[5]]);
      assert.deepEqual(played, {
        frames: expected,
        repetitionCount: type === 'image/gif' ? 'Infinity' : '2',
      });
    }
  } finally {
    await browser.close();
  }
});

test('what cannot be an animation is refused', async () => {
  const small = picture([8, 8, 1], () => 0);
  const mixed = [...frames, { image: small, milliseconds: 10 }];
  for (const encode of [encodeGif, encodeAnimatedWebp]) {
    await assert.rejects(encode([]), ValueError);
    await assert.rejects(encode(mixed), /frame 3 has 8 x 8 pixels, the first one 16 x 16/);
    await assert.rejects(encode(frames, { plays: -1 }), /plays is -1/);
    await assert.rejects(encode([{ image: small, milliseconds: Number.NaN }]), /NaN ms/);
  }
  await assert.rejects(encodeWebp(small, { quality: 101 }), /quality is 101/);
});
