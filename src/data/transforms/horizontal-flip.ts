/** horizontalFlip: pictures as a mirror shows them, now and then. */

import { checkProbability, type FlipOptions } from './flip-options.js';
import type { Transform } from './transform.js';

/**
 * Left and right exchanged in one of two pictures.
 *
 * Throws ValueError for a probability that is none.
 *
 *     const transforms = [horizontalFlip(), paddedCrop()];
 */
export function horizontalFlip({ probability = 0.5 }: FlipOptions = {}): Transform {
  checkProbability('horizontalFlip', probability);
  return {
    name: 'flip',
    options: { probability },
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
