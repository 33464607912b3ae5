/** Readers and writers of the files that the library exchanges with the world. */

export {
  type FileChunks,
  type FileSystem,
  WriteError,
  writeFileAtomically,
} from './atomic-file.js';
export { type ByteSource, blobSource, bytesSource, openFile } from './byte-source.js';
export { FormatError, type FormatProblem } from './format-error.js';
export {
  type AnimationFrame,
  type AnimationOptions,
  decodeGifFrames,
  encodeAnimatedWebp,
  encodeGif,
} from './images/animation/index.js';
export { decodeImage } from './images/decode-image.js';
export { encodeJpeg, type JpegOptions } from './images/encode-jpeg.js';
export { encodeWebp, type WebpOptions } from './images/encode-webp.js';
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
export { decodeNpy, encodeNpy, readNpy, writeNpy } from './npy.js';
export { encodeNpz, type NpzOptions, openNpz, writeNpz } from './npz.js';
export {
  type Exportable,
  exportOnnx,
  loadOnnx,
  type NamedTensor,
  type OnnxAttribute,
  type OnnxExportOptions,
  type OnnxFile,
  type OnnxGraph,
  type OnnxInput,
  type OnnxInputs,
  OnnxModel,
  type OnnxModelOptions,
  type OnnxNode,
  type OnnxSaveOptions,
  type OnnxValue,
  type OpenExternal,
  type OpenOnnxOptions,
  type OpenShape,
  openOnnx,
  openOnnxFile,
  readOnnx,
  readOnnxTensor,
  type SavedOnnx,
  saveOnnx,
  type TensorData,
  UnsupportedOperatorError,
  type ValueInfo,
} from './onnx/index.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  type SafetensorsFile,
  streamSafetensors,
  writeSafetensors,
} from './safetensors.js';
export type { SafetensorsTensor, TensorEntry, TensorSource } from './tensor-source.js';
export { stateToWrite, type TensorToWrite } from './tensor-to-write.js';
export {
  type EventImage,
  type EventValue,
  type Histogram,
  readTensorBoard,
  type TensorBoardEvent,
  type TensorBoardOptions,
  TensorBoardWriter,
} from './tensorboard/index.js';
export { type OpenTfjsOptions, openTfjs, type TfjsInput, TfjsModel } from './tfjs/index.js';
export {
  openTorch,
  readTorch,
  type TorchDtype,
  type TorchMap,
  type TorchSet,
  TorchTensor,
  type TorchValue,
} from './torch/index.js';
export { openWeights } from './weights-file.js';
