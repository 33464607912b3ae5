/** LeNet-5 as in LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition" (1998), section II.B. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import { Conv2d } from '../nn/conv-2d.js';
import { uniform } from '../nn/init.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { NamedSequential } from '../nn/named-sequential.js';
import { Parameter } from '../nn/parameter.js';
import { concatenate } from '../ops/concatenate.js';
import { conv2d } from '../ops/conv-2d.js';
import { tensor, zeros } from '../ops/creation.js';
import { flatten } from '../ops/dims.js';
import { add, mul, neg, sub, tanh } from '../ops/elementwise.js';
import { indexSelect } from '../ops/gather.js';
import { pad } from '../ops/pad.js';
import { sumPool2d } from '../ops/pooling.js';
import { sum } from '../ops/reduction.js';
import { reshape } from '../ops/view.js';
import { ImageClassifier, withUsual } from './image-classifier.js';
import type { LeNet5Options } from './lenet5.js';
import { characterCodes } from './lenet5-characters.js';

/** Which of the 6 maps of S2 each of the 16 maps of C3 sees: the paper's table I. */
const connections: readonly (readonly number[])[] = [
  ...[
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 5],
    [0, 4, 5],
    [0, 1, 5],
  ],
  ...[
    [0, 1, 2, 3],
    [1, 2, 3, 4],
    [2, 3, 4, 5],
    [0, 3, 4, 5],
    [0, 1, 4, 5],
    [0, 1, 2, 5],
  ],
  ...[
    [0, 1, 3, 4],
    [1, 2, 4, 5],
    [0, 2, 3, 5],
  ],
  [0, 1, 2, 3, 4, 5],
];

/** f(a) = A tanh(S a), with f(1) = 1 and f(-1) = -1. */
class Squash extends Module {
  forward(a: Tensor): Tensor {
    return mul(tanh(mul(a, 2 / 3)), 1.7159);
  }

  override describe(): string {
    return 'Squash';
  }
}

/** Evenly within 2.4 / the number of inputs of a unit. */
function initialise(parameter: Parameter, inputs: number): void {
  uniform(parameter, { low: -2.4 / inputs, high: 2.4 / inputs });
}

/** Images of 28x28 in the middle of a field of 32x32, and those of 32x32 as they are. */
class Field extends Module {
  forward(x: Tensor): Tensor {
    const [, , height, width] = x.shape;
    if (x.rank === 4 && height === 32 && width === 32) return x;
    if (x.rank === 4 && height === 28 && width === 28) {
      return pad(x, { low: [0, 0, 2, 2], high: [0, 0, 2, 2] });
    }
    throw new ShapeError(
      `expected images [N, 1, 32, 32] or [N, 1, 28, 28], got ${formatShape(x.shape)}; resize them`,
    );
  }

  override describe(): string {
    return 'Field';
  }
}

/** Sums of 2x2 neighbours, times a trained coefficient and plus a trained bias for each map. */
class Subsampling extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(readonly channels: number) {
    super();
    this.weight = new Parameter([channels]);
    this.bias = new Parameter([channels]);
    initialise(this.weight, 4);
    initialise(this.bias, 4);
  }

  forward(x: Tensor): Tensor {
    const perMap = [this.channels, 1, 1];
    const sums = sumPool2d(x, { kernelSize: 2 });
    return add(mul(sums, reshape(this.weight, perMap)), reshape(this.bias, perMap));
  }

  override describe(): string {
    return `Subsampling ${this.channels}`;
  }
}

/** 5x5 convolution whose maps see some of the 6 input maps each: one kernel for each connection. */
class PartialConv2d extends Module {
  /** [60, 5, 5], by output map and then by input map. */
  readonly weight = new Parameter([connections.flat().length, 5, 5]);
  readonly bias = new Parameter([connections.length]);

  constructor() {
    super();
    initialise(this.weight, 25 * 4);
    initialise(this.bias, 25 * 4);
  }

  forward(x: Tensor): Tensor {
    // The kernel of every pair of maps; those that are not connected take the last, which is zero.
    let next = 0;
    const missing = this.weight.shape[0];
    const places = connections.flatMap((seen) =>
      [0, 1, 2, 3, 4, 5].map((map) => (seen.includes(map) ? next++ : missing)),
    );
    const kernels = concatenate([this.weight, zeros([1, 5, 5])]);
    const all = indexSelect(kernels, {
      dim: 0,
      index: tensor(places, [places.length], 'int32'),
    });
    return conv2d(x, reshape(all, [connections.length, 6, 5, 5]), { bias: this.bias });
  }

  override describe(): string {
    return 'PartialConv2d 6 -> 16';
  }
}

/** Less the squared distance of x [N, 84] from the picture of each class: [N, numClasses]. */
class EuclideanRbf extends Module {
  /** [numClasses, 84] of -1 and 1; chosen by hand, not trained. */
  readonly weight: Variable;

  constructor(readonly numClasses: number) {
    super();
    this.weight = new Variable(characterCodes(numClasses), [numClasses, 84], 'float32');
  }

  forward(x: Tensor): Tensor {
    const distances = sub(reshape(x, [x.shape[0], 1, 84]), this.weight);
    return neg(sum(mul(distances, distances), 2));
  }

  override describe(): string {
    return `EuclideanRbf 84 -> ${this.numClasses}`;
  }
}

/**
 * The LeNet-5 of 1998: scaled tangents, trained subsampling, partly connected maps and an output that
 * compares with pictures of the characters. Images [N, 1, 32, 32], or [N, 1, 28, 28] with zeros around them
 * -> minus the paper's penalties [N, numClasses], whose cross entropy is the paper's equation 9 for an
 * infinite j. 60,000 parameters, 340,908 connections.
 *
 * Throws ValueError for an unknown or wrong option, ShapeError for images of another size.
 *
 *     const model = new LeNet5Original();
 *     const loss = crossEntropy(model.call(x), labels);
 */
export class LeNet5Original extends ImageClassifier {
  readonly field = new Field(); // [N, 1, 32, 32]
  readonly c1 = new Conv2d(1, 6, { kernelSize: 5 });
  readonly squash1 = new Squash(); // [N, 6, 28, 28]
  readonly s2 = new Subsampling(6);
  readonly squash2 = new Squash(); // [N, 6, 14, 14]
  readonly c3 = new PartialConv2d();
  readonly squash3 = new Squash(); // [N, 16, 10, 10]
  readonly s4 = new Subsampling(16);
  readonly squash4 = new Squash(); // [N, 16, 5, 5]
  readonly c5 = new Conv2d(16, 120, { kernelSize: 5 });
  readonly squash5 = new Squash(); // [N, 120, 1, 1]
  readonly f6 = new Linear(120, 84);
  readonly squash6 = new Squash(); // [N, 84]
  output: EuclideanRbf;

  constructor(options: LeNet5Options = {}) {
    super();
    const { numClasses } = withUsual('LeNet5Original', options, { numClasses: 10 });
    this.output = new EuclideanRbf(numClasses);
    for (const { weight, bias } of [this.c1, this.c5, this.f6]) {
      const inputs = weight.size / weight.shape[0];
      initialise(weight, inputs);
      initialise(bias!, inputs);
    }
  }

  get features(): NamedSequential {
    const { field, c1, squash1, s2, squash2, c3, squash3, s4, squash4, c5, squash5 } = this;
    return new NamedSequential({
      ...{ field, c1, squash1, s2, squash2, c3, squash3, s4, squash4, c5, squash5 },
    });
  }

  get classifier(): NamedSequential {
    const { f6, squash6, output } = this;
    return new NamedSequential({ f6, squash6, output });
  }

  classify(maps: Tensor): Tensor {
    // As part of this network, so that the layers keep their paths.
    return this.classifier.forward(flatten(maps, { startDim: 1 }));
  }

  forward(x: Tensor): Tensor {
    return this.classify(this.features.forward(x));
  }

  replaceHead(numClasses: number): Module {
    this.output = new EuclideanRbf(numClasses);
    return this.output;
  }

  override describe(): string {
    return 'LeNet5Original';
  }
}
