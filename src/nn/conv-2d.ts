/** Conv2d: the convolution layer. */

import type { Tensor } from '../graph/tensor.js';
import { conv2d, type Padding, paddingOf, pairOf } from '../ops/conv-2d.js';
import { type PaddingMode, paddingModes, padPicture } from '../ops/pad-2d.js';
import { checkChannelGroups } from './channel-groups.js';
import { initLikePyTorch } from './default-init.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

export interface Conv2dLayerOptions {
  /** One number, or [height, width]. */
  kernelSize: number | readonly [number, number];
  /** One number, or [vertical, horizontal]. Default: 1. */
  stride?: number | readonly [number, number];
  /** One number, [vertical, horizontal], [top, bottom, left, right], or 'same' for stride 1. Default: 0. */
  padding?: Padding;
  /** Distance of the kernel's taps. Default: 1. */
  dilation?: number | readonly [number, number];
  /** Groups of channels that do not see each other. Default: 1. */
  groups?: number;
  /** Add a number per output channel. Default: true. */
  bias?: boolean;
  /** What stands in the padding. Default: 'zeros'. */
  paddingMode?: PaddingMode;
}

const optionNames = [
  'kernelSize',
  'stride',
  'padding',
  'dilation',
  'groups',
  'bias',
  'paddingMode',
];

/**
 * Convolution of [N, inChannels, H, W] to [N, outChannels, OH, OW].
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const conv = new Conv2d(1, 6, { kernelSize: 5, padding: 2 });
 *     const y = conv.call(x);
 */
export class Conv2d extends Module {
  /** [outChannels, inChannels / groups, KH, KW] */
  readonly weight: Parameter;
  /** [outChannels], or null without bias. */
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding;
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly paddingMode: PaddingMode;

  constructor(inChannels: number, outChannels: number, options: Conv2dLayerOptions) {
    super();
    const { padding = 0, groups = 1, bias = true, paddingMode = 'zeros' } = options;
    checkOptionNames('Conv2d', options, optionNames);
    checkOptionNames('Conv2d: paddingMode', { [paddingMode]: true }, paddingModes);
    checkChannelGroups('Conv2d', { inChannels, outChannels, groups });
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = pairOf(options.kernelSize, 'Conv2d: kernelSize');
    this.stride = pairOf(options.stride ?? 1, 'Conv2d: stride');
    this.dilation = pairOf(options.dilation ?? 1, 'Conv2d: dilation');
    // Only to find a wrong padding here and not in the first call.
    paddingOf(padding, this.kernelSize, this.stride, this.dilation);
    this.padding = padding;
    this.groups = groups;
    this.paddingMode = paddingMode;
    this.weight = new Parameter([outChannels, inChannels / groups, ...this.kernelSize]);
    this.bias = bias ? new Parameter([outChannels]) : null;
    initLikePyTorch(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, dilation, groups } = this;
    const bias = this.bias ?? undefined;
    if (this.paddingMode === 'zeros') {
      return conv2d(x, this.weight, { bias, stride, padding, dilation, groups });
    }
    const sides = paddingOf(padding, this.kernelSize, stride, dilation);
    const padded = padPicture(x, sides, this.paddingMode);
    return conv2d(padded, this.weight, { bias, stride, dilation, groups });
  }

  override describe(): string {
    return `Conv2d ${this.inChannels} -> ${this.outChannels}`;
  }
}
