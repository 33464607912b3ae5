/** decodeInBrowser: the pixels of a picture file, decoded by the browser, apart from the page. */

import { exifOrientation, oriented } from '../../formats/images/exif-orientation.js';
import type { ImagePixels } from '../../formats/images/image-pixels.js';
import { EXIF_HEADER, mayHaveExif, withoutExif } from '../../formats/images/webp-header.js';
import { DataError } from '../dataset.js';

/**
 * RGBA, turned as the picture was held, in the numbers that the file holds: profiles and gammas are passed over, as
 * `decodeImage` does.
 *
 * Throws what the browser says of a file that it cannot read.
 */
export async function decodeInBrowser(blob: Blob, fileName: string): Promise<ImagePixels> {
  const header = new Uint8Array(await blob.slice(0, EXIF_HEADER).arrayBuffer());
  if (!mayHaveExif(header)) return pixelsOf(blob);
  // NOTE: browsers turn JPEG and PNG files, but some of them no WebP files.
  const whole = new Uint8Array(await blob.arrayBuffer());
  const { bytes, exif } = withoutExif(whole, { fileName, kind: 'WebP' });
  const pixels = await pixelsOf(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  return exif ? oriented(pixels, exifOrientation(exif)) : pixels;
}

async function pixelsOf(blob: Blob): Promise<ImagePixels> {
  const bitmap = await createImageBitmap(blob, {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
  try {
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height).getContext('2d', {
      willReadFrequently: true,
    });
    if (!canvas) throw new DataError('the browser hands out no canvas to decode pictures on');
    canvas.drawImage(bitmap, 0, 0);
    const { data } = canvas.getImageData(0, 0, width, height);
    return { width, height, channels: 4, data: new Uint8Array(data.buffer) };
  } finally {
    bitmap.close();
  }
}
