/** Pooling over windows of [N, C, H, W]: maximum, average, sum; and the gather that selects by index. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { WindowAttributes } from '../graph/vocabulary.js';
import { type Padding, paddingOf, pairOf } from './conv-2d.js';
import { fill } from './creation.js';
import { div, mul } from './elementwise.js';
import { pad } from './pad.js';

function windowed(x: Tensor, { kernel, stride, dilation }: WindowAttributes): number[] {
  const rank = x.shape.length;
  return x.shape.map((extent, dim) => {
    const axis = dim - (rank - 2);
    if (axis < 0) return extent;
    return Math.floor((extent - (kernel[axis] - 1) * dilation[axis] - 1) / stride[axis]) + 1;
  });
}

export const windowSumPrimitive: Primitive<'windowSum'> = {
  name: 'windowSum',
  kind: 'structured',
  shape: ([x], attributes) => ({ shape: windowed(x, attributes), dtype: x.dtype }),
};

const windowMaxPrimitive: Primitive<'windowMax'> = {
  name: 'windowMax',
  kind: 'structured',
  shape: ([x], attributes) => ({ shape: windowed(x, attributes), dtype: x.dtype }),
};

export const windowArgmaxPrimitive: Primitive<'windowArgmax'> = {
  name: 'windowArgmax',
  kind: 'structured',
  shape: ([x], attributes) => ({ shape: windowed(x, attributes), dtype: 'int32' }),
};

const gatherPrimitive: Primitive<'gather'> = {
  name: 'gather',
  kind: 'structured',
  shape: ([x, index]) => ({ shape: index.shape, dtype: x.dtype }),
};

const scatterAddPrimitive: Primitive<'scatterAdd'> = {
  name: 'scatterAdd',
  kind: 'structured',
  shape: ([x], { size }) => ({ shape: [x.shape[0], size], dtype: x.dtype }),
};

/** x [R, S] at int32 index [R, K] -> [R, K]; an index outside 0..S-1 gives 0. */
export function gather(x: Tensor, index: Tensor): Tensor {
  checkIndexed('gather', x, index);
  return apply(gatherPrimitive, [x, index], {});
}

/** Adds x [R, K] into zeros [R, size] at int32 index [R, K]; an index outside is left out. */
export function scatterAdd(x: Tensor, index: Tensor, size: number): Tensor {
  checkIndexed('scatterAdd', x, index);
  return apply(scatterAddPrimitive, [x, index], { size });
}

function checkIndexed(operation: string, x: Tensor, index: Tensor): void {
  if (
    x.rank !== 2 ||
    index.rank !== 2 ||
    x.shape[0] !== index.shape[0] ||
    index.dtype !== 'int32'
  ) {
    throw new ShapeError(
      `${operation}: expected values [R, S] and int32 indices [R, K], ` +
        `got ${formatShape(x.shape)} and ${index.dtype} ${formatShape(index.shape)}`,
    );
  }
}

export interface PoolOptions {
  kernelSize: number | readonly [number, number];
  /** Defaults to the kernel size. */
  stride?: number | readonly [number, number];
  padding?: Padding;
  dilation?: number | readonly [number, number];
}

interface Windows {
  padded: Tensor;
  attributes: WindowAttributes;
}

function windowsOf(operation: string, x: Tensor, options: PoolOptions, value: number): Windows {
  if (x.rank !== 4) {
    throw new ShapeError(`${operation}: expected [N, C, H, W], got ${formatShape(x.shape)}`);
  }
  if (x.dtype !== 'float32') {
    throw new ShapeError(`${operation}: expected float32, got ${x.dtype}; convert with cast()`);
  }
  const kernel = pairOf(options.kernelSize, 'kernelSize');
  const stride = pairOf(options.stride ?? options.kernelSize, 'stride');
  const dilation = pairOf(options.dilation ?? 1, 'dilation');
  const [top, bottom, left, right] = paddingOf(options.padding ?? 0, kernel, stride, dilation);
  if (Math.max(top, bottom) * 2 > kernel[0] || Math.max(left, right) * 2 > kernel[1]) {
    throw new ShapeError(
      `${operation}: padding ${formatShape([top, bottom, left, right])} is more than half the kernel ` +
        `${kernel[0]} x ${kernel[1]}: a window would lie outside the input`,
    );
  }
  const padded = pad(x, { low: [0, 0, top, left], high: [0, 0, bottom, right], value });
  const attributes = { kernel, stride, dilation };
  if (windowed(padded, attributes).some((extent, dim) => dim >= 2 && extent < 1)) {
    throw new ShapeError(
      `${operation}: the ${kernel[0]} x ${kernel[1]} window is larger than the padded input ` +
        `${formatShape(padded.shape)}`,
    );
  }
  return { padded, attributes };
}

/** Maximum over windows of x [N, C, H, W] -> [N, C, OH, OW]; padding never wins. */
export function maxPool2d(x: Tensor, options: PoolOptions): Tensor {
  const { padded, attributes } = windowsOf('maxPool2d', x, options, Number.NEGATIVE_INFINITY);
  return apply(windowMaxPrimitive, [padded], attributes);
}

/** Sum over windows of x [N, C, H, W] -> [N, C, OH, OW]. */
export function sumPool2d(x: Tensor, options: PoolOptions): Tensor {
  const { padded, attributes } = windowsOf('sumPool2d', x, options, 0);
  return apply(windowSumPrimitive, [padded], attributes);
}

export interface AvgPoolOptions extends PoolOptions {
  /** Count padding as zeros in the mean (PyTorch's default). */
  countIncludePad?: boolean;
}

/** Mean over windows of x [N, C, H, W] -> [N, C, OH, OW]. */
export function avgPool2d(x: Tensor, options: AvgPoolOptions): Tensor {
  const total = sumPool2d(x, options);
  const kernel = pairOf(options.kernelSize, 'kernelSize');
  if (options.countIncludePad ?? true) return mul(total, 1 / (kernel[0] * kernel[1]));
  const counts = sumPool2d(fill(1, [1, 1, ...x.shape.slice(2)]), options);
  return div(total, counts);
}
