/** Transposed convolution: the gradient of a convolution with respect to its input, as an operation. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { apply } from '../graph/primitive.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { conv2dPrimitive, pairOf } from './conv-2d.js';
import { add } from './elementwise.js';
import { pad } from './pad.js';
import { flip, permute, reshape } from './view.js';

export interface ConvTranspose2dOptions {
  bias?: Tensor;
  stride?: number | readonly [number, number];
  /** How much of the full result is cut off on each side. */
  padding?: number | readonly [number, number];
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
  const padding = pairOf(options.padding ?? 0, 'padding', 0);
  const outputPadding = pairOf(options.outputPadding ?? 0, 'outputPadding', 0);
  checkOutputPadding(outputPadding, stride, dilation);
  if (x.rank !== 4 || weight.rank !== 4) {
    throw new ShapeError(
      `convTranspose2d: expected input [N, C, H, W] and weight [C, O / groups, KH, KW], ` +
        `got ${formatShape(x.shape)} and ${formatShape(weight.shape)}`,
    );
  }
  for (const tensor of [x, weight]) {
    if (tensor.dtype === 'float32') continue;
    throw new ShapeError(
      `convTranspose2d: expected float32, got ${tensor.dtype}; convert with cast()`,
    );
  }
  const [batch, channels, height, width] = x.shape;
  const [inputs, perGroup, ...kernel] = weight.shape;
  if (channels !== inputs) {
    throw new ShapeError(
      `expected ${inputs} input channels, got ${channels} in ${formatShape(x.shape)}`,
    );
  }
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ShapeError(
      `convTranspose2d: groups ${groups} must divide ${channels} input channels`,
    );
  }
  const out = perGroup * groups;
  if (bias && (bias.rank !== 1 || bias.shape[0] !== out)) {
    throw new ShapeError(
      `convTranspose2d: expected a bias of shape [${out}], got ${formatShape(bias.shape)}`,
    );
  }
  const reach = kernel.map((extent, axis) => (extent - 1) * dilation[axis]);
  const size = [height, width].map(
    (extent, axis) =>
      (extent - 1) * stride[axis] + reach[axis] + 1 + outputPadding[axis] - 2 * padding[axis],
  );
  if (size.some((extent) => extent < 1)) {
    throw new ShapeError(
      `convTranspose2d: padding ${formatShape(padding)} leaves ${size[0]} x ${size[1]} of ` +
        `${formatShape(x.shape)} with a ${kernel[0]} x ${kernel[1]} kernel; use less padding`,
    );
  }
  const grouped = reshape(x, [batch, groups, channels / groups, height, width]);
  const low = reach.map((extent, axis) => extent - padding[axis]);
  const spread = pad(permute(grouped, [1, 0, 2, 3, 4]), {
    low: [0, 0, 0, ...low],
    high: [0, 0, 0, low[0] + outputPadding[0], low[1] + outputPadding[1]],
    interior: [0, 0, 0, stride[0] - 1, stride[1] - 1],
  });
  const filters = reshape(weight, [groups, channels / groups, perGroup, kernel[0], kernel[1]]);
  const turned = permute(flip(filters, [3, 4]), [0, 2, 1, 3, 4]);
  const y = apply(conv2dPrimitive, [spread, turned], { stride: [1, 1], dilation });
  const joined = reshape(permute(y, [1, 0, 2, 3, 4]), [batch, out, size[0], size[1]]);
  return bias ? add(joined, reshape(bias, [1, out, 1, 1])) : joined;
}

/** Throws ValueError when more is added than the stride or dilation leaves open. */
export function checkOutputPadding(
  outputPadding: readonly [number, number],
  stride: readonly [number, number],
  dilation: readonly [number, number],
): void {
  if (outputPadding.every((n, axis) => n < Math.max(stride[axis], dilation[axis]))) return;
  throw new ValueError(
    `outputPadding ${formatShape(outputPadding)} must be smaller than stride ` +
      `${formatShape(stride)} or dilation ${formatShape(dilation)}`,
  );
}
