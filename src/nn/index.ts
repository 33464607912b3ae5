/** Layers, losses and initialisation. */

export {
  Elu,
  Gelu,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyRelu,
  Mish,
  Relu,
  Relu6,
  Selu,
  Sigmoid,
  Silu,
  Softplus,
  Softsign,
  Tanh,
} from './activations.js';
export {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  GlobalAvgPool2d,
  GlobalMaxPool2d,
} from './adaptive-pooling.js';
export { Conv1d, type Conv1dLayerOptions } from './conv-1d.js';
export { Conv2d, type Conv2dLayerOptions } from './conv-2d.js';
export { ConvTranspose2d, type ConvTranspose2dLayerOptions } from './conv-transpose-2d.js';
export { type CrossEntropyOptions, checkLabels, crossEntropy } from './cross-entropy.js';
export { Flatten, type FlattenOptions } from './flatten.js';
export { freeze, isFrozen, trainableParameters, unfreeze } from './freezing.js';
export * as init from './init.js';
export { Linear, type LinearOptions } from './linear.js';
export { accuracy } from './metrics.js';
export { type AnyModule, Module, type ObservedOutput, observeOutputs } from './module.js';
export {
  CircularPad2d,
  ConstantPad2d,
  ReflectionPad2d,
  ReplicationPad2d,
  ZeroPad2d,
} from './padding.js';
export { Parameter } from './parameter.js';
export { AvgPool2d, MaxPool2d } from './pooling.js';
export { PRelu, type PReluOptions } from './prelu.js';
export { PixelShuffle, PixelUnshuffle, Upsample } from './resizing.js';
export { manualSeed } from './seed.js';
export { Sequential } from './sequential.js';
export { LogSoftmax, Softmax, type SoftmaxOptions } from './softmax.js';
export type {
  LoadedState,
  LoadStateOptions,
  StateDict,
  StateSource,
  StateTensor,
} from './state-dict.js';
