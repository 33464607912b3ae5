/** What every picture becomes once its file is read: rows of 8-bit samples. */

import { ValueError } from '../../graph/errors.js';

/** An image of `[height, width, channels]` bytes: 1 grey, 2 grey + alpha, 3 RGB or 4 RGB + alpha. */
export interface ImagePixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Throws a ValueError when the sizes and the number of bytes disagree. */
export function checkPixels({ width, height, channels, data }: ImagePixels): void {
  const sizesFit = [width, height].every((size) => Number.isSafeInteger(size) && size > 0);
  if (sizesFit && [1, 2, 3, 4].includes(channels) && data.length === width * height * channels) {
    return;
  }
  throw new ValueError(
    `an image of [${height}, ${width}, ${channels}] came with ${data.length} bytes; expected ` +
      '[height, width, channels] bytes with 1 to 4 channels and at least one pixel; ' +
      'pass the sizes that belong to the data',
  );
}
