/** resize: every picture in one size, or with a shorter side of one length. */

import type { ResizeFilter } from '../../formats/images/resize-image.js';
import { ValueError } from '../../graph/errors.js';
import { resizePlanes } from './resize-planes.js';
import { checkSizes, type SizeOptions } from './size-options.js';
import type { PlanesShape, Transform } from './transform.js';

export interface ResizeTransformOptions extends Partial<SizeOptions> {
  /** Pixels of the shorter side; the proportions are kept. Instead of height and width. */
  readonly shorterSide?: number;
  /** How a new pixel is made of old ones, antialiased. Default: 'bilinear'. */
  readonly filter?: ResizeFilter;
}

/**
 * The picture in another size, as Pillow and so torchvision's `Resize` computes it.
 *
 * Throws ValueError unless either height and width or `shorterSide` are given.
 *
 *     const transforms = [resize({ shorterSide: 256 }), centerCrop({ height: 224, width: 224 })];
 */
export function resize({ filter, ...sizes }: ResizeTransformOptions): Transform {
  const given = Object.keys(sizes).sort().join();
  if (given !== 'shorterSide' && given !== 'height,width') {
    throw new ValueError('resize: pass either height and width, or shorterSide');
  }
  checkSizes('resize', sizes as Record<string, number>);
  const outputShape = ([channels, height, width]: PlanesShape): PlanesShape => {
    const { shorterSide } = sizes;
    if (shorterSide === undefined) return [channels, sizes.height!, sizes.width!];
    // torchvision rounds the longer side down.
    const longer = Math.trunc((shorterSide * Math.max(width, height)) / Math.min(width, height));
    return width <= height ? [channels, longer, shorterSide] : [channels, shorterSide, longer];
  };
  return {
    name: 'resize',
    options: { ...sizes, filter },
    outputShape,
    apply(source, target, { shape }) {
      const [, height, width] = outputShape(shape);
      resizePlanes(source, target, { shape, height, width, filter });
    },
  };
}
