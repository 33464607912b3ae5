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
  const originals = imagesOf(pictures, shape);
  const places = [eachAlone(originals)];
  if (originals.length > 1) {
    const sheet = sheetOf(originals);
    const { width, height } = sheet.images[0];
    if (Math.max(width, height) <= LONGEST_SIDE) places.push(sheet);
  }
  const tasks = formats.flatMap((format) => places.map((place) => ({ ...format, ...place })));
  const rivals: Rival[] = [];
  for (const [i, { format, encode, files, images, windows }] of tasks.entries()) {
    const show = async (quality: number) => {
      const { bytes: size, decoded } = await codedImages(images, (image) => encode(image, quality));
      return { bytes: size, shown: planes(decoded, { windows, shape }) };
    };
    const known = new Map<number, Tried>();
    const trial = async (quality: number): Promise<Tried> => {
      const before = known.get(quality);
      if (before) return before;
      const { bytes: size, shown } = await show(quality);
      const tried = { quality, bytes: size, psnr: pictureError(shown, pictures).psnr };
      known.set(quality, tried);
      return tried;
    };
    const differences = {
      bytes: (tried: Tried) => tried.bytes - bytes,
      psnr: (tried: Tried) => tried.psnr - psnr,
    };
    for (const [k, key] of (['bytes', 'psnr'] as const).entries()) {
      const { quality } = await nearest(trial, differences[key]);
      const { bytes: size, shown } = await show(quality);
      const measured = pictureQuality({ pictures: shown, originals: pictures, shape });
      rivals.push({ format, files, nearest: key, quality, bytes: size, ...measured });
      onProgress((i + (k + 1) / 2) / tasks.length);
    }
  }
  return rivals;
}

/** WebP's largest side. */
const LONGEST_SIDE = 16383;

/** What is encoded, and where in it each picture is. */
interface Placed {
  readonly files: Rival['files'];
  readonly images: readonly ImagePixels[];
  readonly windows: readonly {
    readonly image: number;
    readonly left: number;
    readonly top: number;
  }[];
}

const eachAlone = (images: readonly ImagePixels[]): Placed => ({
  files: 'each',
  images,
  windows: images.map((_, image) => ({ image, left: 0, top: 0 })),
});

/** About as many columns as rows; black where pictures end, which costs next to nothing. */
function sheetOf(images: readonly ImagePixels[]): Placed {
  const { width, height, data } = images[0];
  const columns = Math.ceil(Math.sqrt(images.length));
  const places = columns * Math.ceil(images.length / columns);
  const black = { ...images[0], data: new Uint8Array(data.length) };
  const filled = Array.from({ length: places }, (_, n) => images[n] ?? black);
  return {
    files: 'sheet',
    images: [pictureGrid(inRows(filled, columns))],
    windows: images.map((_, n) => ({
      image: 0,
      left: (n % columns) * width,
      top: Math.floor(n / columns) * height,
    })),
  };
}

interface Tried {
  readonly quality: number;
  /** Of all files. */
  readonly bytes: number;
  readonly psnr: number;
}

/** The bytes of all files, and what they show. */
async function codedImages(
  images: readonly ImagePixels[],
  encode: (image: ImagePixels) => Promise<Uint8Array>,
): Promise<{ bytes: number; decoded: ImagePixels[] }> {
  // NOTE: it needs packages that a page without a bundler cannot import.
  const { decodeImage } = await import('../../formats/images/decode-image.js');
  let bytes = 0;
  const decoded: ImagePixels[] = [];
  for (const image of images) {
    const file = await encode(image);
    bytes += file.length;
    decoded.push(await decodeImage(file, 'a picture in another format'));
  }
  return { bytes, decoded };
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

/** The pictures at `windows`, [N, C, H, W], 0..1; grey ones that a format holds as colours are grey again. */
function planes(
  images: readonly ImagePixels[],
  { windows, shape }: { windows: Placed['windows']; shape: Compared['shape'] },
): Float32Array {
  const [channels, height, width] = shape;
  const values = new Float32Array(windows.length * channels * height * width);
  let to = 0;
  for (const { image, left, top } of windows) {
    const { data, channels: held, width: stride } = images[image];
    for (let c = 0; c < channels; c++) {
      const channel = Math.min(c, held - 1);
      for (let y = top; y < top + height; y++) {
        for (let x = left; x < left + width; x++) {
          values[to++] = data[(y * stride + x) * held + channel] / 255;
        }
      }
    }
  }
  return values;
}
