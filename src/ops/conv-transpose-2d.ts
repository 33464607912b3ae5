/** Transposed convolution: the gradient of a convolution with respect to its input, as an operation. */

import { ValueError } from '../graph/errors.js';
import { apply } from '../graph/primitive.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { conv2dPrimitive, pairOf } from './conv-2d.js';
import { checkTransposedConvolution, transposedExtents } from './convolution-checks.js';
import { add } from './elementwise.js';
import { matmul } from './matmul.js';
import { pad } from './pad.js';
import { transposedSides } from './spatial-options.js';
import { flip, permute, reshape, slice } from './view.js';

export interface ConvTranspose2dOptions {
  bias?: Tensor;
  stride?: number | readonly [number, number];
  /**
   * How much of the full result is cut off: one number, [vertical, horizontal], [top, bottom, left, right],
   * or 'same' for the input's size times the stride.
   */
  padding?: number | readonly [number, number] | readonly [number, number, number, number] | 'same';
  /** Rows and columns added below and at the right, where the stride leaves the size open. */
  outputPadding?: number | readonly [number, number];
  dilation?: number | readonly [number, number];
  groups?: number;
}

/**
 * Transposed convolution of x [N, C, H, W] with weight [C, O / groups, KH, KW] -> [N, O, OH, OW],
 * OH = (H - 1) * stride - 2 * padding + dilation * (KH - 1) + outputPadding + 1.
 *
 * Throws ShapeError when shapes do not fit, ValueError for options out of range.
 *
 *     const y = convTranspose2d(x, weight, { stride: 2, padding: 1 });
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  options: ConvTranspose2dOptions = {},
): Tensor {
  const { bias, groups = 1 } = options;
  const stride = pairOf(options.stride ?? 1, 'stride');
  const dilation = pairOf(options.dilation ?? 1, 'dilation');
  const outputPadding = pairOf(options.outputPadding ?? 0, 'outputPadding', 0);
  checkOutputPadding(outputPadding, stride, dilation);
  checkTransposedConvolution('convTranspose2d', 2, { x, weight, bias, groups });
  const [batch, channels, height, width] = x.shape;
  const [, perGroup, ...kernel] = weight.shape;
  const out = perGroup * groups;
  const windows = { kernel, stride, dilation };
  const sides = transposedSides(options.padding ?? 0, windows);
  const size = transposedExtents(x, windows, { sides, outputPadding });
  const plain = [...dilation, groups].every((n) => n === 1) && outputPadding.every((n) => n === 0);
  if (plain && height === 1 && width === 1) {
    const whole = fromOnePixel(x, weight);
    const start = [0, 0, sides[0], sides[2]];
    const y = slice(whole, { start, end: [batch, out, start[2] + size[0], start[3] + size[1]] });
    return bias ? add(y, reshape(bias, [1, out, 1, 1])) : y;
  }
  const grouped = reshape(x, [batch, groups, channels / groups, height, width]);
  const reach = kernel.map((extent, axis) => (extent - 1) * dilation[axis]);
  const high = reach.map((extent, axis) => extent - sides[2 * axis + 1] + outputPadding[axis]);
  const spread = pad(permute(grouped, [1, 0, 2, 3, 4]), {
    low: [0, 0, 0, reach[0] - sides[0], reach[1] - sides[2]],
    high: [0, 0, 0, ...high],
    interior: [0, 0, 0, stride[0] - 1, stride[1] - 1],
  });
  const filters = reshape(weight, [groups, channels / groups, perGroup, kernel[0], kernel[1]]);
  const turned = permute(flip(filters, [3, 4]), [0, 2, 1, 3, 4]);
  const y = apply(conv2dPrimitive, [spread, turned], { stride: [1, 1], dilation });
  const joined = reshape(permute(y, [1, 0, 2, 3, 4]), [batch, out, size[0], size[1]]);
  return bias ? add(joined, reshape(bias, [1, out, 1, 1])) : joined;
}

/** The whole result for x [N, C, 1, 1], where windows do not overlap: a matrix product. */
function fromOnePixel(x: Tensor, weight: Tensor): Tensor {
  const [batch, channels] = x.shape;
  const [, ...window] = weight.shape;
  const product = matmul(reshape(x, [batch, channels]), reshape(weight, [channels, -1]));
  return reshape(product, [batch, ...window]);
}

/** Throws ValueError when more is added than the stride or dilation leaves open. */
export function checkOutputPadding(
  outputPadding: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): void {
  if (outputPadding.every((n, axis) => n < Math.max(stride[axis], dilation[axis]))) return;
  throw new ValueError(
    `outputPadding ${formatShape(outputPadding)} must be smaller than stride ` +
      `${formatShape(stride)} or dilation ${formatShape(dilation)}`,
  );
}
