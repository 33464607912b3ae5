/** What codes tell: neighbours, clusters, classes and numbers from features, and maps of them. */

export { normalizedMutualInformation, purity } from './cluster-scores.js';
export { type Coder, codesOf, picturesOf } from './codes-of.js';
export {
  type EvaluateFeaturesOptions,
  evaluateFeatures,
  type FeatureScores,
  type LabelledPictures,
} from './evaluate-features.js';
export { type Clustering, type KMeansOptions, kMeans } from './k-means.js';
export {
  fitLinearRegression,
  type LinearRegression,
  type LinearRegressionOptions,
  rSquared,
} from './linear-regression.js';
export {
  fitLogisticRegression,
  type LogisticRegression,
  type LogisticRegressionOptions,
} from './logistic-regression.js';
export { type Metric, type NearestOptions, type Neighbours, nearestRows } from './nearest.js';
export { accuracyOf, type LabelledRows, nearestClasses } from './nearest-classes.js';
export { fitPca, type Pca, type PcaOptions } from './pca.js';
export type { WorkOptions } from './progress.js';
export { type ProjectionMethod, type ProjectOptions, projectRows } from './project.js';
export { meanSquaredError, type Rows, rowsOf } from './rows.js';
