/** Pictures as entropy-coded codes of a trained autoencoder. */

export {
  type Compressed,
  type CompressedCodes,
  type CompressOptions,
  compressCodes,
  compressPictures,
  type DecompressedPictures,
  decompressPictures,
  readCodes,
} from './compress-pictures.js';
export { type Compared, type Rival, rivalFormats } from './rival-formats.js';
export type { Codec, CodedPictures } from './step-choice.js';
