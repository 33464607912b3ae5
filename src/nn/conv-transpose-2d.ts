/** ConvTranspose2d: the transposed convolution layer. */

import type { Tensor } from '../graph/tensor.js';
import { pairOf } from '../ops/conv-2d.js';
import { checkOutputPadding, convTranspose2d } from '../ops/conv-transpose-2d.js';
import { checkChannelGroups } from './channel-groups.js';
import { initLikePyTorch } from './default-init.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

export interface ConvTranspose2dLayerOptions {
  kernelSize: number | readonly [number, number];
  /** Default: 1. */
  stride?: number | readonly [number, number];
  /** What is cut off the full result on each side. Default: 0. */
  padding?: number | readonly [number, number];
  /** Rows and columns added below and at the right; smaller than stride or dilation. Default: 0. */
  outputPadding?: number | readonly [number, number];
  /** Default: 1. */
  groups?: number;
  /** Default: true. */
  bias?: boolean;
  /** Default: 1. */
  dilation?: number | readonly [number, number];
}

const optionNames = [
  'kernelSize',
  'stride',
  'padding',
  'outputPadding',
  'groups',
  'bias',
  'dilation',
];

/**
 * Transposed convolution of [N, inChannels, H, W] to [N, outChannels, OH, OW], which enlarges by the stride.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const up = new ConvTranspose2d(64, 32, { kernelSize: 4, stride: 2, padding: 1 });
 *     const y = up.call(x);
 */
export class ConvTranspose2d extends Module {
  /** [inChannels, outChannels / groups, KH, KW] */
  readonly weight: Parameter;
  /** [outChannels], or null without bias. */
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly outputPadding: readonly [number, number];
  readonly groups: number;
  readonly dilation: readonly [number, number];

  constructor(inChannels: number, outChannels: number, options: ConvTranspose2dLayerOptions) {
    super();
    const owner = 'ConvTranspose2d';
    const { groups = 1, bias = true } = options;
    checkOptionNames(owner, options, optionNames);
    checkChannelGroups(owner, { inChannels, outChannels, groups });
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = pairOf(options.kernelSize, `${owner}: kernelSize`);
    this.stride = pairOf(options.stride ?? 1, `${owner}: stride`);
    this.padding = pairOf(options.padding ?? 0, `${owner}: padding`, 0);
    this.outputPadding = pairOf(options.outputPadding ?? 0, `${owner}: outputPadding`, 0);
    this.dilation = pairOf(options.dilation ?? 1, `${owner}: dilation`);
    checkOutputPadding(this.outputPadding, this.stride, this.dilation);
    this.groups = groups;
    this.weight = new Parameter([inChannels, outChannels / groups, ...this.kernelSize]);
    this.bias = bias ? new Parameter([outChannels]) : null;
    initLikePyTorch(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, outputPadding, groups, dilation } = this;
    const bias = this.bias ?? undefined;
    const options = { bias, stride, padding, outputPadding, groups, dilation };
    return convTranspose2d(x, this.weight, options);
  }

  override describe(): string {
    return `ConvTranspose2d ${this.inChannels} -> ${this.outChannels}`;
  }
}
