/** A fully connected layer over a picture as the equal convolution, and back. */

import { ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import { paddingOf } from '../ops/conv-2d.js';
import { Conv2d } from './conv-2d.js';
import { Linear } from './linear.js';
import type { Parameter } from './parameter.js';

export interface LinearToConv2dOptions {
  /** What was flattened before the linear layer: [C, H, W]. */
  inputShape: readonly [number, number, number];
}

/**
 * The convolution with an H x W kernel that computes what `linear` computes of a flattened [C, H, W].
 *
 * On a larger picture it slides over it: a classifier whose first fully connected layer takes
 * 512 x 7 x 7 features to 4096, turned into a 7 x 7 convolution (and the layers behind it into
 * 1 x 1 convolutions), classifies every place of the larger picture in one pass, with the weights
 * that it has (Long et al. 2015). Weights are copied. Throws ValueError when the shape does not
 * have the layer's input features.
 *
 *     const fc = new Linear(512 * 7 * 7, 4096);
 *     const conv = linearToConv2d(fc, { inputShape: [512, 7, 7] });
 */
export function linearToConv2d(linear: Linear, { inputShape }: LinearToConv2dOptions): Conv2d {
  const [channels, height, width] = inputShape;
  if (inputShape.length !== 3 || channels * height * width !== linear.inFeatures) {
    throw new ValueError(
      `linearToConv2d: inputShape ${formatShape(inputShape)} does not hold the ` +
        `${linear.inFeatures} input features of the layer; give [C, H, W] as it was flattened`,
    );
  }
  const options = { kernelSize: [height, width], bias: linear.bias !== null } as const;
  const conv = new Conv2d(channels, linear.outFeatures, options);
  copy(linear, conv);
  return conv;
}

/**
 * The fully connected layer that computes what `conv` computes of a picture as large as its kernel.
 *
 * Weights are copied. Throws ValueError for a convolution with groups, padding or dilation.
 *
 *     const fc = conv2dToLinear(new Conv2d(512, 4096, { kernelSize: 7 }));
 *     const y = fc.call(new Flatten().call(x));
 */
export function conv2dToLinear(conv: Conv2d): Linear {
  const sides = paddingOf(conv.padding, conv.kernelSize, conv.stride, conv.dilation);
  const plain = [...sides, conv.groups - 1, ...conv.dilation.map((n) => n - 1)];
  if (plain.some((n) => n !== 0)) {
    throw new ValueError(
      'conv2dToLinear: the convolution has groups, padding or dilation; ' +
        'only a plain one sees its whole input as a fully connected layer does',
    );
  }
  const [height, width] = conv.kernelSize;
  const options = { bias: conv.bias !== null };
  const linear = new Linear(conv.inChannels * height * width, conv.outChannels, options);
  copy(conv, linear);
  return linear;
}

interface Weighted {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
}

/** Both keep a row of weights per output, its inputs in the order [C, H, W]. */
function copy(from: Weighted, to: Weighted): void {
  to.weight.set(from.weight.data());
  if (from.bias && to.bias) to.bias.set(from.bias.data());
}
