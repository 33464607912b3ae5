/** The transforms that can be created by name. */

import { ValueError } from '../../graph/errors.js';
import { nearestName } from '../../text/nearest-name.js';
import { centerCropTransform } from './center-crop.js';
import { colorJitter } from './color-jitter.js';
import { cutout } from './cutout.js';
import { elasticDistortion } from './elastic-distortion.js';
import { horizontalFlip } from './horizontal-flip.js';
import { paddedCrop } from './padded-crop.js';
import { randomCrop } from './random-crop.js';
import { randomResizedCrop } from './random-resized-crop.js';
import { resize } from './resize.js';
import { rotation } from './rotation.js';
import type { Transform } from './transform.js';
import { verticalFlip } from './vertical-flip.js';

/** Those that keep a picture's shape have usual settings; the others want to know a size. */
const changing: Readonly<Record<string, (options?: object) => Transform>> = {
  flip: horizontalFlip,
  'vertical-flip': verticalFlip,
  crop: paddedCrop,
  rotate: rotation,
  color: colorJitter,
  cutout,
  elastic: elasticDistortion,
};

const sizing: Readonly<Record<string, (options: never) => Transform>> = {
  resize,
  'center-crop': centerCropTransform,
  'random-crop': randomCrop,
  'random-resized-crop': randomResizedCrop,
};

/** The names that `createTransform` knows without options. */
export const transformNames: readonly string[] = Object.keys(changing);

/**
 * The transform called `name`, with its usual settings, or with the options of the function that makes it;
 * throws ValueError when there is none.
 *
 *     const loader = new DataLoader(train, { batchSize: 128, transforms: [createTransform('flip')] });
 */
export function createTransform(name: string, options?: object): Transform {
  if (Object.hasOwn(changing, name)) return changing[name](options);
  if (Object.hasOwn(sizing, name) && options) return sizing[name](options as never);
  const near = nearestName(name, transformNames);
  throw new ValueError(
    `there is no transform "${name}"${Object.hasOwn(sizing, name) ? ' without options' : ''}; ` +
      (near ? `did you mean "${near}"?` : `use one of ${transformNames.join(', ')}`),
  );
}

/** Whether `createTransform` makes the very same transform from its name and options. */
export const isNamed = ({ name, options }: Transform): boolean =>
  options !== undefined && (Object.hasOwn(changing, name) || Object.hasOwn(sizing, name));
