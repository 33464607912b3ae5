/** The canvas of an animation, of which its first frame may be a part. */

import type { ImagePixels } from './image-pixels.js';

export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** Where the upper left corner of the frame lies. */
  readonly left: number;
  readonly top: number;
}

/** The frame where it lies, with transparent pixels around it; the frame itself when it is all. */
export function placed(frame: ImagePixels, { width, height, left, top }: Canvas): ImagePixels {
  if (width === frame.width && height === frame.height) return frame;
  const data = new Uint8Array(4 * width * height);
  const colours = Math.min(frame.channels, 3);
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      const from = (y * frame.width + x) * frame.channels;
      const to = 4 * ((top + y) * width + left + x);
      for (let c = 0; c < colours; c++) data[to + c] = frame.data[from + c];
      data[to + 3] = frame.channels === 4 ? frame.data[from + 3] : 255;
    }
  }
  return { width, height, channels: 4, data };
}
