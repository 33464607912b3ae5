/** Changes of pictures: sizes, and what makes a training set teach as if it were larger. */

export { centerCropTransform } from './center-crop.js';
export { type ColorJitterOptions, colorJitter } from './color-jitter.js';
export { type CutoutOptions, cutout } from './cutout.js';
export { type ElasticDistortionOptions, elasticDistortion } from './elastic-distortion.js';
export type { FlipOptions } from './flip-options.js';
export { horizontalFlip } from './horizontal-flip.js';
export { type PaddedCropOptions, paddedCrop } from './padded-crop.js';
export { type RandomCropOptions, randomCrop } from './random-crop.js';
export { type RandomResizedCropOptions, randomResizedCrop } from './random-resized-crop.js';
export { type ResizeTransformOptions, resize } from './resize.js';
export { type RotationOptions, rotation } from './rotation.js';
export type { SizeOptions } from './size-options.js';
export type { PlanesShape, Transform, TransformContext } from './transform.js';
export { createTransform, transformNames } from './transform-names.js';
export { verticalFlip } from './vertical-flip.js';
