/** verticalFlip: pictures upside down, now and then. */

import { checkProbability, type FlipOptions } from './flip-options.js';
import type { Transform } from './transform.js';

/**
 * Top and bottom exchanged in one of two pictures: for pictures without an up, as through a microscope.
 *
 * Throws ValueError for a probability that is none.
 *
 *     const transforms = [horizontalFlip(), verticalFlip()];
 */
export function verticalFlip({ probability = 0.5 }: FlipOptions = {}): Transform {
  checkProbability('verticalFlip', probability);
  return {
    name: 'vertical-flip',
    options: { probability },
    apply(source, target, { shape: [channels, height, width], random }) {
      if (random.uniform() >= probability) {
        target.set(source);
        return;
      }
      for (let row = 0; row < channels * height; row++) {
        const y = row % height;
        const from = (row - y + height - 1 - y) * width;
        target.set(source.subarray(from, from + width), row * width);
      }
    },
  };
}
