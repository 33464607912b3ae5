/** Picture files: folders and lists of them, and the loader that decodes them beside the training step. */

export type { PictureBatch } from './batch-slot.js';
export { type CaptionEntry, type CaptionListOptions, openCaptionList } from './caption-list.js';
export { noClass, openPictures } from './flat-folder.js';
export {
  type DirectoryHandle,
  type FileHandle,
  imageFolderFromDirectory,
  imageFolderFromFiles,
  openImageFolder,
} from './image-folder.js';
export { type LoadPicturesOptions, loadPictures } from './load-pictures.js';
export { openPairedFolders } from './paired-folders.js';
export { PictureLoader, type PictureLoaderOptions, type SkippedPicture } from './picture-loader.js';
export {
  givenParts,
  openPictureParts,
  type PictureParts,
  type PicturePartsOptions,
} from './picture-parts.js';
export { type PictureFile, type PictureSet, picturesAt, splitPictures } from './picture-set.js';
