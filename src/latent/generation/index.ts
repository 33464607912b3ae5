/** Pictures of codes: drawn, varied, on the way from one to another, and with properties added or removed. */

export { type AttributeSheetOptions, attributeSheet, keptSheets } from './attributes.js';
export { labelsFor } from './class-labels.js';
export {
  ACTIVE_VARIANCE,
  activeUnits,
  type CodeStatistics,
  codeStatistics,
  meanCode,
  mostActiveDimensions,
} from './code-statistics.js';
export {
  type DrawOptions,
  drawCodes,
  fitGaussian,
  type Gaussian,
  standardGaussian,
} from './gaussian.js';
export { type InterpolationOptions, interpolateCodes } from './interpolate-codes.js';
export { interpolatePictures, type PictureInterpolation } from './interpolations.js';
export { type LatentSpace, latentSpace } from './latent-space.js';
export { type ManifoldOptions, manifoldPlane, manifoldSheet, principalPlane } from './manifold.js';
export { normalQuantile, normalQuantiles } from './normal-quantile.js';
export { type SampleOptions, type Samples, samplePictures, samplesSheet } from './samples.js';
export { signed, type TraversalOptions, traversalSheet } from './traversals.js';
export {
  attributeVector,
  evenNumbers,
  type Plane,
  planeCodes,
  planeOfDimensions,
  traversal,
  withAttribute,
} from './vary-code.js';
