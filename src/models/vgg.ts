/** VGG, Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (2014). */

import { Relu } from '../nn/activations.js';
import { AdaptiveAvgPool2d } from '../nn/adaptive-pooling.js';
import { BatchNorm2d } from '../nn/batch-norm.js';
import { Conv2d } from '../nn/conv-2d.js';
import { Dropout } from '../nn/dropout.js';
import { constant, kaimingNormal, normal } from '../nn/init.js';
import { Linear } from '../nn/linear.js';
import type { Module } from '../nn/module.js';
import { MaxPool2d } from '../nn/pooling.js';
import { Sequential } from '../nn/sequential.js';
import { type ImageClassifierOptions, withUsual } from './image-classifier.js';
import { StackedClassifier } from './stacked-classifier.js';

/** The columns of the paper's table 1: channels of 3x3 convolutions, pooled between the stages. */
const columns = {
  11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  13: [
    [64, 64],
    [128, 128],
    [256, 256],
    [512, 512],
    [512, 512],
  ],
  16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
  19: [
    [64, 64],
    [128, 128],
    [256, 256, 256, 256],
    [512, 512, 512, 512],
    [512, 512, 512, 512],
  ],
} as const;

export interface VggPlan {
  /** How many layers have weights. */
  readonly depth: keyof typeof columns;
  /** Normalise behind every convolution. Default: false. */
  readonly batchNorm?: boolean;
}

/**
 * Pictures [N, 3, H, W] of 32x32 or more, 224x224 in the paper -> logits [N, numClasses], 1000 by default.
 *
 * Throws ValueError for an unknown or wrong option.
 *
 *     const model = new Vgg({ depth: 16 }); // vgg16()
 *     const maps = model.features.call(x); // [N, 512, H / 32, W / 32]
 */
export class Vgg extends StackedClassifier {
  readonly features: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d(7);
  protected readonly smallest = 32;
  classifier: Sequential;

  constructor({ depth, batchNorm = false }: VggPlan, options: ImageClassifierOptions = {}) {
    super();
    const { numClasses } = withUsual('Vgg', options, { numClasses: 1000 });
    const layers: Module[] = [];
    let inChannels = 3;
    for (const stage of columns[depth]) {
      for (const channels of stage) {
        layers.push(new Conv2d(inChannels, channels, { kernelSize: 3, padding: 1 }));
        if (batchNorm) layers.push(new BatchNorm2d(channels));
        layers.push(new Relu());
        inChannels = channels;
      }
      layers.push(new MaxPool2d({ kernelSize: 2 }));
    }
    this.features = new Sequential(...layers);
    this.classifier = new Sequential(
      new Linear(512 * 7 * 7, 4096),
      new Relu(),
      new Dropout(0.5),
      new Linear(4096, 4096),
      new Relu(),
      new Dropout(0.5),
      new Linear(4096, numClasses),
    );
    this.#initialise();
  }

  #initialise(): void {
    for (const [, layer] of this.namedModules()) {
      if (layer instanceof Conv2d) {
        kaimingNormal(layer.weight, { mode: 'fanOut', nonlinearity: 'relu' });
        constant(layer.bias!, 0);
      } else if (layer instanceof Linear) {
        normal(layer.weight, { std: 0.01 });
        constant(layer.bias!, 0);
      }
    }
  }

  override describe(): string {
    return 'Vgg';
  }
}

/** VGG-11, the paper's column A: 132.9 million parameters, 7.6 billion multiply-adds for 224x224. */
export const vgg11 = (options?: ImageClassifierOptions): Vgg => new Vgg({ depth: 11 }, options);

/** VGG-13, the paper's column B: 133.0 million parameters, 11.3 billion multiply-adds for 224x224. */
export const vgg13 = (options?: ImageClassifierOptions): Vgg => new Vgg({ depth: 13 }, options);

/** VGG-16, the paper's column D: 138.4 million parameters, 15.5 billion multiply-adds for 224x224. */
export const vgg16 = (options?: ImageClassifierOptions): Vgg => new Vgg({ depth: 16 }, options);

/** VGG-19, the paper's column E: 143.7 million parameters, 19.6 billion multiply-adds for 224x224. */
export const vgg19 = (options?: ImageClassifierOptions): Vgg => new Vgg({ depth: 19 }, options);

/** VGG-11 with batch normalisation. */
export const vgg11BatchNorm = (options?: ImageClassifierOptions): Vgg =>
  new Vgg({ depth: 11, batchNorm: true }, options);

/** VGG-13 with batch normalisation. */
export const vgg13BatchNorm = (options?: ImageClassifierOptions): Vgg =>
  new Vgg({ depth: 13, batchNorm: true }, options);

/** VGG-16 with batch normalisation. */
export const vgg16BatchNorm = (options?: ImageClassifierOptions): Vgg =>
  new Vgg({ depth: 16, batchNorm: true }, options);

/** VGG-19 with batch normalisation. */
export const vgg19BatchNorm = (options?: ImageClassifierOptions): Vgg =>
  new Vgg({ depth: 19, batchNorm: true }, options);
