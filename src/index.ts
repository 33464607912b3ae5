/** Fovea: tensors, differentiation and compiled programs. Layers, optimisers, data and models have entries of their own. */

import { keepTuningIn } from './backends/default-backend.js';
import { installLazyEvaluation } from './compiler/index.js';
import { TuningFiles } from './formats/tuning-file.js';

installLazyEvaluation();
keepTuningIn(new TuningFiles());

export * from './autodiff/index.js';
export { ready, setThreads, threadCount } from './backends/default-backend.js';
export type {
  MethodTime,
  TunedKernel,
  TuningOptions,
  TuningProgress,
} from './backends/tuning.js';
export {
  type Compiled,
  type CompileOptions,
  compile,
  type KernelDescription,
  type KernelTime,
  Program,
  type ProgramDescription,
  type Recomputation,
  type TensorTree,
  tune,
} from './compiler/index.js';
export type { DType, TypedArray } from './graph/dtype.js';
export { ShapeError, ValueError } from './graph/errors.js';
export type { Shape } from './graph/shape.js';
export { Tensor } from './graph/tensor.js';
export { Variable } from './graph/variable.js';
export * from './ops/index.js';
