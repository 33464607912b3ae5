/** Conv1d: the convolution layer over sequences. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { conv1d } from '../ops/conv-1d.js';
import { type PaddingMode, padPicture } from '../ops/pad-2d.js';
import { reshape } from '../ops/view.js';
import { convolutionSettings } from './convolution-settings.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

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
    const convolution = { axes: 1, inChannels, outChannels, options };
    const settings = convolutionSettings('Conv1d', convolution);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    [this.kernelSize] = settings.kernel;
    [this.stride] = settings.stride;
    this.padding = settings.sides as readonly [number, number];
    [this.dilation] = settings.dilation;
    this.groups = settings.groups;
    this.paddingMode = settings.paddingMode;
    this.weight = settings.weight;
    this.bias = settings.bias;
  }

  forward(x: Tensor): Tensor {
    const { weight, stride, padding, dilation, groups } = this;
    if (x.rank !== 3 || x.shape[1] !== this.inChannels) {
      throw new ShapeError(
        `expected [N, ${this.inChannels}, L] with ${this.inChannels} channels, ` +
          `got ${formatShape(x.shape)}`,
      );
    }
    const options = { bias: this.bias ?? undefined, stride, dilation, groups };
    if (this.paddingMode === 'zeros') return conv1d(x, weight, { ...options, padding });
    const oneRow = reshape(x, [x.shape[0], x.shape[1], 1, x.shape[2]]);
    const padded = padPicture(oneRow, [0, 0, ...padding], this.paddingMode);
    return conv1d(reshape(padded, [...x.shape.slice(0, 2), padded.shape[3]]), weight, options);
  }

  override describe(): string {
    return `Conv1d ${this.inChannels} -> ${this.outChannels}`;
  }
}
