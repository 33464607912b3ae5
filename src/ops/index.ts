/** Every operation on tensors. */

export * from './activations.js';
export * from './adaptive-pooling.js';
export * from './arithmetic.js';
export * from './comparison.js';
export * from './concatenate.js';
export * from './conv-1d.js';
export * from './conv-2d.js';
export * from './conv-3d.js';
export * from './conv-transpose-2d.js';
export * from './creation.js';
export { type CumulativeOptions, cummax, cummin, cumprod, cumsum } from './cumulative.js';
export {
  broadcastTo,
  type FlattenOptions,
  flatten,
  movedim,
  squeeze,
  unsqueeze,
} from './dims.js';
export * from './distance.js';
export { type DropoutOptions, dropout, dropout1d, dropout2d, dropout3d } from './dropout.js';
export { einsum } from './einsum.js';
export * from './elementwise.js';
export * from './exponential.js';
export {
  type GatherNdOptions,
  type GatherOptions,
  gather,
  gatherNd,
  indexSelect,
  type TakeAlongDimOptions,
  takeAlongDim,
} from './gather.js';
export * from './hyperbolic.js';
export { wrapIndex } from './indices.js';
export {
  type InterpolateMode,
  type InterpolateOptions,
  interpolate,
} from './interpolate.js';
export { type LpPoolOptions, lpPool2d } from './lp-pooling.js';
export * from './matmul.js';
export { type NormalizeOptions, type NormOptions, norm, normalize } from './norm.js';
export { normal } from './normal.js';
export * from './normalization.js';
export { maskedFill, oneHot } from './one-hot.js';
export * from './pad.js';
export {
  circularPad2d,
  constantPad2d,
  type PaddingMode,
  reflectionPad2d,
  replicationPad2d,
  type SidePadding,
} from './pad-2d.js';
export * from './pixel-shuffle.js';
export * from './pooling.js';
export * from './pooling-1d.js';
export * from './pooling-3d.js';
export { bmm, dot, mm, mv, outer } from './products.js';
export * from './random.js';
export {
  type ArangeOptions,
  arange,
  linspace,
  type MeshgridOptions,
  meshgrid,
} from './ranges.js';
export {
  all,
  any,
  argmax,
  argmin,
  countNonzero,
  type Dims,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  prod,
  type ReductionOptions,
  softmax,
  sum,
} from './reduction.js';
export * from './rounding.js';
export * from './rows.js';
export {
  type IndexAddOptions,
  indexAdd,
  type ScatterNdOptions,
  type ScatterOptions,
  type ScatterReduceOptions,
  type ScatterReduction,
  type ScatterValueOptions,
  scatter,
  scatterAdd,
  scatterNd,
  scatterReduce,
} from './scatter.js';
export {
  type NarrowOptions,
  narrow,
  roll,
  type SliceDimOptions,
  select,
  sliceDim,
  unbind,
} from './slicing.js';
export { type ArgsortOptions, argsort } from './sorting.js';
export * from './statistics.js';
export { type SortOptions, sort, type TopKOptions, topK, type ValuesWithIndices } from './top-k.js';
export {
  type DiagonalOptions,
  diag,
  diagEmbed,
  diagonal,
  type EyeOptions,
  eye,
  trace,
  tril,
  triu,
} from './triangles.js';
export * from './trigonometry.js';
export * from './view.js';
