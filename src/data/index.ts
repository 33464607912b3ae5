/** Data sets, the files they come in, and the loader that serves them in batches. */

export { cifar10AtHand, loadCifar10, loadCifar100 } from './cifar.js';
export { type CifarFile, type CifarOptions, datasetFromCifar } from './cifar-records.js';
export { type Batch, DataLoader, type DataLoaderOptions } from './data-loader.js';
export { DataError, type DatasetSplits, type ImageDataset } from './dataset.js';
export {
  type DrawDigitsOptions,
  drawDigits,
  type LoadDigitsOptions,
  loadDigits,
} from './digits.js';
export type { DownloadProgress } from './download.js';
export { type HorizontalFlipOptions, horizontalFlip } from './horizontal-flip.js';
export {
  datasetFromIdx,
  type IdxArray,
  type IdxDatasetOptions,
  type IdxOptions,
  parseIdx,
  readIdx,
} from './idx.js';
export type { LoadOptions, Place } from './idx-set.js';
export {
  canFetchQuickly,
  loadFashionMnist,
  loadMnist,
  mnistAtHand,
  type QuickFetchOptions,
} from './mnist.js';
export { type PaddedCropOptions, paddedCrop } from './padded-crop.js';
export { datasetNames, type LoadDatasetOptions, loadDataset } from './registry.js';
export type { Transform, TransformContext } from './transform.js';
export { createTransform, transformNames } from './transform-names.js';
