/** ConvTranspose2d: the transposed convolution layer. */

import type { Tensor } from '../graph/tensor.js';
import { pairOf } from '../ops/conv-2d.js';
import { checkOutputPadding, convTranspose2d } from '../ops/conv-transpose-2d.js';
import { transposedSides } from '../ops/spatial-options.js';
import { checkChannelGroups } from './channel-groups.js';
import { initLikePyTorch } from './default-init.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

type Pair = readonly [number, number];
type Sides = readonly [number, number, number, number];

export interface ConvTranspose2dLayerOptions {
  kernelSize: number | Pair;
  /** Default: 1. */
  stride?: number | Pair;
  /**
   * What is cut off the full result: one number, [vertical, horizontal], [top, bottom, left, right], or
   * 'same' for the input's size times the stride. Default: 0.
   */
  padding?: number | Pair | Sides | 'same';
  /** Rows and columns added below and at the right; smaller than stride or dilation. Default: 0. */
  outputPadding?: number | Pair;
  /** Default: 1. */
  groups?: number;
  /** Default: true. */
  bias?: boolean;
  /** Default: 1. */
  dilation?: number | Pair;
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
  readonly kernelSize: Pair;
  readonly stride: Pair;
  /** [top, bottom, left, right] */
  readonly padding: Sides;
  readonly outputPadding: Pair;
  readonly groups: number;
  readonly dilation: Pair;

  constructor(inChannels: number, outChannels: number, options: ConvTranspose2dLayerOptions) {
    super();
    const owner = 'ConvTranspose2d';
    checkOptionNames(owner, options, optionNames);
    const { padding = 0, groups = 1, bias = true } = options;
    checkChannelGroups(owner, { inChannels, outChannels, groups });
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = pairOf(options.kernelSize, `${owner}: kernelSize`);
    this.stride = pairOf(options.stride ?? 1, `${owner}: stride`);
    this.outputPadding = pairOf(options.outputPadding ?? 0, `${owner}: outputPadding`, 0);
    this.dilation = pairOf(options.dilation ?? 1, `${owner}: dilation`);
    checkOutputPadding(this.outputPadding, this.stride, this.dilation);
    const windows = { kernel: this.kernelSize, stride: this.stride, dilation: this.dilation };
    this.padding = transposedSides(padding, windows, `${owner}: padding`) as Sides;
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
