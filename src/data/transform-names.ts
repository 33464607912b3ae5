/** The transforms that can be created by name. */

import { ValueError } from '../graph/errors.js';
import { nearestName } from '../text/nearest-name.js';
import { horizontalFlip } from './horizontal-flip.js';
import { paddedCrop } from './padded-crop.js';
import type { Transform } from './transform.js';

const transforms: Readonly<Record<string, () => Transform>> = {
  flip: horizontalFlip,
  crop: paddedCrop,
};

/** The names that `createTransform` knows. */
export const transformNames: readonly string[] = Object.keys(transforms);

/**
 * The transform called `name`, with its usual settings; throws ValueError when there is none.
 *
 *     const loader = new DataLoader(train, { batchSize: 128, transforms: [createTransform('flip')] });
 */
export function createTransform(name: string): Transform {
  if (Object.hasOwn(transforms, name)) return transforms[name]();
  const near = nearestName(name, transformNames);
  throw new ValueError(
    `there is no transform "${name}"; ` +
      (near ? `did you mean "${near}"?` : `use one of ${transformNames.join(', ')}`),
  );
}
