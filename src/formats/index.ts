/** Readers and writers of the files that the library exchanges with the world. */

export { type FileSystem, WriteError, writeFileAtomically } from './atomic-file.js';
export { FormatError, type FormatProblem } from './format-error.js';
export { decodeImage } from './images/decode-image.js';
export { type ImageKind, imageKind } from './images/image-kind.js';
export type { ImagePixels } from './images/image-pixels.js';
export { decodePng, encodePng } from './images/png.js';
export {
  centerCrop,
  type ResizeFilter,
  type ResizeOptions,
  resizeImage,
  resizeShorterSide,
  type ShorterSideOptions,
} from './images/resize-image.js';
export {
  loadOnnx,
  type NamedTensor,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxGraph,
  type OnnxInputs,
  OnnxModel,
  type OnnxModelOptions,
  type OnnxNode,
  type OnnxValue,
  type OpenExternal,
  type OpenOnnxOptions,
  openOnnx,
  openOnnxFile,
  readOnnx,
  readOnnxTensor,
  type TensorData,
  UnsupportedOperatorError,
  type ValueInfo,
} from './onnx/index.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type SafetensorsTensor,
} from './safetensors.js';
