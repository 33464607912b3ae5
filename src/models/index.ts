/** Networks, one file per family, and the registry that creates them by name. */

export { AlexNet, AlexNet2012 } from './alexnet.js';
export * from './autoencoders/index.js';
export * from './gans/index.js';
export { GoogLeNet, type GoogLeNetOptions, googlenet2014 } from './googlenet.js';
export { stateFromCaffe } from './googlenet-caffe.js';
export {
  type FineTuningOptions,
  ImageClassifier,
  type ImageClassifierOptions,
  prepareFineTuning,
} from './image-classifier.js';
export { InceptionV3, type InceptionV3Options } from './inception-v3.js';
export { LeNet5, type LeNet5Options } from './lenet5.js';
export { LeNet5Original } from './lenet5-1998.js';
export { type LoadWeightsOptions, loadWeights, saveWeights } from './load-weights.js';
export { usualPreprocessing } from './preprocessing.js';
export {
  familyOf,
  type PublishedAccuracy,
  publishedAccuracy,
  publishedNames,
} from './published.js';
export { createModel, type ModelOptions, modelNames } from './registry.js';
export {
  ResNet,
  type ResNetPlan,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50,
  wideResnet50,
} from './resnet.js';
export {
  CifarResNet,
  resnet18Cifar,
  resnet20,
  resnet32,
  resnet44,
  resnet56,
  resnet110,
} from './resnet-cifar.js';
export {
  Vgg,
  type VggPlan,
  vgg11,
  vgg11BatchNorm,
  vgg13,
  vgg13BatchNorm,
  vgg16,
  vgg16BatchNorm,
  vgg19,
  vgg19BatchNorm,
} from './vgg.js';
