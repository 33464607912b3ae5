/** The EXIF tag that tells how a picture was held, and pictures turned by it. */

import type { ImagePixels } from './image-pixels.js';

const TAG = 0x0112;
const SHORT = 3;

/**
 * The orientation, 1 to 8, that EXIF data (a TIFF header and its first directory) tells; 1, upright,
 * where there is none or the data is damaged: a picture is not refused for a note about it.
 */
export function exifOrientation(exif: Uint8Array): number {
  if (exif.length < 8) return 1;
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > exif.length) return 1;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > exif.length) return 1;
    if (view.getUint16(entry, little) !== TAG) continue;
    const value = view.getUint16(entry + 8, little);
    return view.getUint16(entry + 2, little) === SHORT && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** The picture as it was seen: turned and mirrored from how its rows lie by an EXIF orientation. */
export function oriented(image: ImagePixels, orientation: number): ImagePixels {
  if (orientation === 1) return image;
  const { channels } = image;
  const [width, height] =
    orientation > 4 ? [image.height, image.width] : [image.width, image.height];
  // Where the pixel in the upper left corner comes from, and the steps to its right and down.
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const along = fromRight ? -1 : 1;
  const down = fromBottom ? -image.width : image.width;
  const corner =
    (fromBottom ? (image.height - 1) * image.width : 0) + (fromRight ? image.width - 1 : 0);
  const [stepX, stepY] = orientation > 4 ? [down, along] : [along, down];
  const data = new Uint8Array(image.data.length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    let from = (corner + y * stepY) * channels;
    for (let x = 0; x < width; x++, from += stepX * channels) {
      for (let c = 0; c < channels; c++) data[at++] = image.data[from + c];
    }
  }
  return { width, height, channels, data };
}
