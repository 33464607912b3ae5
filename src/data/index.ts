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
export {
  type CaptionEntry,
  type CaptionListOptions,
  type DirectoryHandle,
  type FileHandle,
  givenParts,
  imageFolderFromDirectory,
  imageFolderFromFiles,
  type LoadPicturesOptions,
  loadPictures,
  noClass,
  openCaptionList,
  openImageFolder,
  openPairedFolders,
  openPictureParts,
  openPictures,
  type PictureBatch,
  type PictureFile,
  PictureLoader,
  type PictureLoaderOptions,
  type PictureParts,
  type PicturePartsOptions,
  type PictureSet,
  picturesAt,
  type SkippedPicture,
  splitPictures,
} from './pictures/index.js';
export * from './points/index.js';
export { datasetNames, type LoadDatasetOptions, loadDataset } from './registry.js';
export { resizedDataset } from './resized-dataset.js';
export {
  type ColorJitterOptions,
  type CutoutOptions,
  centerCropTransform,
  colorJitter,
  createTransform,
  cutout,
  type ElasticDistortionOptions,
  elasticDistortion,
  type FlipOptions,
  horizontalFlip,
  type PaddedCropOptions,
  type PlanesShape,
  paddedCrop,
  type RandomCropOptions,
  type RandomResizedCropOptions,
  type ResizeTransformOptions,
  type RotationOptions,
  randomCrop,
  randomResizedCrop,
  resize,
  rotation,
  type SizeOptions,
  type Transform,
  type TransformContext,
  transformNames,
  verticalFlip,
} from './transforms/index.js';
