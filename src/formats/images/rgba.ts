/** rgbaOf: any picture as red, green, blue and alpha. */

import type { ImagePixels } from './image-pixels.js';

/** Four bytes a pixel, a copy; 255 where the picture has no alpha. */
export function rgbaOf({ width, height, channels, data }: ImagePixels): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  const colours = channels < 3 ? 1 : 3;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[i * channels + Math.min(c, colours - 1)];
    rgba[4 * i + 3] = channels % 2 === 0 ? data[i * channels + colours] : 255;
  }
  return rgba;
}
