/** cutout: pictures with a hole. */

import { checkSizes, checkWhole } from './size-options.js';
import type { Transform } from './transform.js';

export interface CutoutOptions {
  /** Pixels of the hole's side. Default: 16. */
  readonly size?: number;
  /** What it holds, 0 to 255. Default: 0, black. */
  readonly fill?: number;
}

/**
 * A square around a random pixel blanked out, where it lies in the picture (DeVries and Taylor 2017).
 *
 * Throws ValueError for options that are no such whole numbers.
 *
 *     const transforms = [paddedCrop(), horizontalFlip(), cutout({ size: 8 })];
 */
export function cutout({ size = 16, fill = 0 }: CutoutOptions = {}): Transform {
  checkSizes('cutout', { size });
  checkWhole('cutout', { name: 'fill', value: fill, most: 255 });
  return {
    name: 'cutout',
    options: { size, fill },
    apply(source, target, { shape: [channels, height, width], random }) {
      const top = random.integer(height) - (size >> 1);
      const left = random.integer(width) - (size >> 1);
      target.set(source);
      const [first, last] = [Math.max(left, 0), Math.min(left + size, width)];
      for (let channel = 0; channel < channels; channel++) {
        for (let y = Math.max(top, 0); y < Math.min(top + size, height); y++) {
          const row = (channel * height + y) * width;
          target.fill(fill, row + first, row + last);
        }
      }
    },
  };
}
