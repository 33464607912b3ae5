/** Reads and writes PNG images as 8-bit pixels, in Node and browsers. */

import { encode as encodeFastPng } from 'fast-png';
import { exifOrientation, oriented } from './exif-orientation.js';
import { imageKind, wrongKind } from './image-kind.js';
import { checkPixels, type ImagePixels } from './image-pixels.js';
import { damaged, type ImageFile } from './image-problem.js';
import { type PngChunks, readPngChunks } from './png-chunks.js';
import { decodePngRows } from './png-rows.js';

/**
 * The pixels of a PNG file; `fileName` is only for messages. `decodeImage` reads other kinds as well.
 *
 * 16-bit samples are rounded to 8, smaller ones are scaled to 0-255, palettes become RGB (or RGBA)
 * and a transparent colour becomes an alpha channel. A picture that its EXIF data says was held
 * otherwise is turned.
 *
 * @throws {FormatError} when the file is not a PNG, is cut off or damaged, or has more than 100
 * million pixels.
 * @example
 * const image = decodePng(await readFile('digit.png'), 'digit.png');
 * console.log(image.width, image.height, image.channels);
 */
export function decodePng(bytes: Uint8Array, fileName: string): ImagePixels {
  const file: ImageFile = { fileName, kind: 'PNG' };
  if (imageKind(bytes) !== 'PNG') throw wrongKind(bytes, file);
  const chunks = readPngChunks(bytes, file);
  const { width, height } = chunks.header;
  const { channels, write } = chunks.palette
    ? colours(chunks, chunks.palette, file)
    : plainSamples(chunks);
  const data = new Uint8Array(width * height * channels);
  decodePngRows(chunks, file, ({ samples, y, firstX, stepX }) => {
    write(samples, data, { at: (y * width + firstX) * channels, step: stepX * channels });
  });
  const image = { width, height, channels, data };
  return chunks.exif ? oriented(image, exifOrientation(chunks.exif)) : image;
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

/** Writes the pixels of a row from `at` on, `step` bytes apart. */
interface PixelWriter {
  readonly channels: number;
  write(samples: Uint16Array, data: Uint8Array, place: { at: number; step: number }): void;
}

function colours({ transparency }: PngChunks, palette: Uint8Array, file: ImageFile): PixelWriter {
  const channels = transparency ? 4 : 3;
  const count = palette.length / 3;
  const write: PixelWriter['write'] = (samples, data, { at, step }) => {
    for (const index of samples) {
      if (index >= count) throw damaged(file, `colour ${index} of a palette of ${count}`);
      data[at] = palette[3 * index];
      data[at + 1] = palette[3 * index + 1];
      data[at + 2] = palette[3 * index + 2];
      if (transparency) data[at + 3] = transparency[index] ?? 255;
      at += step;
    }
  };
  return { channels, write };
}

function plainSamples({ header, transparency }: PngChunks): PixelWriter {
  const from = header.channels;
  const largest = 2 ** header.depth - 1;
  const level = Uint8Array.from({ length: largest + 1 }, (_, i) => Math.round((i * 255) / largest));
  const hasKey = transparency !== null && from % 2 === 1 && transparency.length === 2 * from;
  const key = hasKey
    ? Array.from({ length: from }, (_, c) => (transparency[2 * c] << 8) | transparency[2 * c + 1])
    : null;
  const write: PixelWriter['write'] = (samples, data, { at, step }) => {
    for (let i = 0; i < samples.length; i += from, at += step) {
      for (let c = 0; c < from; c++) data[at + c] = level[samples[i + c]];
      if (key) data[at + from] = key.every((value, c) => samples[i + c] === value) ? 0 : 255;
    }
  };
  return { channels: key ? from + 1 : from, write };
}
