/** Reads WebP files, lossy and lossless, with libwebp compiled to WebAssembly. */

import { FormatError } from '../format-error.js';
import { placed } from './canvas.js';
import { exifOrientation, oriented } from './exif-orientation.js';
import type { ImagePixels } from './image-pixels.js';
import { damaged, type ImageFile } from './image-problem.js';
import { compileForNode, startCodec } from './wasm-codec.js';
import { readWebp } from './webp-header.js';

/** What the library gives: four bytes a pixel. */
interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

type Decode = (bytes: ArrayBuffer) => Promise<Decoded>;

/** More bytes than this and the library's memory, which only grows, is given up afterwards. */
const LARGE = 64 * 2 ** 20;

let compiled: Promise<WebAssembly.Module | undefined> | undefined;
let decoder: Promise<Decode> | undefined;

/** The pixels of a WebP file, the first frame of an animation: RGB, or RGBA when it has alpha. */
export async function decodeWebp(bytes: Uint8Array, fileName: string): Promise<ImagePixels> {
  const file: ImageFile = { fileName, kind: 'WebP' };
  const { bytes: alone, canvas, hasAlpha, exif } = readWebp(bytes, file);
  decoder ??= startCodec(startDecoder);
  const decode = await decoder.catch((error: unknown) => {
    decoder = undefined;
    throw notStarted(fileName, error);
  });
  let decoded: Decoded;
  try {
    decoded = await decode(alone.slice().buffer);
  } catch (error) {
    // A program that broke off may not be whole any more; one that said no is.
    const saidNo = error instanceof Error && !(error instanceof WebAssembly.RuntimeError);
    if (!saidNo) decoder = undefined;
    throw damaged(file, error instanceof Error ? error.message : String(error), error);
  }
  if (decoded.data.length > LARGE) decoder = undefined;
  const image = placed(pixelsOf(decoded, hasAlpha), canvas);
  return exif ? oriented(image, exifOrientation(exif)) : image;
}

function notStarted(fileName: string, error: unknown): FormatError {
  const text = error instanceof Error ? error.message : String(error);
  return new FormatError(
    fileName,
    {
      happened: `the decoder of WebP pictures could not be loaded (${text})`,
      expected: 'its WebAssembly file, which comes with the package @jsquash/webp',
      mend: 'install the packages again, or let the bundler carry that file along',
    },
    error,
  );
}

function pixelsOf({ width, height, data }: Decoded, hasAlpha: boolean): ImagePixels {
  if (hasAlpha) return { width, height, channels: 4, data: new Uint8Array(data) };
  const colours = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; to < colours.length; from += 4, to += 3) {
    colours[to] = data[from];
    colours[to + 1] = data[from + 1];
    colours[to + 2] = data[from + 2];
  }
  return { width, height, channels: 3, data: colours };
}

/** A lossless picture of one pixel. */
const TINY = 'UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==';

/** A decoder with memory of its own. */
async function startDecoder(): Promise<Decode> {
  const { default: decode, init } = await import('@jsquash/webp/decode.js');
  compiled ??= compileForNode('@jsquash/webp/codec/dec/webp_dec.wasm');
  const module = await compiled;
  await (module ? init(module) : init());
  // The library keeps the class of its results from the first picture on.
  await decode(Uint8Array.from(atob(TINY), (character) => character.charCodeAt(0)).buffer);
  return decode;
}
