/** Writes JPEG files with MozJPEG compiled to WebAssembly. */

import { ValueError } from '../../graph/errors.js';
import { checkPixels, type ImagePixels } from './image-pixels.js';
import { rgbaOf } from './rgba.js';
import { compileForNode, startCodec } from './wasm-codec.js';

export interface JpegOptions {
  /** 0 to 100: the more, the better and the larger. Default: 75. */
  readonly quality?: number;
}

type Encode = typeof import('@jsquash/jpeg/encode.js').default;

/** MozJPEG's number for files of grey alone. */
const GREY = 1;

let encoder: Promise<Encode> | undefined;

/**
 * The bytes of a JPEG file that shows `image`, progressive, with Huffman codes of its own; grey stays grey.
 *
 * Throws ValueError for a quality out of range, an image with alpha, and when the sizes and the number of bytes
 * disagree.
 *
 *     await writeFileAtomically('cat.jpg', await encodeJpeg(image, { quality: 80 }));
 */
export async function encodeJpeg(
  image: ImagePixels,
  { quality = 75 }: JpegOptions = {},
): Promise<Uint8Array> {
  checkPixels(image);
  const { width, height, channels } = image;
  if (!(quality >= 0 && quality <= 100)) {
    throw new ValueError(`encodeJpeg: quality is ${quality}; expected 0 to 100`);
  }
  if (channels % 2 === 0) {
    throw new ValueError(
      `encodeJpeg: the image has ${channels} channels; expected 1 (grey) or 3 (RGB), since JPEG has no ` +
        'alpha; lay it over a colour first, or use encodeWebp',
    );
  }
  encoder ??= startCodec(startEncoder);
  const encode = await encoder.catch((error: unknown) => {
    encoder = undefined;
    throw error;
  });
  const pixels = new Uint8ClampedArray(rgbaOf(image).buffer as ArrayBuffer);
  // The library reads these three alone; Node has no ImageData.
  const data = { data: pixels, width, height, colorSpace: 'srgb' } as ImageData;
  return new Uint8Array(
    await encode(data, { quality, ...(channels === 1 && { color_space: GREY }) }),
  );
}

async function startEncoder(): Promise<Encode> {
  // NOTE: imported here, since a page without a bundler cannot import packages.
  const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
  const module = await compileForNode('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  await (module ? init(module) : init());
  return encode;
}
