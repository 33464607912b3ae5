/** Conv1d: the convolution layer over sequences. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { conv2d, paddingOf, pairOf } from '../ops/conv-2d.js';
import { type PaddingMode, paddingModes, padPicture } from '../ops/pad-2d.js';
import { reshape } from '../ops/view.js';
import { checkChannelGroups } from './channel-groups.js';
import { initLikePyTorch } from './default-init.js';
import { Module } from './module.js';
import { checkCount, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

export interface Conv1dLayerOptions {
  kernelSize: number;
  /** Default: 1. */
  stride?: number;
  /** One number for both ends, [before, behind], or 'same' to keep the length. Default: 0. */
  padding?: number | readonly [number, number] | 'same' | 'valid';
  /** Default: 1. */
  dilation?: number;
  /** Default: 1. */
  groups?: number;
  /** Default: true. */
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
 * Convolution of [N, inChannels, L] to [N, outChannels, OL].
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const conv = new Conv1d(16, 32, { kernelSize: 3, padding: 1 });
 *     const y = conv.call(x);
 */
export class Conv1d extends Module {
  /** [outChannels, inChannels / groups, K] */
  readonly weight: Parameter;
  /** [outChannels], or null without bias. */
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  /** [before, behind] */
  readonly padding: readonly [number, number];
  readonly dilation: number;
  readonly groups: number;
  readonly paddingMode: PaddingMode;

  constructor(inChannels: number, outChannels: number, options: Conv1dLayerOptions) {
    super();
    const { kernelSize, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    const { paddingMode = 'zeros' } = options;
    checkOptionNames('Conv1d', options, optionNames);
    checkOptionNames('Conv1d: paddingMode', { [paddingMode]: true }, paddingModes);
    checkChannelGroups('Conv1d', { inChannels, outChannels, groups });
    const counts = { kernelSize, stride, dilation };
    for (const [name, count] of Object.entries(counts)) checkCount('Conv1d', name, count);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.dilation = dilation;
    const ends = typeof padding === 'string' ? null : pairOf(padding, 'Conv1d: padding', 0);
    const [, , before, behind] = paddingOf(
      ends ? [0, 0, ...ends] : (padding as 'same' | 'valid'),
      [1, kernelSize],
      [1, stride],
      [1, dilation],
    );
    this.padding = [before, behind];
    this.groups = groups;
    this.paddingMode = paddingMode;
    this.weight = new Parameter([outChannels, inChannels / groups, kernelSize]);
    this.bias = bias ? new Parameter([outChannels]) : null;
    initLikePyTorch(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    const { weight, stride, dilation, groups, kernelSize } = this;
    if (x.rank !== 3 || x.shape[1] !== this.inChannels) {
      throw new ShapeError(`expected [N, ${this.inChannels}, L], got ${formatShape(x.shape)}`);
    }
    const [batch, channels, length] = x.shape;
    const sides = [0, 0, ...this.padding] as const;
    const padded = padPicture(reshape(x, [batch, channels, 1, length]), sides, this.paddingMode);
    const filters = reshape(weight, [this.outChannels, weight.shape[1], 1, kernelSize]);
    const y = conv2d(padded, filters, {
      bias: this.bias ?? undefined,
      stride: [1, stride],
      dilation: [1, dilation],
      groups,
    });
    return reshape(y, [batch, this.outChannels, y.shape[3]]);
  }

  override describe(): string {
    return `Conv1d ${this.inChannels} -> ${this.outChannels}`;
  }
}
