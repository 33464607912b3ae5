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
export {
  BatchNorm1d,
  BatchNorm2d,
  type BatchNormLayerOptions,
  InstanceNorm2d,
} from './batch-norm.js';
export { Bilinear } from './bilinear.js';
export {
  type BceOptions,
  type BceWithLogitsOptions,
  bce,
  bceWithLogits,
} from './binary-cross-entropy.js';
export { Conv1d, type Conv1dLayerOptions } from './conv-1d.js';
export { Conv2d, type Conv2dLayerOptions } from './conv-2d.js';
export { ConvTranspose2d, type ConvTranspose2dLayerOptions } from './conv-transpose-2d.js';
export { type CrossEntropyOptions, checkLabels, crossEntropy } from './cross-entropy.js';
export { Dropout, Dropout1d, Dropout2d, Dropout3d, type DropoutLayerOptions } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { Flatten, type FlattenOptions } from './flatten.js';
export { freeze, isFrozen, trainableParameters, unfreeze } from './freezing.js';
export { Identity } from './identity.js';
export { type SsimOptions, ssim, totalVariation } from './image-losses.js';
export * as init from './init.js';
export { type KlDivergenceOptions, klDivergence } from './kl-divergence.js';
export {
  GroupNorm,
  type GroupNormLayerOptions,
  LayerNorm,
  type LayerNormLayerOptions,
} from './layer-norm.js';
export { Linear, type LinearOptions } from './linear.js';
export { conv2dToLinear, type LinearToConv2dOptions, linearToConv2d } from './linear-as-conv.js';
export { LocalResponseNorm, type LocalResponseNormLayerOptions } from './local-response-norm.js';
export type { LossOptions, Reduction } from './loss-reduction.js';
export { LPPool2d } from './lp-pooling.js';
export {
  type CosineEmbeddingOptions,
  cosineEmbedding,
  hingeEmbedding,
  type MarginOptions,
  type MultiMarginOptions,
  multiMargin,
  type TripletMarginOptions,
  tripletMargin,
} from './margin-losses.js';
export { accuracy } from './metrics.js';
export { type AnyModule, Module } from './module.js';
export { NamedSequential } from './named-sequential.js';
export { NoiseSource } from './noise-source.js';
export {
  type ObservedCall,
  type ObservedOutput,
  observeCalls,
  observeOutputs,
} from './observed-calls.js';
export {
  CircularPad2d,
  ConstantPad2d,
  ReflectionPad2d,
  ReplicationPad2d,
  ZeroPad2d,
} from './padding.js';
export { Parameter } from './parameter.js';
export { AvgPool2d, MaxPool2d, MaxUnpool2d, SumPool2d } from './pooling.js';
export { PRelu, type PReluOptions } from './prelu.js';
export {
  type HuberOptions,
  huber,
  l1,
  mse,
  type SmoothL1Options,
  smoothL1,
} from './regression-losses.js';
export { PixelShuffle, PixelUnshuffle, Upsample } from './resizing.js';
export { manualSeed } from './seed.js';
export { Sequential } from './sequential.js';
export { LogSoftmax, Softmax, type SoftmaxOptions } from './softmax.js';
export { removeSpectralNorm, type SpectralNormOptions, spectralNorm } from './spectral-norm.js';
export type {
  LoadedState,
  LoadStateOptions,
  StateDict,
  StateSource,
  StateTensor,
} from './state-dict.js';
export { Unflatten } from './unflatten.js';
export { removeWeightNorm, type WeightNormOptions, weightNorm } from './weight-norm.js';
