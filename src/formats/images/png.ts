/** Reads and writes PNG images as 8-bit pixels, in Node and browsers. */

import { decode as decodeFastPng, encode as encodeFastPng } from 'fast-png';
import { FormatError } from '../format-error.js';
import { checkPixels, type ImagePixels } from './image-pixels.js';
import { type PngHeader, readPngHeader } from './png-header.js';

/**
 * The pixels of a PNG file; `fileName` is only for messages.
 *
 * 16-bit samples are rounded to 8, smaller ones are scaled to 0-255, palettes become RGB (or RGBA)
 * and a transparent colour becomes an alpha channel.
 *
 * @throws {FormatError} when the file is not a PNG, is cut off or damaged, has more than 100
 * million pixels, or interlaces samples of less than 8 bits.
 * @example
 * const image = decodePng(await readFile('digit.png'), 'digit.png');
 * console.log(image.width, image.height, image.channels);
 */
export function decodePng(bytes: Uint8Array, fileName: string): ImagePixels {
  const header = readPngHeader(bytes, fileName);
  const { width, height } = header;
  let decoded: ReturnType<typeof decodeFastPng>;
  try {
    decoded = decodeFastPng(bytes, { checkCrc: true });
  } catch (error) {
    throw damaged(fileName, error instanceof Error ? error.message : String(error), error);
  }
  const samples = unpackSamples(decoded.data, header);
  if (decoded.palette) {
    return expandPalette(samples, decoded.palette, { header, fileName });
  }
  const largest = 2 ** header.depth - 1;
  const data = new Uint8Array(samples.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.round((samples[i] * 255) / largest);
  const opaque = { width, height, channels: header.channels, data };
  const key = decoded.transparency;
  return key && key.length === header.channels ? addAlpha(opaque, samples, key) : opaque;
}

/**
 * The bytes of a PNG file that shows `image`.
 *
 * @throws {ValueError} when the sizes and the number of bytes disagree.
 * @example
 * await writeFileAtomically('digit.png', encodePng({ width: 28, height: 28, channels: 1, data }));
 */
export function encodePng(image: ImagePixels): Uint8Array {
  checkPixels(image);
  const { width, height, channels, data } = image;
  return encodeFastPng({ width, height, channels, depth: 8, data });
}

/** One number per sample, from rows that pack several samples into a byte. */
function unpackSamples(
  data: ArrayLike<number>,
  { width, height, channels, depth }: PngHeader,
): ArrayLike<number> {
  if (depth >= 8) return data;
  const samples = new Uint8Array(width * height * channels);
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const mask = 2 ** depth - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      samples[y * width + x] = (data[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return samples;
}

function expandPalette(
  indices: ArrayLike<number>,
  palette: readonly (readonly number[])[],
  { header: { width, height }, fileName }: { header: PngHeader; fileName: string },
): ImagePixels {
  const channels = palette.some((colour) => colour.length === 4) ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const colour = palette[indices[i]];
    if (!colour) {
      throw damaged(
        fileName,
        `pixel ${i} has colour ${indices[i]} of a palette of ${palette.length}`,
      );
    }
    data.set(colour, i * channels);
  }
  return { width, height, channels, data };
}

/** Adds the alpha channel of an image whose `key` colour is transparent. */
function addAlpha(image: ImagePixels, samples: ArrayLike<number>, key: Uint16Array): ImagePixels {
  const { width, height, channels } = image;
  const data = new Uint8Array(width * height * (channels + 1));
  for (let i = 0; i < width * height; i++) {
    let transparent = true;
    for (let c = 0; c < channels; c++) {
      data[i * (channels + 1) + c] = image.data[i * channels + c];
      transparent &&= samples[i * channels + c] === key[c];
    }
    data[i * (channels + 1) + channels] = transparent ? 0 : 255;
  }
  return { width, height, channels: channels + 1, data };
}

function damaged(fileName: string, what: string, cause?: unknown): FormatError {
  return new FormatError(
    fileName,
    {
      happened: `the PNG image could not be decoded (${what})`,
      expected: 'an undamaged PNG image',
      mend: 'download or save it again',
    },
    cause,
  );
}
