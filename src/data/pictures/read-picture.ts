/** readPicture: the planes of one picture file, whatever its kind, size and colours. */

import type { ImagePixels } from '../../formats/images/image-pixels.js';
import { withChannels } from '../../formats/images/with-channels.js';
import { DataError } from '../dataset.js';
import type { PlanesShape } from '../transforms/transform.js';
import { decodeInBrowser } from './decode-in-browser.js';
import type { PictureFile } from './picture-set.js';

/** One picture, [C, H, W] bytes. */
export interface Planes {
  readonly data: Uint8Array;
  readonly shape: PlanesShape;
}

/**
 * The picture as grey (1) or red, green and blue (3): turned as it was held, 8 bits each, white where it is
 * transparent. Browsers decode it themselves, apart from the page; elsewhere it is `decodeImage` that does.
 *
 * Throws FormatError, or what the system or the browser says, for a file that cannot be read.
 */
export async function readPicture(file: PictureFile, channels: 1 | 3): Promise<Planes> {
  const pixels = withChannels(await decode(file), channels);
  const { width, height } = pixels;
  return { data: planesOf(pixels), shape: [channels, height, width] };
}

async function decode({ name, source }: PictureFile): Promise<ImagePixels> {
  if (typeof createImageBitmap === 'function') {
    return decodeInBrowser(typeof source === 'string' ? await fetchBlob(source) : source, name);
  }
  // NOTE: imported here, since it needs packages that a page without a bundler cannot import.
  const { decodeImage } = await import('../../formats/images/decode-image.js');
  if (typeof source !== 'string') {
    return decodeImage(new Uint8Array(await source.arrayBuffer()), name);
  }
  // At once: in a worker thread nothing else is to be done meanwhile.
  return decodeImage(process.getBuiltinModule('node:fs').readFileSync(source), source);
}

async function fetchBlob(address: string): Promise<Blob> {
  const response = await fetch(address);
  if (response.ok) return response.blob();
  throw new DataError(`${address}: the server answered ${response.status}; check the address`);
}

function planesOf({ width, height, channels, data }: ImagePixels): Uint8Array {
  if (channels === 1) return data;
  const size = width * height;
  const planes = new Uint8Array(data.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0, from = channel; i < size; i++, from += channels) {
      planes[channel * size + i] = data[from];
    }
  }
  return planes;
}
