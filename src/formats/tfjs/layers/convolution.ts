/** Convolutions of pictures: plain, by channel, separable and transposed. */

import type { Tensor } from '../../../graph/tensor.js';
import { Conv2d, type Conv2dLayerOptions } from '../../../nn/conv-2d.js';
import { ConvTranspose2d } from '../../../nn/conv-transpose-2d.js';
import { Module } from '../../../nn/module.js';
import { padPicture } from '../../../ops/pad-2d.js';
import type { BuildLayer, LayerContext } from '../layer.js';
import { reordered } from '../reordered.js';
import { samePadding, type Windows } from '../same-padding.js';

/** A convolution whose padding may be TensorFlow's 'same', which depends on the size of the picture. */
class KerasConv2d extends Conv2d {
  readonly #same: boolean;

  constructor(
    inChannels: number,
    outChannels: number,
    options: Conv2dLayerOptions & { same: boolean },
  ) {
    const { same, ...rest } = options;
    super(inChannels, outChannels, rest);
    this.#same = same;
  }

  override forward(x: Tensor): Tensor {
    if (!this.#same || x.rank !== 4) return super.forward(x);
    const { kernelSize: kernel, stride, dilation } = this;
    return super.forward(padPicture(x, samePadding(x, { kernel, stride, dilation }), 'zeros'));
  }
}

/** First each channel by itself, then all of them at each place. */
class SeparableConv2d extends Module {
  readonly depthwise: Conv2d;
  readonly pointwise: Conv2d;

  constructor(depthwise: Conv2d, pointwise: Conv2d) {
    super();
    this.depthwise = depthwise;
    this.pointwise = pointwise;
  }

  forward(x: Tensor): Tensor {
    return this.pointwise.call(this.depthwise.call(x));
  }

  override describe(): string {
    return `SeparableConv2d ${this.depthwise.inChannels} -> ${this.pointwise.outChannels}`;
  }
}

interface Settings extends Windows {
  readonly same: boolean;
  readonly bias: boolean;
}

function settingsOf({ config }: LayerContext): Settings {
  return {
    kernel: config.pair('kernel_size', null),
    stride: config.pair('strides', [1, 1]),
    dilation: config.pair('dilation_rate', [1, 1]),
    same: config.choice('padding', ['valid', 'same'], 'valid') === 'same',
    bias: config.boolean('use_bias', true),
  };
}

const optionsOf = ({ kernel, stride, dilation, same, bias }: Settings) => ({
  ...{ kernelSize: kernel, stride, dilation, same, bias },
});

export const conv2D: BuildLayer = async (context) => {
  const settings = settingsOf(context);
  const filters = context.config.number('filters', 0);
  const groups = context.config.number('groups', 1);
  const kernel = await context.weight('kernel', [...settings.kernel, null, filters]);
  const options = { ...optionsOf(settings), groups };
  const layer = new KerasConv2d(kernel.shape[2] * groups, filters, options);
  layer.weight.set(reordered(kernel, [3, 2, 0, 1]));
  await setBias(context, layer);
  return layer;
};

export const depthwiseConv2D: BuildLayer = async (context) => {
  const settings = settingsOf(context);
  context.config.expect('groups', 1);
  context.config.number('filters', 0);
  const layer = await depthwise(context, settings);
  await setBias(context, layer);
  return layer;
};

export const separableConv2D: BuildLayer = async (context) => {
  const settings = settingsOf(context);
  context.config.expect('groups', 1);
  const filters = context.config.number('filters', 0);
  const first = await depthwise(context, { ...settings, bias: false });
  const kernel = await context.weight('pointwise_kernel', [1, 1, first.outChannels, filters]);
  const second = new Conv2d(first.outChannels, filters, { kernelSize: 1, bias: settings.bias });
  second.weight.set(reordered(kernel, [3, 2, 0, 1]));
  await setBias(context, second);
  return new SeparableConv2d(first, second);
};

/** A convolution of each channel by itself, which makes several of it: how many the weight itself tells. */
async function depthwise(context: LayerContext, settings: Settings): Promise<KerasConv2d> {
  context.config.number('depth_multiplier', 1);
  const kernel = await context.weight('depthwise_kernel', [...settings.kernel, null, null]);
  const [, , channels, times] = kernel.shape;
  const options = { ...optionsOf(settings), groups: channels };
  const layer = new KerasConv2d(channels, channels * times, options);
  layer.weight.set(reordered(kernel, [2, 3, 0, 1]));
  return layer;
}

/** TensorFlow makes the result the input's size times the stride, or with 'valid' all that windows reach. */
export const conv2DTranspose: BuildLayer = async (context) => {
  const { kernel, stride, same, bias } = settingsOf(context);
  const filters = context.config.number('filters', 0);
  context.config.expect('dilation_rate', [1, 1]);
  context.config.expect('groups', 1);
  context.config.expect('output_padding');
  const weight = await context.weight('kernel', [...kernel, filters, null]);
  const excess = kernel.map((extent, axis) => (same ? Math.max(extent - stride[axis], 0) : 0));
  const layer = new ConvTranspose2d(weight.shape[3], filters, {
    kernelSize: kernel,
    stride,
    bias,
    padding: [
      Math.floor(excess[0] / 2),
      Math.ceil(excess[0] / 2),
      Math.floor(excess[1] / 2),
      Math.ceil(excess[1] / 2),
    ],
    outputPadding: [Math.max(stride[0] - kernel[0], 0), Math.max(stride[1] - kernel[1], 0)],
  });
  layer.weight.set(reordered(weight, [3, 2, 0, 1]));
  await setBias(context, layer);
  return layer;
};

async function setBias(
  context: LayerContext,
  { bias, outChannels }: Pick<Conv2d, 'bias' | 'outChannels'>,
): Promise<void> {
  bias?.set((await context.weight('bias', [outChannels])).data);
}
