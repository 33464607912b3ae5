/** paddedCrop: pictures moved by a few pixels. */

import { ValueError } from '../graph/errors.js';
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
  checkWhole('padding', padding, 2 ** 14);
  checkWhole('fill', fill, 255);
  return {
    name: 'crop',
    apply(source, target, { shape: [channels, height, width], random }) {
      const down = random.integer(2 * padding + 1) - padding;
      const right = random.integer(2 * padding + 1) - padding;
      const first = Math.min(Math.max(right, 0), width);
      const kept = Math.max(0, width - Math.abs(right));
      target.fill(fill);
      if (kept === 0) return;
      for (let channel = 0; channel < channels; channel++) {
        const top = channel * height;
        for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
          const from = (top + y + down) * width + first;
          const to = (top + y) * width + Math.max(0, -right);
          target.set(source.subarray(from, from + kept), to);
        }
      }
    },
  };
}

function checkWhole(what: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw new ValueError(`paddedCrop: ${what} is ${value}; expected a whole number from 0 to ${max}`);
}
