/** Two-dimensional convolution (cross-correlation). */

import { ShapeError, ValueError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { add } from './elementwise.js';
import { pad } from './pad.js';
import { permute, reshape } from './view.js';

type Pair = readonly [number, number];

export const conv2dPrimitive: Primitive<'conv2d'> = {
  name: 'conv2d',
  kind: 'structured',
  shape: ([x, weight], { stride, dilation }) => {
    const [groups, batch, , height, width] = x.shape;
    const [, out, , kernelHeight, kernelWidth] = weight.shape;
    const span = (extent: number, kernel: number, axis: 0 | 1) =>
      Math.floor((extent - (kernel - 1) * dilation[axis] - 1) / stride[axis]) + 1;
    return {
      shape: [groups, batch, out, span(height, kernelHeight, 0), span(width, kernelWidth, 1)],
      dtype: 'float32',
    };
  },
};

/** Padding: one number, [vertical, horizontal], or [top, bottom, left, right]. */
export type Padding = number | Pair | readonly [number, number, number, number] | 'same' | 'valid';

export interface Conv2dOptions {
  bias?: Tensor;
  stride?: number | Pair;
  padding?: Padding;
  dilation?: number | Pair;
  groups?: number;
}

/** `n` for both axes, or the pair as it is; throws ValueError below `least`. */
export function pairOf(value: number | Pair, name: string, least = 1): Pair {
  const pair: Pair | undefined = typeof value === 'number' ? [value, value] : value;
  if (pair?.length !== 2 || pair.some((n) => !Number.isInteger(n) || n < least)) {
    throw new ValueError(
      `${name}: expected a whole number of at least ${least} or a pair, got ${JSON.stringify(value)}`,
    );
  }
  return pair;
}

/** Padding as [top, bottom, left, right]. */
export function paddingOf(
  padding: Padding,
  kernel: Pair,
  stride: Pair,
  dilation: Pair,
): readonly [number, number, number, number] {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding === 'same') {
    if (stride[0] !== 1 || stride[1] !== 1) {
      throw new ValueError("padding 'same' needs stride 1; give the padding in numbers");
    }
    const total = kernel.map((extent, axis) => (extent - 1) * dilation[axis]);
    const low = total.map((t) => Math.floor(t / 2));
    return [low[0], total[0] - low[0], low[1], total[1] - low[1]];
  }
  if (typeof padding === 'number') return paddingOf([padding, padding], kernel, stride, dilation);
  const sides = Array.isArray(padding) && (padding.length === 2 || padding.length === 4);
  if (typeof padding === 'string' || !sides || padding.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ValueError(
      `padding: expected a whole number of zero or more, two or four of them, 'same' or 'valid', ` +
        `got ${JSON.stringify(padding)}`,
    );
  }
  return padding.length === 2 ? [padding[0], padding[0], padding[1], padding[1]] : padding;
}

/**
 * Convolution of x [N, C, H, W] with weight [O, C / groups, KH, KW] -> [N, O, OH, OW].
 *
 *     const y = conv2d(x, weight, { bias, padding: 2 });
 */
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  const { bias, groups = 1 } = options;
  const stride = pairOf(options.stride ?? 1, 'stride');
  const dilation = pairOf(options.dilation ?? 1, 'dilation');
  if (x.rank !== 4 || weight.rank !== 4) {
    throw new ShapeError(
      `conv2d: expected input [N, C, H, W] and weight [O, C, KH, KW], ` +
        `got ${formatShape(x.shape)} and ${formatShape(weight.shape)}`,
    );
  }
  for (const tensor of [x, weight]) {
    if (tensor.dtype !== 'float32') {
      throw new ShapeError(`conv2d: expected float32, got ${tensor.dtype}; convert with cast()`);
    }
  }
  const [batch, channels, height, width] = x.shape;
  const [out, perGroup, kernelHeight, kernelWidth] = weight.shape;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0 || out % groups !== 0) {
    throw new ShapeError(
      `conv2d: groups ${groups} must divide ${channels} input and ${out} output channels`,
    );
  }
  if (channels !== perGroup * groups) {
    throw new ShapeError(
      `expected ${perGroup * groups} input channels, got ${channels} in ${formatShape(x.shape)}`,
    );
  }
  if (bias && (bias.rank !== 1 || bias.shape[0] !== out)) {
    throw new ShapeError(
      `conv2d: expected a bias of shape [${out}], got ${formatShape(bias.shape)}`,
    );
  }
  const [top, bottom, left, right] = paddingOf(
    options.padding ?? 0,
    [kernelHeight, kernelWidth],
    stride,
    dilation,
  );
  const reach = [(kernelHeight - 1) * dilation[0] + 1, (kernelWidth - 1) * dilation[1] + 1];
  if (reach[0] > height + top + bottom || reach[1] > width + left + right) {
    throw new ShapeError(
      `the ${kernelHeight} x ${kernelWidth} kernel reaches over ${reach[0]} x ${reach[1]}, ` +
        `larger than the padded input ${height + top + bottom} x ${width + left + right} ` +
        `of ${formatShape(x.shape)}; add padding or use a smaller kernel`,
    );
  }
  const grouped = permute(reshape(x, [batch, groups, perGroup, height, width]), [1, 0, 2, 3, 4]);
  const padded = pad(grouped, { low: [0, 0, 0, top, left], high: [0, 0, 0, bottom, right] });
  const filters = reshape(weight, [groups, out / groups, perGroup, kernelHeight, kernelWidth]);
  const y = apply(conv2dPrimitive, [padded, filters], { stride, dilation });
  const joined = reshape(permute(y, [1, 0, 2, 3, 4]), [batch, out, y.shape[3], y.shape[4]]);
  return bias ? add(joined, reshape(bias, [1, out, 1, 1])) : joined;
}
