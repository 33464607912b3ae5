/** BasicConv2d: a convolution, its batch normalisation and a ReLU, of which GoogLeNet and Inception v3 are made in torchvision. */

import type { Tensor } from '../graph/tensor.js';
import { BatchNorm2d } from '../nn/batch-norm.js';
import { Conv2d, type Conv2dLayerOptions } from '../nn/conv-2d.js';
import { Module } from '../nn/module.js';
import { relu } from '../ops/elementwise.js';

export class BasicConv2d extends Module {
  readonly conv: Conv2d;
  readonly bn: BatchNorm2d;

  constructor(inChannels: number, outChannels: number, options: Conv2dLayerOptions) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, { ...options, bias: false });
    this.bn = new BatchNorm2d(outChannels, { eps: 0.001 });
  }

  forward(x: Tensor): Tensor {
    return relu(this.bn.call(this.conv.call(x)));
  }
}
