/** Two-dimensional convolution (cross-correlation). */

import { apply, type Primitive } from '../graph/primitive.js';
import type { Tensor } from '../graph/tensor.js';
import { checkConvolution, checkReach } from './convolution-checks.js';
import { add } from './elementwise.js';
import { pad } from './pad.js';
import { perAxis, sidesPerAxis } from './spatial-options.js';
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
export const pairOf = (value: number | Pair, name: string, least = 1): Pair =>
  perAxis(value, { axes: 2, name, least }) as Pair;

/** Padding as [top, bottom, left, right]. */
export const paddingOf = (
  padding: Padding,
  kernel: Pair,
  stride: Pair,
  dilation: Pair,
): readonly [number, number, number, number] => {
  const [top, bottom, left, right] = sidesPerAxis(padding, { kernel, stride, dilation });
  return [top, bottom, left, right];
};

/**
 * Convolution of x [N, C, H, W] with weight [O, C / groups, KH, KW] -> [N, O, OH, OW].
 *
 *     const y = conv2d(x, weight, { bias, padding: 2 });
 */
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  const { bias, groups = 1 } = options;
  const stride = pairOf(options.stride ?? 1, 'stride');
  const dilation = pairOf(options.dilation ?? 1, 'dilation');
  checkConvolution('conv2d', 2, { x, weight, bias, groups });
  const [batch, , height, width] = x.shape;
  const [out, perGroup, kernelHeight, kernelWidth] = weight.shape;
  const kernel = [kernelHeight, kernelWidth] as const;
  const sides = paddingOf(options.padding ?? 0, kernel, stride, dilation);
  checkReach(x, { kernel, stride, dilation }, sides);
  const [top, bottom, left, right] = sides;
  const grouped = permute(reshape(x, [batch, groups, perGroup, height, width]), [1, 0, 2, 3, 4]);
  const padded = pad(grouped, { low: [0, 0, 0, top, left], high: [0, 0, 0, bottom, right] });
  const filters = reshape(weight, [groups, out / groups, perGroup, kernelHeight, kernelWidth]);
  const y = apply(conv2dPrimitive, [padded, filters], { stride, dilation });
  const joined = reshape(permute(y, [1, 0, 2, 3, 4]), [batch, out, y.shape[3], y.shape[4]]);
  return bias ? add(joined, reshape(bias, [1, out, 1, 1])) : joined;
}
