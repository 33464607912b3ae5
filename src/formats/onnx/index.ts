/** ONNX models: read, checked and run as modules. */

export type { Attribute as OnnxAttribute } from './attributes.js';
export { UnsupportedOperatorError } from './check-graph.js';
export type { OpenExternal } from './external-data.js';
export type { OnnxFile, OnnxGraph, OnnxNode, ValueInfo } from './model-parts.js';
export { loadOnnx, type OnnxInputs, OnnxModel, type OnnxModelOptions } from './onnx-model.js';
export { type OpenOnnxOptions, openOnnx, openOnnxFile } from './open-onnx.js';
export { readOnnx } from './read-model.js';
export { type NamedTensor, readOnnxTensor } from './read-tensor.js';
export type { TensorData } from './tensor-data.js';
export type { Value as OnnxValue } from './value.js';
export type {
  Exportable,
  OnnxExportOptions,
  OnnxInput,
  OpenShape,
} from './write/export-onnx.js';
export { exportOnnx, type OnnxSaveOptions, type SavedOnnx, saveOnnx } from './write/save-onnx.js';
