/** Layers, losses and initialisation. */

export { Relu, Sigmoid, Tanh } from './activations.js';
export { Conv2d, type Conv2dLayerOptions } from './conv-2d.js';
export { type CrossEntropyOptions, checkLabels, crossEntropy } from './cross-entropy.js';
export { Flatten, type FlattenOptions } from './flatten.js';
export * as init from './init.js';
export { Linear, type LinearOptions } from './linear.js';
export { accuracy } from './metrics.js';
export { type AnyModule, Module, type ObservedOutput, observeOutputs } from './module.js';
export { Parameter } from './parameter.js';
export { AvgPool2d, MaxPool2d } from './pooling.js';
export { manualSeed } from './seed.js';
export { Sequential } from './sequential.js';
export type {
  LoadedState,
  LoadStateOptions,
  StateDict,
  StateSource,
  StateTensor,
} from './state-dict.js';
