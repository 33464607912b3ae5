/** withChannels: any picture in grey or in colour. */

import type { ImagePixels } from './image-pixels.js';

/** Grey (luminance, ITU-R 601) or red, green and blue; what is transparent shows white. */
export function withChannels(image: ImagePixels, channels: 1 | 3): ImagePixels {
  if (image.channels === channels) return image;
  const { width, height, data } = image;
  const colours = image.channels < 3 ? 1 : 3;
  const hasAlpha = image.channels % 2 === 0;
  const out = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const at = i * image.channels;
    const alpha = hasAlpha ? data[at + colours] / 255 : 1;
    const shown = (c: number): number => 255 + (data[at + Math.min(c, colours - 1)] - 255) * alpha;
    if (channels === 3) {
      for (let c = 0; c < 3; c++) out[3 * i + c] = Math.round(shown(c));
    } else {
      out[i] = Math.round(
        colours === 1 ? shown(0) : 0.299 * shown(0) + 0.587 * shown(1) + 0.114 * shown(2),
      );
    }
  }
  return { width, height, channels, data: out };
}
