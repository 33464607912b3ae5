/** The attributes that place windows over spatial axes: kernel_shape, strides, dilations, pads, auto_pad. */

import { ValueError } from '../../../graph/errors.js';
import { formatShape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { perAxis, type Windows } from '../../../ops/spatial-options.js';
import type { OperatorNode } from '../operator.js';

export const autoPads = ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'] as const;
export type AutoPad = (typeof autoPads)[number];

/** How many spatial axes x [N, C, ...] has; throws ValueError unless one to three. */
export function spatialAxes(x: Tensor): number {
  const axes = x.rank - 2;
  if (axes >= 1 && axes <= 3) return axes;
  throw new ValueError(
    `input 0 is ${formatShape(x.shape)}; expected [N, C, ...] with one to three spatial axes`,
  );
}

/** Kernel, strides and dilations along the spatial axes; `kernel` stands in for a missing kernel_shape. */
export function windowsOf(node: OperatorNode, axes: number, kernel?: readonly number[]): Windows {
  const given = node.attributes.ints('kernel_shape') ?? kernel;
  if (given === undefined) {
    throw new ValueError(`attribute 'kernel_shape' is missing; the operator needs it (ints)`);
  }
  const along = (values: number | readonly number[], name: string) =>
    perAxis(values, { axes, name: `attribute '${name}'` });
  return {
    kernel: along(given, 'kernel_shape'),
    stride: along(node.attributes.ints('strides') ?? 1, 'strides'),
    dilation: along(node.attributes.ints('dilations') ?? 1, 'dilations'),
  };
}

/** The attribute pads as before and behind for each axis in turn; ONNX has all before first. */
export function padsOf(node: OperatorNode, axes: number): readonly number[] {
  const pads = node.attributes.ints('pads') ?? new Array<number>(2 * axes).fill(0);
  const both = perAxis(pads, { axes: 2 * axes, name: "attribute 'pads'", least: 0 });
  return Array.from({ length: 2 * axes }, (_, i) => both[(i >> 1) + (i % 2) * axes]);
}

/** `total` padding along one axis as before and behind; an odd one is larger behind for SAME_UPPER. */
export function partedPadding(total: number, autoPad: AutoPad): readonly [number, number] {
  const less = Math.floor(total / 2);
  return autoPad === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
}

/** Padding before and behind each axis that auto_pad or pads ask for, so that windows cover x. */
export function coveringSides(
  node: OperatorNode,
  x: Tensor,
  { kernel, stride, dilation }: Windows,
): { readonly sides: readonly number[]; readonly autoPad: AutoPad } {
  const autoPad = node.attributes.choice('auto_pad', autoPads, 'NOTSET');
  const pads = padsOf(node, kernel.length);
  if (autoPad === 'NOTSET') return { autoPad, sides: pads };
  if (autoPad === 'VALID') return { autoPad, sides: pads.map(() => 0) };
  const sides = kernel.flatMap((taps, axis) => {
    const extent = x.shape[2 + axis];
    const reach = (taps - 1) * dilation[axis] + 1;
    const steps = Math.ceil(extent / stride[axis]) - 1;
    return partedPadding(Math.max(steps * stride[axis] + reach - extent, 0), autoPad);
  });
  return { autoPad, sides };
}
