/** LeNet-5, the network of LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition" (1998). */

import type { Tensor } from '../graph/tensor.js';
import { Conv2d } from '../nn/conv-2d.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { checkCount, checkOptionNames } from '../nn/options.js';
import { relu } from '../ops/elementwise.js';
import { maxPool2d } from '../ops/pooling.js';
import { reshape } from '../ops/view.js';

export interface LeNet5Options {
  /** Default: 10. */
  numClasses?: number;
}

/**
 * Images [N, 1, 28, 28] -> logits [N, numClasses], with ReLU and max pooling where the paper has
 * scaled tangents and trained averages. Throws ValueError for an unknown or wrong option.
 *
 *     const logits = new LeNet5().call(x);
 */
export class LeNet5 extends Module {
  readonly conv1 = new Conv2d(1, 6, { kernelSize: 5, padding: 2 });
  readonly conv2 = new Conv2d(6, 16, { kernelSize: 5 });
  readonly fc1 = new Linear(16 * 5 * 5, 120);
  readonly fc2 = new Linear(120, 84);
  readonly fc3: Linear;

  constructor(options: LeNet5Options = {}) {
    super();
    const { numClasses = 10 } = options;
    checkOptionNames('LeNet5', options, ['numClasses']);
    checkCount('LeNet5', 'numClasses', numClasses);
    this.fc3 = new Linear(84, numClasses);
  }

  forward(x: Tensor): Tensor {
    x = maxPool2d(relu(this.conv1.call(x)), { kernelSize: 2 }); // [N, 6, 14, 14]
    x = maxPool2d(relu(this.conv2.call(x)), { kernelSize: 2 }); // [N, 16, 5, 5]
    x = reshape(x, [x.shape[0], -1]);
    x = relu(this.fc1.call(x));
    x = relu(this.fc2.call(x));
    return this.fc3.call(x);
  }

  override describe(): string {
    return 'LeNet5';
  }
}
