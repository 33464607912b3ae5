/** centerCrop: the middle of every picture. */

import { cropOffset } from '../../formats/images/resize-image.js';
import { copyWindow } from './copy-window.js';
import { checkSizes, type SizeOptions } from './size-options.js';
import type { Transform } from './transform.js';

/**
 * The middle; zeros surround a picture that is smaller than that: torchvision's `CenterCrop`.
 *
 * Throws ValueError for sizes that are no positive whole numbers.
 *
 *     const transforms = [resize({ shorterSide: 256 }), centerCrop({ height: 224, width: 224 })];
 */
export function centerCropTransform({ height, width }: SizeOptions): Transform {
  checkSizes('centerCrop', { height, width });
  return {
    name: 'center-crop',
    options: { height, width },
    outputShape: ([channels]) => [channels, height, width],
    apply(source, target, { shape }) {
      const top = cropOffset(shape[1], height);
      const left = cropOffset(shape[2], width);
      copyWindow(source, target, { shape, window: { top, left, height, width }, fill: 0 });
    },
  };
}
