/** Options that have one number for each spatial axis, or two for padding. */

import { ValueError } from '../graph/errors.js';

export interface PerAxisOptions {
  /** How many spatial axes there are. */
  axes: number;
  /** What errors call the option. */
  name: string;
  /** The smallest number allowed. Default: 1. */
  least?: number;
}

/** `value` for every axis, or the list as it is; throws ValueError unless all are whole and at least `least`. */
export function perAxis(
  value: number | readonly number[],
  { axes, name, least = 1 }: PerAxisOptions,
): readonly number[] {
  const all = typeof value === 'number' ? new Array<number>(axes).fill(value) : value;
  if (all?.length !== axes || all.some((n) => !Number.isInteger(n) || n < least)) {
    const list = ['', '', ' or a pair', ' or three of them'][axes];
    throw new ValueError(
      `${name}: expected a whole number of at least ${least}${list}, got ${JSON.stringify(value)}`,
    );
  }
  return all;
}

/** Windows along each spatial axis. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** Padding as before and behind for each axis in turn, such as [top, bottom, left, right]; errors call it `name`. */
export function sidesPerAxis(
  padding: number | readonly number[] | 'same' | 'valid',
  { kernel, stride, dilation }: Windows,
  name = 'padding',
): readonly number[] {
  const axes = kernel.length;
  if (padding === 'valid') return new Array<number>(2 * axes).fill(0);
  if (padding === 'same') {
    if (stride.some((step) => step !== 1)) {
      throw new ValueError(`${name} 'same' needs stride 1; give the padding in numbers`);
    }
    return kernel.flatMap((extent, axis) => {
      const total = (extent - 1) * dilation[axis];
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }
  const all = typeof padding === 'number' ? new Array<number>(axes).fill(padding) : padding;
  const counted = Array.isArray(all) && (all.length === axes || all.length === 2 * axes);
  if (!counted || all.some((n) => !Number.isInteger(n) || n < 0)) {
    const lists = ['', 'two', 'two or four', 'three or six'][axes];
    throw new ValueError(
      `${name}: expected a whole number of zero or more, ${lists} of them, 'same' or 'valid', ` +
        `got ${JSON.stringify(padding)}`,
    );
  }
  return all.length === axes ? all.flatMap((n: number) => [n, n]) : all;
}

/**
 * What a transposed convolution cuts off before and behind each axis in turn; 'same' makes the result the
 * input's extents times the stride, and cuts an odd element behind.
 */
export function transposedSides(
  padding: number | readonly number[] | 'same',
  windows: Windows,
  name = 'padding',
): readonly number[] {
  if (padding !== 'same') return sidesPerAxis(padding, windows, name);
  return windows.kernel.flatMap((extent, axis) => {
    const total = (extent - 1) * windows.dilation[axis] + 1 - windows.stride[axis];
    if (total >= 0) return [Math.floor(total / 2), Math.ceil(total / 2)];
    throw new ValueError(
      `${name} 'same' needs a kernel that reaches over the stride, ${windows.stride[axis]}; use a ` +
        `larger kernel or give padding and outputPadding in numbers`,
    );
  });
}
