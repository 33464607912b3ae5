/** paddedCrop: pictures moved by a few pixels. */

import { copyWindow } from './copy-window.js';
import { checkWhole } from './size-options.js';
import type { Transform } from './transform.js';

export interface PaddedCropOptions {
  /** Rows and columns around the picture. Default: 4. */
  readonly padding?: number;
  /** What they hold, 0 to 255. Default: 0, black. */
  readonly fill?: number;
}

/**
 * A part of the picture's own size, cut at random out of the picture with a margin around it (He et al. 2015,
 * section 4.2; torchvision's `RandomCrop` with `padding`).
 *
 * Throws ValueError when an option is no such whole number.
 *
 *     const transforms = [horizontalFlip(), paddedCrop({ padding: 4 })];
 */
export function paddedCrop({ padding = 4, fill = 0 }: PaddedCropOptions = {}): Transform {
  checkWhole('paddedCrop', { name: 'padding', value: padding });
  checkWhole('paddedCrop', { name: 'fill', value: fill, most: 255 });
  return {
    name: 'crop',
    options: { padding, fill },
    apply(source, target, { shape, random }) {
      const top = random.integer(2 * padding + 1) - padding;
      const left = random.integer(2 * padding + 1) - padding;
      const [, height, width] = shape;
      copyWindow(source, target, { shape, window: { top, left, height, width }, fill });
    },
  };
}
