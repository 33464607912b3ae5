/** horizontalFlip: pictures as a mirror shows them, now and then. */

import { ValueError } from '../graph/errors.js';
import type { Transform } from './transform.js';

export interface HorizontalFlipOptions {
  /** How often, 0 to 1. Default: 0.5. */
  readonly probability?: number;
}

/**
 * Left and right exchanged in one of two pictures.
 *
 * Throws ValueError for a probability that is none.
 *
 *     const transforms = [horizontalFlip(), paddedCrop()];
 */
export function horizontalFlip({ probability = 0.5 }: HorizontalFlipOptions = {}): Transform {
  if (!(probability >= 0 && probability <= 1)) {
    throw new ValueError(`horizontalFlip: probability is ${probability}; expected 0 to 1`);
  }
  return {
    name: 'flip',
    apply(source, target, { shape: [channels, height, width], random }) {
      target.set(source);
      if (random.uniform() >= probability) return;
      const rows = channels * height;
      for (let row = 0; row < rows; row++) {
        target.subarray(row * width, (row + 1) * width).reverse();
      }
    },
  };
}
