/** JPEG and WebP beside compressed codes: how good they are in as many bytes, and how many they take to be as good. */

import { encodeJpeg } from '../../formats/images/encode-jpeg.js';
import { encodeWebp } from '../../formats/images/encode-webp.js';
import type { ImagePixels } from '../../formats/images/image-pixels.js';
import {
  type PictureQuality,
  pictureError,
  pictureQuality,
} from '../../inspect/picture-quality.js';
import { imagesOf, inRows, pictureGrid } from '../contact-sheet.js';
import type { LatentRun } from '../open-latent-run.js';

/** Pictures in another format, at the quality that was nearest to what was asked for. */
export interface Rival extends PictureQuality {
  /** 'JPEG' or 'WebP'. */
  readonly format: string;
  /** A file for each picture, or one with all of them side by side. */
  readonly files: 'each' | 'sheet';
  /** What of it is nearest to that of the codes. */
  readonly nearest: 'bytes' | 'psnr';
  /** What the encoder was told: 0 to 100. */
  readonly quality: number;
  /** Of all files together. */
  readonly bytes: number;
}

export interface Compared {
  /** [N, C, H, W], 0..1, the originals. */
  readonly pictures: Float32Array;
  readonly shape: LatentRun['shape'];
  /** What the codes take, in bytes, and how good they are. */
  readonly bytes: number;
  readonly psnr: number;
}

type Encode = (image: ImagePixels, quality: number) => Promise<Uint8Array>;

/** Both as small as their encoders make files. */
const formats: readonly { readonly format: string; readonly encode: Encode }[] = [
  { format: 'JPEG', encode: (image, quality) => encodeJpeg(image, { quality }) },
  { format: 'WebP', encode: (image, quality) => encodeWebp(image, { quality, effort: 6 }) },
];

const BEST = 100;

/**
 * JPEG and WebP of the nearest size and of the nearest PSNR, a file for each picture and, of several pictures, one
 * file of all. `onProgress` hears of 0 to 1.
 */
export async function rivalFormats(
  { pictures, shape, bytes, psnr }: Compared,
  onProgress: (done: number) => void = () => {},
): Promise<Rival[]> {
  const images = imagesOf(pictures, shape);
  const sheet = [pictureGrid(inRows(images, Math.ceil(Math.sqrt(images.length))))];
  const rivals: Rival[] = [];
  const places = images.length > 1 ? (['each', 'sheet'] as const) : (['each'] as const);
  const tasks = formats.flatMap((format) => places.map((files) => ({ ...format, files })));
  for (const [i, { format, encode, files }] of tasks.entries()) {
    const drawn = files === 'each' ? images : sheet;
    const { width, height, channels } = drawn[0];
    const originals = planes(drawn, channels);
    const known = new Map<number, Tried>();
    const trial = async (quality: number): Promise<Tried> => {
      const tried = known.get(quality) ?? (await tryQuality(drawn, { encode, quality, originals }));
      known.set(quality, tried);
      return tried;
    };
    const differences = {
      bytes: (tried: Tried) => tried.bytes - bytes,
      psnr: (tried: Tried) => tried.psnr - psnr,
    };
    for (const [k, key] of (['bytes', 'psnr'] as const).entries()) {
      const { shown, bytes: size, quality } = await nearest(trial, differences[key]);
      const shape = [channels, height, width] as const;
      const measured = pictureQuality({ pictures: shown, originals, shape });
      rivals.push({ format, files, nearest: key, quality, bytes: size, ...measured });
      onProgress((i + (k + 1) / 2) / tasks.length);
    }
  }
  return rivals;
}

interface Tried {
  readonly quality: number;
  /** Of all files. */
  readonly bytes: number;
  /** What is seen then, [N, C, H, W]. */
  readonly shown: Float32Array;
  readonly psnr: number;
}

async function tryQuality(
  images: readonly ImagePixels[],
  { encode, quality, originals }: { encode: Encode; quality: number; originals: Float32Array },
): Promise<Tried> {
  // NOTE: it needs packages that a page without a bundler cannot import.
  const { decodeImage } = await import('../../formats/images/decode-image.js');
  let bytes = 0;
  const decoded: ImagePixels[] = [];
  for (const image of images) {
    const file = await encode(image, quality);
    bytes += file.length;
    decoded.push(await decodeImage(file, 'a picture in another format'));
  }
  const shown = planes(decoded, images[0].channels);
  return { quality, bytes, shown, psnr: pictureError(shown, originals).psnr };
}

/** The quality whose `difference` is nearest to 0; both size and PSNR grow with quality, but for small dents. */
async function nearest(
  trial: (quality: number) => Promise<Tried>,
  difference: (tried: Tried) => number,
): Promise<Tried> {
  let [low, high] = [0, BEST];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (difference(await trial(middle)) < 0) low = middle;
    else high = middle;
  }
  const around: Tried[] = [];
  for (let quality = Math.max(0, low - 2); quality <= Math.min(BEST, high + 2); quality++) {
    around.push(await trial(quality));
  }
  return around.reduce((best, tried) =>
    Math.abs(difference(tried)) < Math.abs(difference(best)) ? tried : best,
  );
}

/** [N, C, H, W], 0..1; grey pictures that a format holds as colours are grey again. */
function planes(images: readonly ImagePixels[], channels: number): Float32Array {
  const { width, height } = images[0];
  const size = width * height;
  const values = new Float32Array(images.length * channels * size);
  images.forEach(({ data, channels: held }, n) => {
    for (let c = 0; c < channels; c++) {
      const from = Math.min(c, held - 1);
      for (let i = 0; i < size; i++) {
        values[(n * channels + c) * size + i] = data[i * held + from] / 255;
      }
    }
  });
  return values;
}
