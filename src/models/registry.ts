/** The models that can be created by name. */

import { ValueError } from '../graph/errors.js';
import { nearestName } from '../text/nearest-name.js';
import { AlexNet, AlexNet2012 } from './alexnet.js';
import { GoogLeNet, googlenet2014 } from './googlenet.js';
import type { ImageClassifier, ImageClassifierOptions } from './image-classifier.js';
import { InceptionV3 } from './inception-v3.js';
import { LeNet5 } from './lenet5.js';
import { LeNet5Original } from './lenet5-1998.js';
import {
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50,
  wideResnet50,
} from './resnet.js';
import {
  resnet18Cifar,
  resnet20,
  resnet32,
  resnet44,
  resnet56,
  resnet110,
} from './resnet-cifar.js';
import {
  vgg11,
  vgg11BatchNorm,
  vgg13,
  vgg13BatchNorm,
  vgg16,
  vgg16BatchNorm,
  vgg19,
  vgg19BatchNorm,
} from './vgg.js';

export interface ModelOptions extends ImageClassifierOptions {
  /** Have the auxiliary heads of GoogLeNet and Inception v3. Default: true. */
  auxiliary?: boolean;
}

/** By torchvision's names, where it has the network. */
const models: Readonly<Record<string, (options: ModelOptions) => ImageClassifier>> = {
  lenet5: (options) => new LeNet5(options),
  lenet5_1998: (options) => new LeNet5Original(options),
  alexnet: (options) => new AlexNet(options),
  alexnet_2012: (options) => new AlexNet2012(options),
  vgg11,
  vgg13,
  vgg16,
  vgg19,
  vgg11_bn: vgg11BatchNorm,
  vgg13_bn: vgg13BatchNorm,
  vgg16_bn: vgg16BatchNorm,
  vgg19_bn: vgg19BatchNorm,
  googlenet: (options) => new GoogLeNet(options),
  googlenet_2014: googlenet2014,
  inception_v3: (options) => new InceptionV3(options),
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d: resnext50,
  wide_resnet50_2: wideResnet50,
  resnet18_cifar: resnet18Cifar,
  resnet20,
  resnet32,
  resnet44,
  resnet56,
  resnet110,
};

/** The names that `createModel` knows. */
export const modelNames = (): string[] => Object.keys(models);

/**
 * A new model by name, its weights initialised.
 *
 * Throws ValueError when no model has that name.
 *
 *     const model = createModel('lenet5', { numClasses: 10 });
 */
export function createModel(name: string, options: ModelOptions = {}): ImageClassifier {
  if (!Object.hasOwn(models, name)) {
    const near = nearestName(name, modelNames());
    throw new ValueError(
      `there is no model "${name}"; ` +
        (near ? `did you mean "${near}"?` : `use one of ${modelNames().join(', ')}`),
    );
  }
  return models[name](options);
}
