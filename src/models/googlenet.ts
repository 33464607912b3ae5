/** GoogLeNet, Szegedy et al., "Going Deeper with Convolutions" (2014): as in torchvision, with batch normalisation, and as in the paper. */

import type { Tensor } from '../graph/tensor.js';
import { AdaptiveAvgPool2d } from '../nn/adaptive-pooling.js';
import { Conv2d, type Conv2dLayerOptions } from '../nn/conv-2d.js';
import { Dropout } from '../nn/dropout.js';
import { isFrozen } from '../nn/freezing.js';
import { Identity } from '../nn/identity.js';
import { constant, kaimingUniform, normal } from '../nn/init.js';
import { Linear } from '../nn/linear.js';
import { LocalResponseNorm } from '../nn/local-response-norm.js';
import { Module } from '../nn/module.js';
import { NamedSequential } from '../nn/named-sequential.js';
import { AvgPool2d, MaxPool2d } from '../nn/pooling.js';
import { Sequential } from '../nn/sequential.js';
import { concatenate } from '../ops/concatenate.js';
import { flatten } from '../ops/dims.js';
import { relu } from '../ops/elementwise.js';
import type { AuxiliaryHeads, LogitsWithAuxiliary } from '../train/classifier-loss.js';
import { BasicConv2d } from './basic-conv-2d.js';
import { ImageClassifier, type ImageClassifierOptions, withUsual } from './image-classifier.js';

/** A convolution with a bias and a ReLU, before there was batch normalisation. */
class PlainConv2d extends Module {
  readonly conv: Conv2d;

  constructor(inChannels: number, outChannels: number, options: Conv2dLayerOptions) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, options);
  }

  forward(x: Tensor): Tensor {
    return relu(this.conv.call(x));
  }
}

/** What torchvision's network and the paper's do not share. */
interface Variant {
  readonly Convolution: typeof BasicConv2d | typeof PlainConv2d;
  readonly norm: () => Module;
  /** The kernel of the third branch. */
  readonly large: 3 | 5;
  readonly maxpool4: () => Module;
  /** What an auxiliary head makes of its maps first: [N, C, 4, 4]. */
  readonly auxiliaryPool: () => Module;
  readonly dropout: number;
  readonly initialise: (network: Module) => void;
}

const pool = (kernelSize: number) => new MaxPool2d({ kernelSize, stride: 2, ceilMode: true });

const torchvision: Variant = {
  Convolution: BasicConv2d,
  norm: () => new Identity(),
  large: 3,
  maxpool4: () => pool(2),
  auxiliaryPool: () => new AdaptiveAvgPool2d(4),
  dropout: 0.2,
  initialise: (network) => {
    for (const [, { weight }] of weightedLayers(network)) normal(weight, { std: 0.01 });
  },
};

const original: Variant = {
  Convolution: PlainConv2d,
  norm: () => new LocalResponseNorm(5),
  large: 5,
  maxpool4: () => pool(3),
  // The paper's 5x5 windows give 4x4 maps of 14x14, those of 224x224 pictures; of others, means do.
  auxiliaryPool: () =>
    new Sequential(new AvgPool2d({ kernelSize: 5, stride: 3 }), new AdaptiveAvgPool2d(4)),
  dropout: 0.4,
  // The paper does not say; this is what the authors of Caffe trained it from.
  initialise: (network) => {
    for (const [path, { weight, bias }] of weightedLayers(network)) {
      kaimingUniform(weight, { nonlinearity: 'linear' });
      constant(bias!, /fc2?$/.test(path) ? 0 : 0.2);
    }
  },
};

const weightedLayers = (network: Module): [string, Conv2d | Linear][] =>
  network.namedModules().filter((entry): entry is [string, Conv2d | Linear] => {
    return entry[1] instanceof Conv2d || entry[1] instanceof Linear;
  });

/** A row of the paper's table 1. */
interface InceptionPlan {
  readonly one: number;
  readonly reduce3: number;
  readonly three: number;
  readonly reduce5: number;
  readonly five: number;
  readonly pool: number;
}

/** Four branches side by side: 1x1, 3x3, 5x5 and pooling, with 1x1 convolutions that spare arithmetic. */
class Inception extends Module {
  readonly branch1: Module;
  readonly branch2: Sequential;
  readonly branch3: Sequential;
  readonly branch4: Sequential;

  constructor(inChannels: number, plan: InceptionPlan, { Convolution, large }: Variant) {
    super();
    this.branch1 = new Convolution(inChannels, plan.one, { kernelSize: 1 });
    this.branch2 = new Sequential(
      new Convolution(inChannels, plan.reduce3, { kernelSize: 1 }),
      new Convolution(plan.reduce3, plan.three, { kernelSize: 3, padding: 1 }),
    );
    this.branch3 = new Sequential(
      new Convolution(inChannels, plan.reduce5, { kernelSize: 1 }),
      new Convolution(plan.reduce5, plan.five, { kernelSize: large, padding: (large - 1) / 2 }),
    );
    this.branch4 = new Sequential(
      new MaxPool2d({ kernelSize: 3, stride: 1, padding: 1 }),
      new Convolution(inChannels, plan.pool, { kernelSize: 1 }),
    );
  }

  forward(x: Tensor): Tensor {
    const branches = [this.branch1, this.branch2, this.branch3, this.branch4];
    return concatenate(
      branches.map((branch) => branch.call(x)),
      1,
    );
  }
}

/** A small classifier on the maps of an inner layer. */
class AuxiliaryHead extends Module {
  readonly pool: Module;
  readonly conv: Module;
  readonly fc1 = new Linear(128 * 4 * 4, 1024);
  fc2: Linear;
  readonly dropout = new Dropout(0.7);

  constructor(inChannels: number, numClasses: number, { Convolution, auxiliaryPool }: Variant) {
    super();
    this.pool = auxiliaryPool();
    this.conv = new Convolution(inChannels, 128, { kernelSize: 1 });
    this.fc2 = new Linear(1024, numClasses);
  }

  forward(x: Tensor): Tensor {
    const maps = this.conv.call(this.pool.call(x));
    const hidden = relu(this.fc1.call(flatten(maps, { startDim: 1 })));
    return this.fc2.call(this.dropout.call(hidden));
  }
}

/** The logits of a head that takes part: in training, and unless it is frozen. */
const learning = (head: AuxiliaryHead | null, x: Tensor): Tensor[] =>
  head?.training && !isFrozen(head.fc2.weight) ? [head.call(x)] : [];

export interface GoogLeNetOptions extends ImageClassifierOptions {
  /** Have the two auxiliary heads, which take part in training only. Default: true. */
  auxiliary?: boolean;
}

/**
 * Pictures [N, 3, H, W], 224x224 in the paper -> logits [N, numClasses], 1000 by default.
 *
 * Throws ValueError for an unknown or wrong option.
 *
 *     const model = new GoogLeNet({ numClasses: 10 });
 *     const { logits, auxiliary } = model.callWithAuxiliary(x);
 */
export class GoogLeNet extends ImageClassifier implements AuxiliaryHeads {
  readonly conv1: Module;
  readonly maxpool1 = pool(3);
  readonly norm1: Module;
  readonly conv2: Module;
  readonly conv3: Module;
  readonly norm2: Module;
  readonly maxpool2 = pool(3);
  readonly inception3a: Module;
  readonly inception3b: Module;
  readonly maxpool3 = pool(3);
  readonly inception4a: Module;
  readonly inception4b: Module;
  readonly inception4c: Module;
  readonly inception4d: Module;
  readonly inception4e: Module;
  readonly maxpool4: Module;
  readonly inception5a: Module;
  readonly inception5b: Module;
  aux1: AuxiliaryHead | null;
  aux2: AuxiliaryHead | null;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly dropout: Dropout;
  fc: Linear;
  /** The paper's 0.3. */
  readonly auxiliaryWeight = 0.3;

  constructor(options: GoogLeNetOptions = {}, variant: Variant = torchvision) {
    super();
    const usual = { numClasses: 1000, auxiliary: true };
    const { numClasses, auxiliary } = withUsual('GoogLeNet', options, usual);
    const { Convolution } = variant;
    const inception = (inChannels: number, widths: readonly number[]) => {
      const [one, reduce3, three, reduce5, five, pool] = widths;
      return new Inception(inChannels, { one, reduce3, three, reduce5, five, pool }, variant);
    };
    this.conv1 = new Convolution(3, 64, { kernelSize: 7, stride: 2, padding: 3 });
    this.norm1 = variant.norm();
    this.conv2 = new Convolution(64, 64, { kernelSize: 1 });
    this.conv3 = new Convolution(64, 192, { kernelSize: 3, padding: 1 });
    this.norm2 = variant.norm();
    this.inception3a = inception(192, [64, 96, 128, 16, 32, 32]);
    this.inception3b = inception(256, [128, 128, 192, 32, 96, 64]);
    this.inception4a = inception(480, [192, 96, 208, 16, 48, 64]);
    this.inception4b = inception(512, [160, 112, 224, 24, 64, 64]);
    this.inception4c = inception(512, [128, 128, 256, 24, 64, 64]);
    this.inception4d = inception(512, [112, 144, 288, 32, 64, 64]);
    this.inception4e = inception(528, [256, 160, 320, 32, 128, 128]);
    this.maxpool4 = variant.maxpool4();
    this.inception5a = inception(832, [256, 160, 320, 32, 128, 128]);
    this.inception5b = inception(832, [384, 192, 384, 48, 128, 128]);
    this.aux1 = auxiliary ? new AuxiliaryHead(512, numClasses, variant) : null;
    this.aux2 = auxiliary ? new AuxiliaryHead(528, numClasses, variant) : null;
    this.dropout = new Dropout(variant.dropout);
    this.fc = new Linear(1024, numClasses);
    variant.initialise(this);
  }

  get features(): NamedSequential {
    const { conv1, maxpool1, norm1, conv2, conv3, norm2, maxpool2 } = this;
    const { inception3a, inception3b, maxpool3 } = this;
    const { inception4a, inception4b, inception4c, inception4d, inception4e, maxpool4 } = this;
    const { inception5a, inception5b } = this;
    return new NamedSequential({
      ...{ conv1, maxpool1, norm1, conv2, conv3, norm2, maxpool2 },
      ...{ inception3a, inception3b, maxpool3 },
      ...{ inception4a, inception4b, inception4c, inception4d, inception4e, maxpool4 },
      ...{ inception5a, inception5b },
    });
  }

  classify(maps: Tensor): Tensor {
    const means = flatten(this.avgpool.call(maps), { startDim: 1 });
    return this.fc.call(this.dropout.call(means));
  }

  forward(x: Tensor): Tensor {
    // As part of this network, so that the layers keep their paths.
    return this.classify(this.features.forward(x));
  }

  callWithAuxiliary(x: Tensor): LogitsWithAuxiliary {
    return this.within(() => {
      const auxiliary: Tensor[] = [];
      for (const layer of this.features.layers) {
        x = layer.call(x);
        if (layer === this.inception4a) auxiliary.push(...learning(this.aux1, x));
        if (layer === this.inception4d) auxiliary.push(...learning(this.aux2, x));
      }
      return { logits: this.classify(x), auxiliary };
    });
  }

  get classifier(): Module {
    return this.fc;
  }

  replaceHead(numClasses: number): Linear {
    for (const head of [this.aux1, this.aux2]) {
      if (head) head.fc2 = new Linear(head.fc2.inFeatures, numClasses);
    }
    this.fc = new Linear(this.fc.inFeatures, numClasses);
    return this.fc;
  }

  override describe(): string {
    return 'GoogLeNet';
  }
}

/**
 * GoogLeNet as in the paper: biases and local response normalisation instead of batch normalisation,
 * 5x5 kernels where torchvision's has 3x3; 7.0 million parameters, 13.4 with the auxiliary heads.
 */
export const googlenet2014 = (options?: GoogLeNetOptions): GoogLeNet =>
  new GoogLeNet(options, original);
