/** Decodes the run lengths of BMP files into one index a byte, row by row from below. */

import { cutOff, type ImageFile } from './image-problem.js';

export interface RunShape {
  readonly width: number;
  readonly height: number;
  /** Whether an index takes four bits. */
  readonly nibbles: boolean;
}

/** Indices of all pixels; those that the runs leave out are 0. */
export function decodeRuns(
  bytes: Uint8Array,
  { width, height, nibbles }: RunShape,
  file: ImageFile,
): Uint8Array {
  const out = new Uint8Array(width * height);
  let [at, x, y] = [0, 0, 0];
  const put = (index: number): void => {
    // What reaches beyond a row is dropped, as in Windows.
    if (x < width && y < height) out[y * width + x] = index;
    x++;
  };
  const pair = (byte: number, i: number): number =>
    nibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte;
  for (;;) {
    if (at + 2 > bytes.length) throw cutOff(file, 'the file ends within its pixels');
    const [count, value] = [bytes[at], bytes[at + 1]];
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(pair(value, i));
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      return out;
    } else if (value === 2) {
      if (at + 2 > bytes.length) throw cutOff(file, 'the file ends within its pixels');
      [x, y] = [x + bytes[at], y + bytes[at + 1]];
      at += 2;
    } else {
      const length = nibbles ? (value + 1) >> 1 : value;
      if (at + length > bytes.length) throw cutOff(file, 'the file ends within its pixels');
      for (let i = 0; i < value; i++) put(pair(bytes[at + (nibbles ? i >> 1 : i)], i));
      at += length + (length & 1);
    }
  }
}
