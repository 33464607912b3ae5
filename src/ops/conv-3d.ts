/** Convolution and transposed convolution of volumes: sums of two-dimensional ones over the taps along depth. */

import type { Tensor } from '../graph/tensor.js';
import { conv2d } from './conv-2d.js';
import { checkOutputPadding, convTranspose2d } from './conv-transpose-2d.js';
import {
  checkConvolution,
  checkReach,
  checkTransposedConvolution,
  transposedExtents,
} from './convolution-checks.js';
import { add } from './elementwise.js';
import { pad } from './pad.js';
import { perAxis, sidesPerAxis, transposedSides } from './spatial-options.js';
import { permute, reshape, slice } from './view.js';

type Triple = readonly [number, number, number];
type Sides = readonly [number, number, number, number, number, number];

export interface Conv3dOptions {
  bias?: Tensor;
  /** Default: 1. */
  stride?: number | Triple;
  /** One number, three, [front, behind, top, bottom, left, right], 'same' or 'valid'. Default: 0. */
  padding?: number | Triple | Sides | 'same' | 'valid';
  /** Default: 1. */
  dilation?: number | Triple;
  /** Default: 1. */
  groups?: number;
}

/**
 * Convolution of x [N, C, D, H, W] with weight [O, C / groups, KD, KH, KW] -> [N, O, OD, OH, OW].
 *
 * Throws ShapeError when shapes do not fit, ValueError for options out of range.
 *
 *     const y = conv3d(x, weight, { bias, padding: 1 });
 */
export function conv3d(x: Tensor, weight: Tensor, options: Conv3dOptions = {}): Tensor {
  const { bias, groups = 1 } = options;
  checkConvolution('conv3d', 3, { x, weight, bias, groups });
  const windows = windowsOf(weight, options);
  const { kernel, stride, dilation } = windows;
  const sides = sidesPerAxis(options.padding ?? 0, windows);
  checkReach(x, windows, sides);
  const [front, behind, top, bottom, left, right] = sides;
  // Depth comes first, so that the planes of one tap are one piece, and the batch of a convolution.
  const planes = pad(permute(x, [2, 0, 1, 3, 4]), {
    low: [front, 0, 0, 0, 0],
    high: [behind, 0, 0, 0, 0],
  });
  const [depth, batch, channels, height, width] = planes.shape;
  const count = Math.floor((depth - (kernel[0] - 1) * dilation[0] - 1) / stride[0]) + 1;
  const taps = Array.from({ length: kernel[0] }, (_, tap) => {
    const first = tap * dilation[0];
    const met = slice(planes, {
      start: [first, 0, 0, 0, 0],
      end: [first + (count - 1) * stride[0] + 1, batch, channels, height, width],
      step: [stride[0], 1, 1, 1, 1],
    });
    return conv2d(reshape(met, [count * batch, channels, height, width]), tapOf(weight, tap), {
      stride: [stride[1], stride[2]],
      dilation: [dilation[1], dilation[2]],
      padding: [top, bottom, left, right],
      groups,
    });
  });
  const total = taps.reduce(add);
  const [, out, ...size] = total.shape;
  return finished(reshape(total, [count, batch, out, ...size]), bias);
}

export interface ConvTranspose3dOptions {
  bias?: Tensor;
  /** Default: 1. */
  stride?: number | Triple;
  /**
   * What is cut off the full result: one number, three, [front, behind, top, bottom, left, right], or 'same'
   * for the input's size times the stride. Default: 0.
   */
  padding?: number | Triple | Sides | 'same';
  /** Added behind, below and at the right, where the stride leaves the size open. Default: 0. */
  outputPadding?: number | Triple;
  /** Default: 1. */
  dilation?: number | Triple;
  /** Default: 1. */
  groups?: number;
}

/**
 * Transposed convolution of x [N, C, D, H, W] with weight [C, O / groups, KD, KH, KW] -> [N, O, OD, OH, OW],
 * OD = (D - 1) * stride - 2 * padding + dilation * (KD - 1) + outputPadding + 1.
 *
 * Throws ShapeError when shapes do not fit, ValueError for options out of range.
 *
 *     const y = convTranspose3d(x, weight, { stride: 2, padding: 1 });
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  options: ConvTranspose3dOptions = {},
): Tensor {
  const { bias, groups = 1 } = options;
  checkTransposedConvolution('convTranspose3d', 3, { x, weight, bias, groups });
  const windows = windowsOf(weight, options);
  const { kernel, stride, dilation } = windows;
  const sides = transposedSides(options.padding ?? 0, windows);
  const outputPadding = perAxis(options.outputPadding ?? 0, {
    axes: 3,
    name: 'outputPadding',
    least: 0,
  });
  checkOutputPadding(outputPadding, stride, dilation);
  const [size] = transposedExtents(x, windows, { sides, outputPadding });
  const [batch, channels, depth, height, width] = x.shape;
  const planes = reshape(permute(x, [2, 0, 1, 3, 4]), [depth * batch, channels, height, width]);
  const taps = Array.from({ length: kernel[0] }, (_, tap) => {
    const y = convTranspose2d(planes, tapOf(weight, tap), {
      stride: [stride[1], stride[2]],
      dilation: [dilation[1], dilation[2]],
      padding: [sides[2], sides[3], sides[4], sides[5]],
      outputPadding: [outputPadding[1], outputPadding[2]],
      groups,
    });
    const low = tap * dilation[0] - sides[0];
    const spread = (depth - 1) * stride[0] + 1;
    return pad(reshape(y, [depth, batch, ...y.shape.slice(1)]), {
      low: [low, 0, 0, 0, 0],
      high: [size - low - spread, 0, 0, 0, 0],
      interior: [stride[0] - 1, 0, 0, 0, 0],
    });
  });
  return finished(taps.reduce(add), bias);
}

const windowsOf = (weight: Tensor, { stride = 1, dilation = 1 }: Conv3dOptions) => ({
  kernel: weight.shape.slice(2),
  stride: perAxis(stride, { axes: 3, name: 'stride' }),
  dilation: perAxis(dilation, { axes: 3, name: 'dilation' }),
});

/** weight [A, B, KD, KH, KW] at one place along depth -> [A, B, KH, KW] */
function tapOf(weight: Tensor, tap: number): Tensor {
  const [first, second, , height, width] = weight.shape;
  const start = [0, 0, tap, 0, 0];
  const part = slice(weight, { start, end: [first, second, tap + 1, height, width] });
  return reshape(part, [first, second, height, width]);
}

/** [D, N, O, H, W] -> [N, O, D, H, W], the bias added. */
function finished(planes: Tensor, bias: Tensor | undefined): Tensor {
  const y = permute(planes, [1, 2, 0, 3, 4]);
  return bias ? add(y, reshape(bias, [1, bias.shape[0], 1, 1, 1])) : y;
}
