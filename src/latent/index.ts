/** What trained autoencoders are for: codes of pictures, and pictures of codes. */

export { type ClassAccuracyOptions, classAccuracy } from './class-accuracy.js';
export * from './compression/index.js';
export {
  type ContactSheet,
  contactSheetPng,
  contactSheetSvg,
  imagesOf,
  inRows,
  pictureGrid,
  type SheetLook,
  sheetPictures,
} from './contact-sheet.js';
export { type Continuity, type ContinuityOptions, continuityOf } from './continuity.js';
export type { Decoder } from './decoder.js';
export * from './features/index.js';
export {
  type AttributeSheetOptions,
  activeUnits,
  attributeSheet,
  attributeVector,
  type CodeStatistics,
  codeStatistics,
  type DrawOptions,
  drawCodes,
  fitGaussian,
  type Gaussian,
  type InterpolationOptions,
  interpolateCodes,
  interpolatePictures,
  type LatentSpace,
  latentSpace,
  type ManifoldOptions,
  manifoldPlane,
  manifoldSheet,
  normalQuantile,
  normalQuantiles,
  type PictureInterpolation,
  type Plane,
  principalPlane,
  type SampleOptions,
  type Samples,
  samplePictures,
  samplesSheet,
  standardGaussian,
  type TraversalOptions,
  traversal,
  traversalSheet,
  withAttribute,
} from './generation/index.js';
export {
  type LatentPictures,
  type LatentPicturesOptions,
  latentPictures,
  ownPictures,
  picturesOfSet,
} from './latent-pictures.js';
export { openDecoder } from './open-decoder.js';
export { type LatentRun, openLatentRun } from './open-latent-run.js';
