/** rotation: pictures turned a little. */

import { ValueError } from '../../graph/errors.js';
import { samplePlanes } from './sample-planes.js';
import { checkWhole } from './size-options.js';
import type { Transform } from './transform.js';

export interface RotationOptions {
  /** At most so far, in either direction. Default: 15. */
  readonly degrees?: number;
  /** What comes in at the corners, 0 to 255. Default: 0, black. */
  readonly fill?: number;
}

/**
 * Turned around the middle by a random angle, bilinear (torchvision's `RandomRotation`).
 *
 * NOTE: `Math.cos` and `Math.sin` may differ in the last bit from one JavaScript engine to another.
 *
 * Throws ValueError for an angle that is none.
 *
 *     const transforms = [rotation({ degrees: 10 })];
 */
export function rotation({ degrees = 15, fill = 0 }: RotationOptions = {}): Transform {
  if (!(degrees >= 0 && degrees <= 180)) {
    throw new ValueError(`rotation: degrees is ${degrees}; expected 0 to 180`);
  }
  checkWhole('rotation', { name: 'fill', value: fill, most: 255 });
  return {
    name: 'rotate',
    options: { degrees, fill },
    apply(source, target, { shape, random }) {
      const [, height, width] = shape;
      const angle = ((2 * random.uniform() - 1) * degrees * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const rows = new Float64Array(height * width);
      const columns = new Float64Array(height * width);
      const [middle, centre] = [(height - 1) / 2, (width - 1) / 2];
      for (let i = 0, y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          rows[i] = middle + (y - middle) * cos - (x - centre) * sin;
          columns[i] = centre + (y - middle) * sin + (x - centre) * cos;
        }
      }
      samplePlanes(source, target, { shape, rows, columns, fill });
    },
  };
}
