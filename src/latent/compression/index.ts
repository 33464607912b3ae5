/** Pictures as entropy-coded codes of a trained autoencoder. */

export {
  type CompressedCodes,
  type CompressOptions,
  compressPictures,
  type DecompressedPictures,
  decompressPictures,
  readCodes,
} from './compress-pictures.js';
export type { Codec } from './step-choice.js';
