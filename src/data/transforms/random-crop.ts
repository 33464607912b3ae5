/** randomCrop: a part of every picture, somewhere in it. */

import { copyWindow } from './copy-window.js';
import { checkSizes, checkWhole, type SizeOptions } from './size-options.js';
import type { Transform } from './transform.js';

export interface RandomCropOptions extends SizeOptions {
  /** What is beside a picture that is smaller than that, 0 to 255. Default: 0, black. */
  readonly fill?: number;
}

/**
 * A part of one size, cut at random out of the picture; one that is smaller lies somewhere in it, between
 * pixels of `fill`.
 *
 * Throws ValueError for sizes that are no positive whole numbers.
 *
 *     const transforms = [resize({ shorterSide: 80 }), randomCrop({ height: 72, width: 72 })];
 */
export function randomCrop({ height, width, fill = 0 }: RandomCropOptions): Transform {
  checkSizes('randomCrop', { height, width });
  checkWhole('randomCrop', { name: 'fill', value: fill, most: 255 });
  return {
    name: 'random-crop',
    options: { height, width, fill },
    outputShape: ([channels]) => [channels, height, width],
    apply(source, target, { shape, random }) {
      const place = (from: number, to: number) =>
        Math.min(0, from - to) + random.integer(Math.abs(from - to) + 1);
      const top = place(shape[1], height);
      const left = place(shape[2], width);
      copyWindow(source, target, { shape, window: { top, left, height, width }, fill });
    },
  };
}
