/** Pictures in pages: as addresses, many small ones on one sheet, and filters as pictures. */

import { encodePng, type ImagePixels } from '../formats/index.js';

/** A PNG file as the address of an image. */
export function dataUri(image: ImagePixels): string {
  const bytes = encodePng(image);
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return `data:image/png;base64,${btoa(text)}`;
}

/** Pictures of one size side by side, in rows of `columns`. */
export interface Sheet {
  readonly uri: string;
  readonly columns: number;
  readonly rows: number;
  /** Of one picture. */
  readonly width: number;
  readonly height: number;
}

/** Puts pictures of one size, grey or RGB, on one sheet. */
export function sheetOf(pictures: readonly ImagePixels[]): Sheet {
  const [{ width, height, channels }] = pictures;
  const columns = Math.min(pictures.length, 8);
  const rows = Math.ceil(pictures.length / columns);
  const data = new Uint8Array(columns * width * rows * height * channels);
  pictures.forEach((picture, i) => {
    const left = (i % columns) * width;
    const top = Math.floor(i / columns) * height;
    for (let y = 0; y < height; y++) {
      const row = picture.data.subarray(y * width * channels, (y + 1) * width * channels);
      data.set(row, ((top + y) * columns * width + left) * channels);
    }
  });
  const uri = dataUri({ width: columns * width, height: rows * height, channels, data });
  return { uri, columns, rows, width, height };
}

/** A filter [C, h, w] of one or three channels: zero is mid-grey, the largest weight full colour. */
export function filterPicture(
  weights: ArrayLike<number>,
  { channels, height, width }: { channels: number; height: number; width: number },
): ImagePixels {
  let largest = 0;
  for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]));
  const scale = largest > 0 ? 127.5 / largest : 0;
  const size = width * height;
  const data = new Uint8Array(size * channels);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < channels; c++) {
      data[i * channels + c] = Math.round(127.5 + weights[c * size + i] * scale);
    }
  }
  return { width, height, channels, data };
}
