/** Reads pictures of every kind, told by their content. */

import { FormatError } from '../format-error.js';
import { decodeBmp } from './bmp.js';
import { decodeGif } from './gif.js';
import { type ImageKind, imageKind } from './image-kind.js';
import type { ImagePixels } from './image-pixels.js';
import { decodeJpeg } from './jpeg/decode-jpeg.js';
import { decodePng } from './png.js';
import { decodeWebp } from './webp.js';

type Decoder = (bytes: Uint8Array, fileName: string) => ImagePixels | Promise<ImagePixels>;

const decoders: { readonly [Kind in ImageKind]: Decoder } = {
  PNG: decodePng,
  JPEG: decodeJpeg,
  GIF: decodeGif,
  BMP: decodeBmp,
  WebP: decodeWebp,
};

/**
 * The pixels of a PNG, JPEG, GIF, BMP or WebP file: `[height, width, channels]` bytes of grey, grey +
 * alpha, RGB or RGB + alpha. `fileName` is only for messages.
 *
 * Palettes and inks (CMYK) become RGB, 16-bit samples are rounded to 8, and a picture that its EXIF data
 * says was held otherwise is turned. Of an animation the first frame is read. Sizes are checked before
 * memory is taken.
 *
 * @throws {FormatError} when the file is none of these, is cut off or damaged (with the place), is of a
 * sort that is not read (arithmetic coding, 12-bit JPEG), or has more than 100 million pixels.
 * @example
 * const { width, height, channels, data } = await decodeImage(await readFile('cat.jpg'), 'cat.jpg');
 */
export async function decodeImage(bytes: Uint8Array, fileName: string): Promise<ImagePixels> {
  const kind = imageKind(bytes);
  if (kind === null) {
    throw new FormatError(fileName, {
      happened: bytes.length === 0 ? 'the file is empty' : 'the file is no picture that is known',
      expected: `a ${Object.keys(decoders).join(', ')} image`.replace(/, (?=WebP)/, ' or '),
      mend: 'save it again, or convert it to PNG',
    });
  }
  return decoders[kind](bytes, fileName);
}
