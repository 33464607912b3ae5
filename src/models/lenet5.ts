/** LeNet-5 as it is usual today, after LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition" (1998). */

import type { Tensor } from '../graph/tensor.js';
import { Relu } from '../nn/activations.js';
import { Conv2d } from '../nn/conv-2d.js';
import { Linear } from '../nn/linear.js';
import { NamedSequential } from '../nn/named-sequential.js';
import { MaxPool2d } from '../nn/pooling.js';
import { flatten } from '../ops/dims.js';
import { ImageClassifier, type ImageClassifierOptions, withUsual } from './image-classifier.js';
import { requireSize } from './picture-size.js';

export interface LeNet5Options extends ImageClassifierOptions {}

/**
 * Images [N, 1, 28, 28] -> logits [N, numClasses], 10 by default, with ReLU and max pooling where the paper
 * has scaled tangents and trained averages (`LeNet5Original`). Throws ValueError for an unknown or wrong option.
 *
 *     const logits = new LeNet5().call(x);
 */
export class LeNet5 extends ImageClassifier {
  readonly conv1 = new Conv2d(1, 6, { kernelSize: 5, padding: 2 });
  readonly relu1 = new Relu();
  readonly pool1 = new MaxPool2d({ kernelSize: 2 }); // [N, 6, 14, 14]
  readonly conv2 = new Conv2d(6, 16, { kernelSize: 5 });
  readonly relu2 = new Relu();
  readonly pool2 = new MaxPool2d({ kernelSize: 2 }); // [N, 16, 5, 5]
  readonly fc1 = new Linear(16 * 5 * 5, 120);
  readonly relu3 = new Relu();
  readonly fc2 = new Linear(120, 84);
  readonly relu4 = new Relu();
  fc3: Linear;

  constructor(options: LeNet5Options = {}) {
    super();
    const { numClasses } = withUsual('LeNet5', options, { numClasses: 10 });
    this.fc3 = new Linear(84, numClasses);
  }

  get features(): NamedSequential {
    const { conv1, relu1, pool1, conv2, relu2, pool2 } = this;
    return new NamedSequential({ conv1, relu1, pool1, conv2, relu2, pool2 });
  }

  get classifier(): NamedSequential {
    const { fc1, relu3, fc2, relu4, fc3 } = this;
    return new NamedSequential({ fc1, relu3, fc2, relu4, fc3 });
  }

  classify(maps: Tensor): Tensor {
    // As part of this network, so that the layers keep their paths.
    return this.classifier.forward(flatten(maps, { startDim: 1 }));
  }

  forward(x: Tensor): Tensor {
    requireSize(x, { smallest: 28, largest: 31 });
    return this.classify(this.features.forward(x));
  }

  replaceHead(numClasses: number): Linear {
    this.fc3 = new Linear(84, numClasses);
    return this.fc3;
  }

  override describe(): string {
    return 'LeNet5';
  }
}
