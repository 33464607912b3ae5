/** Convolution and transposed convolution along one axis: the two-dimensional ones on a picture one row high. */

import type { Tensor } from '../graph/tensor.js';
import { conv2d } from './conv-2d.js';
import { convTranspose2d } from './conv-transpose-2d.js';
import {
  checkConvolution,
  checkReach,
  checkTransposedConvolution,
  transposedExtents,
} from './convolution-checks.js';
import { perAxis, sidesPerAxis, transposedSides } from './spatial-options.js';
import { reshape } from './view.js';

/** One number, as such or in a list of one. */
type Single = number | readonly [number];

export interface Conv1dOptions {
  bias?: Tensor;
  /** Default: 1. */
  stride?: Single;
  /** One number for both ends, [before, behind], 'same' or 'valid'. Default: 0. */
  padding?: Single | readonly [number, number] | 'same' | 'valid';
  /** Default: 1. */
  dilation?: Single;
  /** Default: 1. */
  groups?: number;
}

/**
 * Convolution of x [N, C, L] with weight [O, C / groups, K] -> [N, O, OL].
 *
 * Throws ShapeError when shapes do not fit, ValueError for options out of range.
 *
 *     const y = conv1d(x, weight, { bias, padding: 'same' });
 */
export function conv1d(x: Tensor, weight: Tensor, options: Conv1dOptions = {}): Tensor {
  const { bias, groups = 1 } = options;
  checkConvolution('conv1d', 1, { x, weight, bias, groups });
  const windows = windowsOf(weight, options);
  const sides = sidesPerAxis(options.padding ?? 0, windows);
  checkReach(x, windows, sides);
  const y = conv2d(oneRow(x), oneRow(weight), {
    bias,
    stride: [1, windows.stride[0]],
    dilation: [1, windows.dilation[0]],
    padding: [0, 0, sides[0], sides[1]],
    groups,
  });
  return reshape(y, [x.shape[0], weight.shape[0], y.shape[3]]);
}

export interface ConvTranspose1dOptions {
  bias?: Tensor;
  /** Default: 1. */
  stride?: Single;
  /** How much of the full result is cut off at both ends, [before, behind], or 'same' for L times the stride. Default: 0. */
  padding?: Single | readonly [number, number] | 'same';
  /** Elements added behind, where the stride leaves the size open. Default: 0. */
  outputPadding?: Single;
  /** Default: 1. */
  dilation?: Single;
  /** Default: 1. */
  groups?: number;
}

/**
 * Transposed convolution of x [N, C, L] with weight [C, O / groups, K] -> [N, O, OL],
 * OL = (L - 1) * stride - 2 * padding + dilation * (K - 1) + outputPadding + 1.
 *
 * Throws ShapeError when shapes do not fit, ValueError for options out of range.
 *
 *     const y = convTranspose1d(x, weight, { stride: 2, padding: 1 });
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  options: ConvTranspose1dOptions = {},
): Tensor {
  const { bias, groups = 1 } = options;
  checkTransposedConvolution('convTranspose1d', 1, { x, weight, bias, groups });
  const windows = windowsOf(weight, options);
  const sides = transposedSides(options.padding ?? 0, windows);
  const outputPadding = perAxis(options.outputPadding ?? 0, {
    axes: 1,
    name: 'outputPadding',
    least: 0,
  });
  const [length] = transposedExtents(x, windows, { sides, outputPadding });
  const y = convTranspose2d(oneRow(x), oneRow(weight), {
    bias,
    stride: [1, windows.stride[0]],
    dilation: [1, windows.dilation[0]],
    padding: [0, 0, sides[0], sides[1]],
    outputPadding: [0, outputPadding[0]],
    groups,
  });
  return reshape(y, [x.shape[0], y.shape[1], length]);
}

const windowsOf = (weight: Tensor, { stride = 1, dilation = 1 }: Conv1dOptions) => ({
  kernel: [weight.shape[2]],
  stride: perAxis(stride, { axes: 1, name: 'stride' }),
  dilation: perAxis(dilation, { axes: 1, name: 'dilation' }),
});

const oneRow = (x: Tensor): Tensor => reshape(x, [x.shape[0], x.shape[1], 1, x.shape[2]]);
