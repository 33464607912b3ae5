/** JPEG files that are written: our own decoder reads them, near the picture, grey as grey. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage, encodeJpeg, type ImagePixels, imageKind } from '../src/formats/index.js';
import { ValueError } from '../src/index.js';

/** Waves, whose phase differs by channel. */
function waves(channels: number): ImagePixels {
  const [width, height] = [43, 29];
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [c, x, y] = [
      i % channels,
      Math.floor(i / channels) % width,
      Math.floor(i / channels / width),
    ];
    return 128 + 100 * Math.sin(x / 7 + y / 9 + c);
  });
  return { width, height, channels, data };
}

function error(one: ImagePixels, other: ImagePixels): number {
  const sum = one.data.reduce((total, value, i) => total + (value - other.data[i]) ** 2, 0);
  return Math.sqrt(sum / one.data.length);
}

for (const channels of [1, 3]) {
  test(`${channels} channels stay as many, and more quality is more bytes and less error`, async () => {
    const image = waves(channels);
    const written = [];
    for (const quality of [20, 60, 95]) {
      const bytes = await encodeJpeg(image, { quality });
      assert.equal(imageKind(bytes), 'JPEG');
      const { width, height, channels: found, data } = await decodeImage(bytes, 'waves.jpg');
      assert.deepEqual([width, height, found], [43, 29, channels]);
      written.push({
        size: bytes.length,
        error: error(image, { width, height, channels, data }),
      });
    }
    const [low, middle, high] = written;
    assert.ok(low.size < middle.size && middle.size < high.size, JSON.stringify(written));
    assert.ok(low.error > middle.error && middle.error > high.error, JSON.stringify(written));
    assert.ok(high.error < 4, `${high.error} grey levels`);
  });
}

test('what cannot be written is refused', async () => {
  await assert.rejects(encodeJpeg(waves(3), { quality: 101 }), /quality is 101; expected 0 to 100/);
  await assert.rejects(encodeJpeg(waves(4)), (thrown) => {
    return (
      thrown instanceof ValueError && /4 channels; expected 1 .* no alpha/.test(thrown.message)
    );
  });
  await assert.rejects(encodeJpeg({ ...waves(1), width: 44 }), /29, 44, 1\] came with/);
  assert.equal('ImageData' in globalThis, false, 'Node should not look like a browser');
});
