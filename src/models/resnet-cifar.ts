/** The ResNets for pictures of 32x32 in He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2015), section 4.2. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { Relu } from '../nn/activations.js';
import { AdaptiveAvgPool2d } from '../nn/adaptive-pooling.js';
import { BatchNorm2d } from '../nn/batch-norm.js';
import { Conv2d } from '../nn/conv-2d.js';
import { kaimingNormal } from '../nn/init.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { NamedSequential } from '../nn/named-sequential.js';
import { Sequential } from '../nn/sequential.js';
import { flatten } from '../ops/dims.js';
import { add, relu } from '../ops/elementwise.js';
import { pad } from '../ops/pad.js';
import { slice } from '../ops/view.js';
import { ImageClassifier, type ImageClassifierOptions, withUsual } from './image-classifier.js';
import { ResNet } from './resnet.js';

/** Two 3x3 convolutions beside a shortcut without parameters. */
class CifarBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;

  constructor(inChannels: number, channels: number) {
    super();
    const stride = inChannels === channels ? 1 : 2;
    this.conv1 = new Conv2d(inChannels, channels, {
      kernelSize: 3,
      stride,
      padding: 1,
      bias: false,
    });
    this.bn1 = new BatchNorm2d(channels);
    this.conv2 = new Conv2d(channels, channels, { kernelSize: 3, padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(channels);
  }

  forward(x: Tensor): Tensor {
    let y = relu(this.bn1.call(this.conv1.call(x)));
    y = this.bn2.call(this.conv2.call(y));
    return relu(add(y, this.shortcut(x)));
  }

  /** The paper's option A: every other pixel, and maps of zeros, half of them before and half behind. */
  shortcut(x: Tensor): Tensor {
    const missing = this.conv2.outChannels - this.conv1.inChannels;
    if (missing === 0) return x;
    const before = missing / 2;
    const low = [0, before, 0, 0];
    return pad(slice(x, { step: [1, 1, 2, 2] }), { low, high: [0, missing - before, 0, 0] });
  }
}

/**
 * Pictures [N, 3, H, W], of 32x32 in the paper -> logits [N, numClasses], 10 by default.
 *
 * `depth` is 6n + 2: three stages of n blocks with 16, 32 and 64 channels. Throws ValueError for another
 * depth, and for an unknown or wrong option.
 *
 *     const model = new CifarResNet(20);
 *     const logits = model.call(x);
 */
export class CifarResNet extends ImageClassifier {
  readonly conv1 = new Conv2d(3, 16, { kernelSize: 3, padding: 1, bias: false });
  readonly bn1 = new BatchNorm2d(16);
  readonly relu = new Relu();
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  linear: Linear;

  constructor(depth: number, options: ImageClassifierOptions = {}) {
    super();
    const { numClasses } = withUsual('CifarResNet', options, { numClasses: 10 });
    const count = (depth - 2) / 6;
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new ValueError(
        `CifarResNet: depth is ${depth}; expected 6n + 2 layers for a whole n, such as 20, 32, 44, 56 or 110`,
      );
    }
    const stage = (inChannels: number, channels: number) => {
      const block = (_: unknown, i: number) =>
        new CifarBlock(i === 0 ? inChannels : channels, channels);
      return new Sequential(...Array.from({ length: count }, block));
    };
    this.layer1 = stage(16, 16);
    this.layer2 = stage(16, 32);
    this.layer3 = stage(32, 64);
    this.linear = new Linear(64, numClasses);
    for (const [, layer] of this.namedModules()) {
      if (layer instanceof Conv2d || layer instanceof Linear) {
        kaimingNormal(layer.weight, { nonlinearity: 'relu' });
      }
    }
  }

  get features(): Module {
    const { conv1, bn1, relu, layer1, layer2, layer3 } = this;
    return new NamedSequential({ conv1, bn1, relu, layer1, layer2, layer3 });
  }

  classify(maps: Tensor): Tensor {
    return this.linear.call(flatten(this.avgpool.call(maps), { startDim: 1 }));
  }

  get classifier(): Module {
    return this.linear;
  }

  replaceHead(numClasses: number): Linear {
    this.linear = new Linear(this.linear.inFeatures, numClasses);
    return this.linear;
  }

  forward(x: Tensor): Tensor {
    // As part of this network, so that the layers keep their paths.
    return this.classify(this.features.forward(x));
  }

  override describe(): string {
    return 'CifarResNet';
  }
}

/** ResNet-20: 270 thousand parameters, 41 million multiply-adds for 32x32. */
export const resnet20 = (options?: ImageClassifierOptions): CifarResNet =>
  new CifarResNet(20, options);

/** ResNet-32: 464 thousand parameters. */
export const resnet32 = (options?: ImageClassifierOptions): CifarResNet =>
  new CifarResNet(32, options);

/** ResNet-44: 659 thousand parameters. */
export const resnet44 = (options?: ImageClassifierOptions): CifarResNet =>
  new CifarResNet(44, options);

/** ResNet-56: 853 thousand parameters. */
export const resnet56 = (options?: ImageClassifierOptions): CifarResNet =>
  new CifarResNet(56, options);

/** ResNet-110: 1.7 million parameters. */
export const resnet110 = (options?: ImageClassifierOptions): CifarResNet =>
  new CifarResNet(110, options);

/**
 * ResNet-18 as benchmarks on CIFAR use it: torchvision's with a 3x3 stem of stride 1, no pooling behind it
 * and 10 classes; 11.2 million parameters.
 */
export const resnet18Cifar = (options: ImageClassifierOptions = {}): ResNet => {
  const { numClasses } = withUsual('ResNet', options, { numClasses: 10 });
  return new ResNet({ block: 'basic', blocks: [2, 2, 2, 2], stem: '3x3' }, { numClasses });
};
