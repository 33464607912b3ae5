/** randomResizedCrop: a part of every picture of random place, size and proportions, brought to one size. */

import type { ResizeFilter } from '../../formats/images/resize-image.js';
import { ValueError } from '../../graph/errors.js';
import type { Philox } from '../../random/philox.js';
import type { Window } from './copy-window.js';
import { resizePlanes } from './resize-planes.js';
import { checkSizes, type SizeOptions } from './size-options.js';
import type { Transform } from './transform.js';

type Range = readonly [least: number, most: number];

export interface RandomResizedCropOptions extends SizeOptions {
  /** The part's share of the picture's area. Default: [0.08, 1]. */
  readonly scale?: Range;
  /** The part's width over its height. Default: [3 / 4, 4 / 3]. */
  readonly ratio?: Range;
  /** How a new pixel is made of old ones, antialiased. Default: 'bilinear'. */
  readonly filter?: ResizeFilter;
}

const ATTEMPTS = 10;

/**
 * What networks for ImageNet learn from (Szegedy et al. 2014; torchvision's `RandomResizedCrop`): ten tries to
 * find a part of random area and proportions that fits, else the middle.
 *
 * Throws ValueError for sizes that are no positive whole numbers, and ranges that are none.
 *
 *     const transforms = [randomResizedCrop({ height: 224, width: 224 }), horizontalFlip()];
 */
export function randomResizedCrop(options: RandomResizedCropOptions): Transform {
  const { height, width, scale = [0.08, 1], ratio = [3 / 4, 4 / 3], filter } = options;
  checkSizes('randomResizedCrop', { height, width });
  for (const [name, [least, most]] of Object.entries({ scale, ratio })) {
    if (least > 0 && least <= most && most < Number.POSITIVE_INFINITY) continue;
    throw new ValueError(
      `randomResizedCrop: ${name} is [${least}, ${most}]; expected two numbers above 0, the smaller first`,
    );
  }
  return {
    name: 'random-resized-crop',
    options: { height, width, scale, ratio, filter },
    outputShape: ([channels]) => [channels, height, width],
    apply(source, target, { shape, random }) {
      const size = { height: shape[1], width: shape[2] };
      const window = randomWindow(size, { scale, ratio, random }) ?? middle(size, ratio);
      resizePlanes(source, target, { shape, window, height, width, filter });
    },
  };
}

function randomWindow(
  { height, width }: SizeOptions,
  { scale, ratio, random }: { scale: Range; ratio: Range; random: Philox },
): Window | null {
  const between = ([least, most]: Range) => least + (most - least) * random.uniform();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = height * width * between(scale);
    const proportion = Math.exp(between([Math.log(ratio[0]), Math.log(ratio[1])]));
    const columns = Math.round(Math.sqrt(area * proportion));
    const rows = Math.round(Math.sqrt(area / proportion));
    if (columns < 1 || columns > width || rows < 1 || rows > height) continue;
    const top = random.integer(height - rows + 1);
    const left = random.integer(width - columns + 1);
    return { top, left, height: rows, width: columns };
  }
  return null;
}

/** The largest part in the middle whose proportions are allowed. */
function middle({ height, width }: SizeOptions, [least, most]: Range): Window {
  const columns = Math.max(1, Math.min(width, Math.round(height * most)));
  const rows = Math.max(1, Math.min(height, Math.round(width / least)));
  const [top, left] = [(height - rows) >> 1, (width - columns) >> 1];
  return { top, left, height: rows, width: columns };
}
