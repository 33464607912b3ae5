/** ResNet, He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2015), with ResNeXt (Xie et al. 2016) and Wide ResNet (Zagoruyko and Komodakis 2016). */

import type { Tensor } from '../graph/tensor.js';
import { Relu } from '../nn/activations.js';
import { AdaptiveAvgPool2d } from '../nn/adaptive-pooling.js';
import { BatchNorm2d } from '../nn/batch-norm.js';
import { Conv2d } from '../nn/conv-2d.js';
import { Identity } from '../nn/identity.js';
import { kaimingNormal } from '../nn/init.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { NamedSequential } from '../nn/named-sequential.js';
import { MaxPool2d } from '../nn/pooling.js';
import { Sequential } from '../nn/sequential.js';
import { flatten } from '../ops/dims.js';
import { add, relu } from '../ops/elementwise.js';
import { ImageClassifier, type ImageClassifierOptions, withUsual } from './image-classifier.js';

/** What a residual block is made of; `width` is that of its inner convolutions before groups widen it. */
interface BlockPlan {
  readonly inChannels: number;
  readonly width: number;
  readonly stride: number;
  readonly groups: number;
  readonly widthPerGroup: number;
}

const conv3x3 = (from: number, to: number, options: { stride?: number; groups?: number } = {}) =>
  new Conv2d(from, to, { kernelSize: 3, padding: 1, bias: false, ...options });

const conv1x1 = (from: number, to: number, options: { stride?: number } = {}) =>
  new Conv2d(from, to, { kernelSize: 1, bias: false, ...options });

/** The shortcut's projection, where the block changes the shape; null where it is the identity. */
function projection({ inChannels, stride }: BlockPlan, outChannels: number): Sequential | null {
  if (stride === 1 && inChannels === outChannels) return null;
  return new Sequential(conv1x1(inChannels, outChannels, { stride }), new BatchNorm2d(outChannels));
}

/** Two 3x3 convolutions beside a shortcut. */
class BasicBlock extends Module {
  static readonly expansion = 1;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | null;

  constructor(plan: BlockPlan) {
    super();
    const { inChannels, width, stride } = plan;
    this.conv1 = conv3x3(inChannels, width, { stride });
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = conv3x3(width, width);
    this.bn2 = new BatchNorm2d(width);
    this.downsample = projection(plan, width);
  }

  forward(x: Tensor): Tensor {
    let y = relu(this.bn1.call(this.conv1.call(x)));
    y = this.bn2.call(this.conv2.call(y));
    return relu(add(y, this.downsample ? this.downsample.call(x) : x));
  }
}

/**
 * 1x1 to fewer channels, 3x3 (in groups, for ResNeXt), 1x1 to more channels, beside a shortcut.
 *
 * The 3x3 convolution has the stride, as in torchvision; in the paper the first 1x1 has it.
 */
class Bottleneck extends Module {
  static readonly expansion = 4;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly downsample: Sequential | null;

  constructor(plan: BlockPlan) {
    super();
    const { inChannels, stride, groups, widthPerGroup } = plan;
    const width = Math.floor((plan.width * widthPerGroup) / 64) * groups;
    const outChannels = plan.width * Bottleneck.expansion;
    this.conv1 = conv1x1(inChannels, width);
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = conv3x3(width, width, { stride, groups });
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = conv1x1(width, outChannels);
    this.bn3 = new BatchNorm2d(outChannels);
    this.downsample = projection(plan, outChannels);
  }

  forward(x: Tensor): Tensor {
    let y = relu(this.bn1.call(this.conv1.call(x)));
    y = relu(this.bn2.call(this.conv2.call(y)));
    y = this.bn3.call(this.conv3.call(y));
    return relu(add(y, this.downsample ? this.downsample.call(x) : x));
  }
}

/** A row of the paper's table 1. */
export interface ResNetPlan {
  readonly block: 'basic' | 'bottleneck';
  /** How many blocks each of the four stages has. */
  readonly blocks: readonly [number, number, number, number];
  /** Groups of the 3x3 convolutions in bottlenecks. Default: 1. */
  readonly groups?: number;
  /** Channels of a group in the first stage. Default: 64. */
  readonly widthPerGroup?: number;
  /** 7x7 of stride 2 and pooling, or 3x3 of stride 1 for pictures of 32x32. Default: '7x7'. */
  readonly stem?: '7x7' | '3x3';
}

/**
 * Pictures [N, 3, H, W] of any size -> logits [N, numClasses], 1000 by default.
 *
 * Throws ValueError for an unknown or wrong option.
 *
 *     const model = new ResNet({ block: 'basic', blocks: [2, 2, 2, 2] }); // resnet18()
 *     const logits = model.call(x);
 */
export class ResNet extends ImageClassifier {
  readonly conv1: Conv2d;
  readonly bn1 = new BatchNorm2d(64);
  readonly relu = new Relu();
  readonly maxpool: Module;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  fc: Linear;

  constructor(plan: ResNetPlan, options: ImageClassifierOptions = {}) {
    super();
    const { numClasses } = withUsual('ResNet', options, { numClasses: 1000 });
    const { blocks, groups = 1, widthPerGroup = 64, stem = '7x7' } = plan;
    const Block = plan.block === 'basic' ? BasicBlock : Bottleneck;
    let inChannels = 64;
    const stage = (width: number, { count, stride }: { count: number; stride: number }) => {
      const layers = Array.from({ length: count }, (_, i) => {
        const shape = { inChannels, width, stride: i === 0 ? stride : 1 };
        inChannels = width * Block.expansion;
        return new Block({ ...shape, groups, widthPerGroup });
      });
      return new Sequential(...layers);
    };
    this.conv1 =
      stem === '7x7'
        ? new Conv2d(3, 64, { kernelSize: 7, stride: 2, padding: 3, bias: false })
        : conv3x3(3, 64);
    this.maxpool =
      stem === '7x7' ? new MaxPool2d({ kernelSize: 3, stride: 2, padding: 1 }) : new Identity();
    this.layer1 = stage(64, { count: blocks[0], stride: 1 });
    this.layer2 = stage(128, { count: blocks[1], stride: 2 });
    this.layer3 = stage(256, { count: blocks[2], stride: 2 });
    this.layer4 = stage(512, { count: blocks[3], stride: 2 });
    this.fc = new Linear(512 * Block.expansion, numClasses);
    for (const [, layer] of this.namedModules()) {
      if (!(layer instanceof Conv2d)) continue;
      kaimingNormal(layer.weight, { mode: 'fanOut', nonlinearity: 'relu' });
    }
  }

  get features(): Module {
    const { conv1, bn1, relu, maxpool, layer1, layer2, layer3, layer4 } = this;
    return new NamedSequential({ conv1, bn1, relu, maxpool, layer1, layer2, layer3, layer4 });
  }

  classify(maps: Tensor): Tensor {
    return this.fc.call(flatten(this.avgpool.call(maps), { startDim: 1 }));
  }

  get classifier(): Module {
    return this.fc;
  }

  replaceHead(numClasses: number): Linear {
    this.fc = new Linear(this.fc.inFeatures, numClasses);
    return this.fc;
  }

  forward(x: Tensor): Tensor {
    // As part of this network, so that the layers keep their paths.
    return this.classify(this.features.forward(x));
  }

  override describe(): string {
    return 'ResNet';
  }
}

/** ResNet-18: 11.7 million parameters, 1.8 billion multiply-adds for 224x224. */
export const resnet18 = (options?: ImageClassifierOptions): ResNet =>
  new ResNet({ block: 'basic', blocks: [2, 2, 2, 2] }, options);

/** ResNet-34: 21.8 million parameters, 3.7 billion multiply-adds for 224x224. */
export const resnet34 = (options?: ImageClassifierOptions): ResNet =>
  new ResNet({ block: 'basic', blocks: [3, 4, 6, 3] }, options);

/** ResNet-50: 25.6 million parameters, 4.1 billion multiply-adds for 224x224. */
export const resnet50 = (options?: ImageClassifierOptions): ResNet =>
  new ResNet({ block: 'bottleneck', blocks: [3, 4, 6, 3] }, options);

/** ResNet-101: 44.5 million parameters, 7.8 billion multiply-adds for 224x224. */
export const resnet101 = (options?: ImageClassifierOptions): ResNet =>
  new ResNet({ block: 'bottleneck', blocks: [3, 4, 23, 3] }, options);

/** ResNet-152: 60.2 million parameters, 11.5 billion multiply-adds for 224x224. */
export const resnet152 = (options?: ImageClassifierOptions): ResNet =>
  new ResNet({ block: 'bottleneck', blocks: [3, 8, 36, 3] }, options);

/** ResNeXt-50 32x4d: 3x3 convolutions in 32 groups of 4 channels; 25.0 million parameters. */
export const resnext50 = (options?: ImageClassifierOptions): ResNet =>
  new ResNet({ block: 'bottleneck', blocks: [3, 4, 6, 3], groups: 32, widthPerGroup: 4 }, options);

/** Wide ResNet-50-2: 3x3 convolutions of twice the channels; 68.9 million parameters. */
export const wideResnet50 = (options?: ImageClassifierOptions): ResNet =>
  new ResNet({ block: 'bottleneck', blocks: [3, 4, 6, 3], widthPerGroup: 128 }, options);
