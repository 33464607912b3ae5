/** Inception v3, Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015), as in torchvision. */

import type { Tensor } from '../graph/tensor.js';
import { AdaptiveAvgPool2d } from '../nn/adaptive-pooling.js';
import { Conv2d } from '../nn/conv-2d.js';
import { Dropout } from '../nn/dropout.js';
import { isFrozen } from '../nn/freezing.js';
import { normal } from '../nn/init.js';
import { Linear } from '../nn/linear.js';
import type { Module } from '../nn/module.js';
import { NamedSequential } from '../nn/named-sequential.js';
import { MaxPool2d } from '../nn/pooling.js';
import { flatten } from '../ops/dims.js';
import type { AuxiliaryHeads, LogitsWithAuxiliary } from '../train/classifier-loss.js';
import { BasicConv2d } from './basic-conv-2d.js';
import { ImageClassifier, type ImageClassifierOptions, withUsual } from './image-classifier.js';
import {
  AuxiliaryHead,
  InceptionA,
  InceptionB,
  InceptionC,
  InceptionD,
  InceptionE,
} from './inception-v3-blocks.js';
import { requireSize } from './picture-size.js';

export interface InceptionV3Options extends ImageClassifierOptions {
  /** Have the auxiliary head, which takes part in training only. Default: true. */
  auxiliary?: boolean;
}

const pool = () => new MaxPool2d({ kernelSize: 3, stride: 2 });

/**
 * Pictures [N, 3, H, W] of 75x75 or more, 299x299 in the paper -> logits [N, numClasses], 1000 by default;
 * 27.2 million parameters, 23.8 without the auxiliary head.
 *
 * Throws ValueError for an unknown or wrong option.
 *
 *     const model = new InceptionV3({ numClasses: 10 });
 *     const { logits, auxiliary } = model.callWithAuxiliary(x);
 */
export class InceptionV3 extends ImageClassifier implements AuxiliaryHeads {
  readonly Conv2d_1a_3x3 = new BasicConv2d(3, 32, { kernelSize: 3, stride: 2 });
  readonly Conv2d_2a_3x3 = new BasicConv2d(32, 32, { kernelSize: 3 });
  readonly Conv2d_2b_3x3 = new BasicConv2d(32, 64, { kernelSize: 3, padding: 1 });
  readonly maxpool1 = pool();
  readonly Conv2d_3b_1x1 = new BasicConv2d(64, 80, { kernelSize: 1 });
  readonly Conv2d_4a_3x3 = new BasicConv2d(80, 192, { kernelSize: 3 });
  readonly maxpool2 = pool();
  readonly Mixed_5b = new InceptionA(192, { poolChannels: 32 });
  readonly Mixed_5c = new InceptionA(256, { poolChannels: 64 });
  readonly Mixed_5d = new InceptionA(288, { poolChannels: 64 });
  readonly Mixed_6a = new InceptionB(288);
  readonly Mixed_6b = new InceptionC(768, { innerChannels: 128 });
  readonly Mixed_6c = new InceptionC(768, { innerChannels: 160 });
  readonly Mixed_6d = new InceptionC(768, { innerChannels: 160 });
  readonly Mixed_6e = new InceptionC(768, { innerChannels: 192 });
  AuxLogits: AuxiliaryHead | null;
  readonly Mixed_7a = new InceptionD(768);
  readonly Mixed_7b = new InceptionE(1280);
  readonly Mixed_7c = new InceptionE(2048);
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly dropout = new Dropout(0.5);
  fc: Linear;
  /** That of the authors' own code and of torchvision's recipes. */
  readonly auxiliaryWeight = 0.4;

  constructor(options: InceptionV3Options = {}) {
    super();
    const usual = { numClasses: 1000, auxiliary: true };
    const { numClasses, auxiliary } = withUsual('InceptionV3', options, usual);
    this.AuxLogits = auxiliary ? new AuxiliaryHead(768, numClasses) : null;
    this.fc = new Linear(2048, numClasses);
    for (const [, layer] of this.namedModules()) {
      if (layer instanceof Conv2d || layer instanceof Linear) normal(layer.weight, { std: 0.1 });
    }
    if (this.AuxLogits) normal(this.AuxLogits.fc.weight, { std: 0.001 });
  }

  get features(): NamedSequential {
    const { Conv2d_1a_3x3, Conv2d_2a_3x3, Conv2d_2b_3x3, maxpool1 } = this;
    const { Conv2d_3b_1x1, Conv2d_4a_3x3, maxpool2 } = this;
    const { Mixed_5b, Mixed_5c, Mixed_5d } = this;
    const { Mixed_6a, Mixed_6b, Mixed_6c, Mixed_6d, Mixed_6e } = this;
    const { Mixed_7a, Mixed_7b, Mixed_7c } = this;
    return new NamedSequential({
      ...{ Conv2d_1a_3x3, Conv2d_2a_3x3, Conv2d_2b_3x3, maxpool1 },
      ...{ Conv2d_3b_1x1, Conv2d_4a_3x3, maxpool2 },
      ...{ Mixed_5b, Mixed_5c, Mixed_5d },
      ...{ Mixed_6a, Mixed_6b, Mixed_6c, Mixed_6d, Mixed_6e },
      ...{ Mixed_7a, Mixed_7b, Mixed_7c },
    });
  }

  classify(maps: Tensor): Tensor {
    const means = this.dropout.call(this.avgpool.call(maps));
    return this.fc.call(flatten(means, { startDim: 1 }));
  }

  forward(x: Tensor): Tensor {
    requireSize(x, { smallest: 75 });
    // As part of this network, so that the layers keep their paths.
    return this.classify(this.features.forward(x));
  }

  callWithAuxiliary(x: Tensor): LogitsWithAuxiliary {
    return this.within(() => {
      requireSize(x, { smallest: 75 });
      const auxiliary: Tensor[] = [];
      for (const layer of this.features.layers) {
        x = layer.call(x);
        const head = layer === this.Mixed_6e ? this.AuxLogits : null;
        // A frozen head has nothing to learn, and nothing to teach.
        if (head?.training && !isFrozen(head.fc.weight)) auxiliary.push(head.call(x));
      }
      return { logits: this.classify(x), auxiliary };
    });
  }

  get classifier(): Module {
    return this.fc;
  }

  replaceHead(numClasses: number): Linear {
    if (this.AuxLogits) this.AuxLogits.fc = new Linear(this.AuxLogits.fc.inFeatures, numClasses);
    this.fc = new Linear(this.fc.inFeatures, numClasses);
    return this.fc;
  }

  override describe(): string {
    return 'InceptionV3';
  }
}
