/** LayerNorm and GroupNorm: normalise each example by itself, over features or groups of channels. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, type Shape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { groupNorm, layerNorm } from '../ops/normalization.js';
import { Module } from './module.js';
import { checkCount, checkNumber, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

export interface LayerNormLayerOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learn a scale and a shift per element of `normalizedShape`. Default: true. */
  elementwiseAffine?: boolean;
  /** Learn the shift, if a scale is learned. Default: true. */
  bias?: boolean;
}

/**
 * Normalises over the last dimensions, `normalizedShape` (Ba, Kiros and Hinton 2016).
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const norm = new LayerNorm(64);
 *     const y = norm.call(x); // x [..., 64]
 */
export class LayerNorm extends Module {
  /** `normalizedShape`, or null without `elementwiseAffine`. */
  readonly weight: Parameter | null;
  /** `normalizedShape`, or null without `elementwiseAffine` or `bias`. */
  readonly bias: Parameter | null;
  readonly normalizedShape: Shape;
  readonly eps: number;

  constructor(normalizedShape: number | Shape, options: LayerNormLayerOptions = {}) {
    super();
    checkOptionNames('LayerNorm', options, ['eps', 'elementwiseAffine', 'bias']);
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    const shape = Array.isArray(normalizedShape) ? [...normalizedShape] : [normalizedShape];
    if (shape.length === 0) {
      throw new ValueError('LayerNorm: normalizedShape is []; expected at least one extent');
    }
    for (const extent of shape) checkCount('LayerNorm', 'normalizedShape', extent);
    checkNumber('LayerNorm', { eps });
    this.normalizedShape = shape;
    this.eps = eps;
    const ones = new Float32Array(sizeOf(shape)).fill(1);
    this.weight = elementwiseAffine ? new Parameter(shape, ones) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(shape) : null;
  }

  forward(x: Tensor): Tensor {
    const { normalizedShape, eps, weight, bias } = this;
    const tensors = { weight: weight ?? undefined, bias: bias ?? undefined };
    return layerNorm(x, { ...tensors, normalizedShape, eps });
  }

  override describe(): string {
    return `LayerNorm ${formatShape(this.normalizedShape)}`;
  }
}

export interface GroupNormLayerOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learn a scale and a shift per channel. Default: true. */
  affine?: boolean;
}

/**
 * Normalises [N, C, ...] over groups of channels (Wu and He 2018).
 *
 * Throws ValueError when an option is unknown or out of range or the groups do not divide the channels.
 *
 *     const norm = new GroupNorm(8, 64);
 *     const y = norm.call(x);
 */
export class GroupNorm extends Module {
  /** [numChannels], or null without `affine`. */
  readonly weight: Parameter | null;
  /** [numChannels], or null without `affine`. */
  readonly bias: Parameter | null;
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;

  constructor(numGroups: number, numChannels: number, options: GroupNormLayerOptions = {}) {
    super();
    checkOptionNames('GroupNorm', options, ['eps', 'affine']);
    const { eps = 1e-5, affine = true } = options;
    checkCount('GroupNorm', 'numGroups', numGroups);
    checkCount('GroupNorm', 'numChannels', numChannels);
    checkNumber('GroupNorm', { eps });
    if (numChannels % numGroups !== 0) {
      throw new ValueError(
        `GroupNorm: numGroups is ${numGroups}, which does not divide ${numChannels} channels; ` +
          `use a divisor`,
      );
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    const ones = new Float32Array(numChannels).fill(1);
    this.weight = affine ? new Parameter([numChannels], ones) : null;
    this.bias = affine ? new Parameter([numChannels]) : null;
  }

  forward(x: Tensor): Tensor {
    const { numGroups, numChannels, eps, weight, bias } = this;
    if (x.rank < 2 || x.shape[1] !== numChannels) {
      throw new ShapeError(
        `expected ${numChannels} channels in [N, C, ...], got ${formatShape(x.shape)}`,
      );
    }
    const tensors = { weight: weight ?? undefined, bias: bias ?? undefined };
    return groupNorm(x, { ...tensors, numGroups, eps });
  }

  override describe(): string {
    return `GroupNorm ${this.numGroups} of ${this.numChannels}`;
  }
}
