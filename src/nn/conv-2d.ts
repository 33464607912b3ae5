/** Conv2d: the convolution layer. */

import type { Tensor } from '../graph/tensor.js';
import { conv2d, type Padding } from '../ops/conv-2d.js';
import { type PaddingMode, padPicture } from '../ops/pad-2d.js';
import { convolutionSettings } from './convolution-settings.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

type Pair = readonly [number, number];
/** [top, bottom, left, right] */
type Sides = readonly [number, number, number, number];

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
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  readonly #sides: Sides;

  constructor(inChannels: number, outChannels: number, options: Conv2dLayerOptions) {
    super();
    const convolution = { axes: 2, inChannels, outChannels, options };
    const settings = convolutionSettings('Conv2d', convolution);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = settings.kernel as Pair;
    this.stride = settings.stride as Pair;
    this.padding = options.padding ?? 0;
    this.dilation = settings.dilation as Pair;
    this.groups = settings.groups;
    this.paddingMode = settings.paddingMode;
    this.weight = settings.weight;
    this.bias = settings.bias;
    this.#sides = settings.sides as Sides;
  }

  forward(x: Tensor): Tensor {
    const { weight, stride, dilation, groups } = this;
    const options = { bias: this.bias ?? undefined, stride, dilation, groups };
    if (this.paddingMode === 'zeros')
      return conv2d(x, weight, { ...options, padding: this.#sides });
    return conv2d(padPicture(x, this.#sides, this.paddingMode), weight, options);
  }

  override describe(): string {
    return `Conv2d ${this.inChannels} -> ${this.outChannels}`;
  }
}
