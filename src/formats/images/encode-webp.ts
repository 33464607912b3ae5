/** Writes WebP files, lossy and lossless, with libwebp compiled to WebAssembly. */

import { ValueError } from '../../graph/errors.js';
import { checkPixels, type ImagePixels } from './image-pixels.js';
import { rgbaOf } from './rgba.js';
import { compileForNode, startCodec } from './wasm-codec.js';

export interface WebpOptions {
  /** 0 to 100: the more, the better and the larger. Default: 75. */
  readonly quality?: number;
  /** Keep every pixel that can be seen; `quality` is then how hard it looks for a small file. Default: false. */
  readonly lossless?: boolean;
  /** 0 (fast) to 6 (small). Default: 4. */
  readonly effort?: number;
}

type Encode = typeof import('@jsquash/webp/encode.js').default;

let encoder: Promise<Encode> | undefined;

/**
 * The bytes of a WebP file that shows `image`.
 *
 * Throws ValueError for wrong options, and when the sizes and the number of bytes disagree.
 *
 *     await writeFileAtomically('cat.webp', await encodeWebp(image, { quality: 80 }));
 */
export async function encodeWebp(
  image: ImagePixels,
  { quality = 75, lossless = false, effort = 4 }: WebpOptions = {},
): Promise<Uint8Array> {
  checkPixels(image);
  if (!(quality >= 0 && quality <= 100)) {
    throw new ValueError(`encodeWebp: quality is ${quality}; expected 0 to 100`);
  }
  if (!Number.isInteger(effort) || effort < 0 || effort > 6) {
    throw new ValueError(`encodeWebp: effort is ${effort}; expected a whole number from 0 to 6`);
  }
  encoder ??= startCodec(startEncoder);
  const encode = await encoder.catch((error: unknown) => {
    encoder = undefined;
    throw error;
  });
  const { width, height } = image;
  const pixels = new Uint8ClampedArray(rgbaOf(image).buffer as ArrayBuffer);
  // The library reads these three alone; Node has no ImageData.
  const data = { data: pixels, width, height, colorSpace: 'srgb' } as ImageData;
  return new Uint8Array(
    await encode(data, { quality, lossless: lossless ? 1 : 0, method: effort }),
  );
}

async function startEncoder(): Promise<Encode> {
  // NOTE: imported here, since a page without a bundler cannot import packages.
  const { default: encode, init } = await import('@jsquash/webp/encode.js');
  // Node's engine always has what this build of it wants.
  const module = await compileForNode('@jsquash/webp/codec/enc/webp_enc_simd.wasm');
  await (module ? init(module) : init());
  return encode;
}
