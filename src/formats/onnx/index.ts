/** ONNX models: read, checked and run as modules. */

export { UnsupportedOperatorError } from './check-graph.js';
export { loadOnnx, type OnnxInputs, OnnxModel, type OnnxModelOptions } from './onnx-model.js';
export { type OnnxFile, type OnnxNode, readOnnx, type ValueInfo } from './read-model.js';
export { type NamedTensor, readOnnxTensor } from './read-tensor.js';
export type { TensorData } from './tensor-data.js';
export type { Value as OnnxValue } from './value.js';
