/** JPEG and WebP beside codes: of all qualities, the one that is nearest in size or in PSNR. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage, encodeJpeg, encodeWebp, type ImagePixels } from '../src/formats/index.js';
import { rivalFormats } from '../src/latent/compression/index.js';
import { imagesOf } from '../src/latent/index.js';
import { Philox } from '../src/random/philox.js';

const count = 3;
const shape = [1, 40, 40] as const;
const size = 40 * 40;
const random = new Philox(4);
/** Waves with grain, as bytes hold them: enough of both that files grow with their quality. */
const pictures = Float32Array.from({ length: count * size }, (_, i) => {
  const [n, x, y] = [Math.floor(i / size), i % 40, Math.floor((i % size) / 40)];
  const value = 0.5 + 0.35 * Math.sin(x / 5 + n) * Math.cos(y / 7) + 0.05 * random.normal();
  return Math.round(255 * Math.min(1, Math.max(0, value))) / 255;
});

interface Tried {
  readonly quality: number;
  readonly bytes: number;
  readonly psnr: number;
}

/** Every quality, a file for each picture. */
async function allQualities(
  encode: (image: ImagePixels, quality: number) => Promise<Uint8Array>,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (let quality = 0; quality <= 100; quality++) {
    let [bytes, squares] = [0, 0];
    for (const image of imagesOf(pictures, shape)) {
      const file = await encode(image, quality);
      bytes += file.length;
      const { data, channels } = await decodeImage(file, 'spot');
      image.data.forEach((value, i) => {
        squares += ((value - data[i * channels]) / 255) ** 2;
      });
    }
    tried.push({ quality, bytes, psnr: -10 * Math.log10(squares / pictures.length) });
  }
  return tried;
}

test('the quality is the nearest of all, and what is told of it is true', async () => {
  const all = {
    JPEG: await allQualities((image, quality) => encodeJpeg(image, { quality })),
    WebP: await allQualities((image, quality) => encodeWebp(image, { quality, effort: 6 })),
  };
  for (const at of [3, 40, 90]) {
    const wanted = { bytes: all.WebP[at].bytes + 3, psnr: all.JPEG[at].psnr + 0.01 };
    const rivals = await rivalFormats({ pictures, shape, ...wanted });
    assert.equal(rivals.length, 8);
    for (const { format, files, nearest, quality, bytes, psnr, ssim } of rivals) {
      assert.ok(ssim <= 1 && ssim > 0, `${ssim}`);
      if (files === 'sheet') continue;
      const tried = all[format as 'JPEG' | 'WebP'];
      assert.equal(bytes, tried[quality].bytes);
      assert.ok(Math.abs(psnr - tried[quality].psnr) < 1e-3);
      const distance = (one: Tried) => Math.abs(one[nearest] - wanted[nearest]);
      const best = Math.min(...tried.map(distance));
      // Neither grows with every quality, so that the search may miss the best by a little.
      const miss = distance(tried[quality]) - best;
      const most = nearest === 'bytes' ? 0.02 * wanted.bytes : 0.1;
      assert.ok(miss <= most, `${format} ${nearest} ${at}: ${miss}`);
    }
  }
});

test('one file of all is smaller than a file each, and one picture is not compared twice', async () => {
  const rivals = await rivalFormats({ pictures, shape, bytes: 300, psnr: 30 });
  const sizeOf = (files: string) =>
    rivals.find((one) => one.format === 'WebP' && one.files === files);
  assert.ok(sizeOf('sheet')!.bytes < sizeOf('each')!.bytes);
  const single = pictures.subarray(0, size);
  const heard: number[] = [];
  const one = await rivalFormats({ pictures: single, shape, bytes: 50, psnr: 30 }, (done) => {
    heard.push(done);
  });
  assert.deepEqual(
    one.map(({ format, files, nearest }) => `${format} ${files} ${nearest}`),
    ['JPEG each bytes', 'JPEG each psnr', 'WebP each bytes', 'WebP each psnr'],
  );
  assert.deepEqual(heard, [0.25, 0.5, 0.75, 1]);
});
