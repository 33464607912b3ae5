/** Pooling over windows of [N, C, H, W]: maximum, average, sum; and the gather that selects by index. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { WindowAttributes } from '../graph/vocabulary.js';
import { type Padding, paddingOf, pairOf } from './conv-2d.js';
import { fill, tensor } from './creation.js';
import { div, maximum, mul } from './elementwise.js';
import { pad } from './pad.js';
import { reshape } from './view.js';

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
  /** Also take windows that reach over the end, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

interface Windows {
  padded: Tensor;
  attributes: WindowAttributes;
  /** [top, bottom, left, right], without what ceilMode adds. */
  padding: readonly [number, number, number, number];
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
  const over = (axis: 0 | 1, low: number, high: number) => {
    if (!options.ceilMode) return 0;
    const extent = x.shape[2 + axis];
    const reach = (kernel[axis] - 1) * dilation[axis] + 1;
    const windows = Math.ceil((extent + low + high - reach) / stride[axis]) + 1;
    // PyTorch leaves out a last window that would start in the padding behind.
    const last = (windows - 1) * stride[axis] >= extent + low ? windows - 2 : windows - 1;
    return Math.max(last * stride[axis] + reach - extent - low - high, 0);
  };
  const below = bottom + over(0, top, bottom);
  const beside = right + over(1, left, right);
  const padded = pad(x, { low: [0, 0, top, left], high: [0, 0, below, beside], value });
  const attributes = { kernel, stride, dilation };
  if (windowed(padded, attributes).some((extent, dim) => dim >= 2 && extent < 1)) {
    throw new ShapeError(
      `${operation}: the ${kernel[0]} x ${kernel[1]} window is larger than the padded input ` +
        `${formatShape(padded.shape)}`,
    );
  }
  return { padded, attributes, padding: [top, bottom, left, right] };
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

export interface PooledWithIndices {
  /** [N, C, OH, OW] */
  readonly output: Tensor;
  /** int32 [N, C, OH, OW]: where each maximum stands, as h * W + w. */
  readonly indices: Tensor;
}

/**
 * As `maxPool2d`, with the places of the maxima, for `maxUnpool2d`.
 *
 *     const { output, indices } = maxPool2dWithIndices(x, { kernelSize: 2 });
 */
export function maxPool2dWithIndices(x: Tensor, options: PoolOptions): PooledWithIndices {
  const windows = windowsOf('maxPool2d', x, options, Number.NEGATIVE_INFINITY);
  const { padded, attributes, padding } = windows;
  const output = apply(windowMaxPrimitive, [padded], attributes);
  const found = apply(windowArgmaxPrimitive, [padded], attributes);
  const [, , height, width] = padded.shape;
  if (padding[0] === 0 && width === x.shape[3]) return { output, indices: found };
  // Places in the padded plane, told as places in x.
  const places = Int32Array.from({ length: height * width }, (_, place) => {
    const row = Math.floor(place / width) - padding[0];
    return row * x.shape[3] + (place % width) - padding[2];
  });
  const table = tensor(places, [1, places.length]);
  const indices = reshape(gather(table, reshape(found, [1, found.size])), found.shape);
  return { output, indices };
}

export interface AvgPoolOptions extends PoolOptions {
  /** Count padding as zeros in the mean. Default: true. */
  countIncludePad?: boolean;
  /** Divide every sum by this number instead of the count. */
  divisorOverride?: number;
}

/** Mean over windows of x [N, C, H, W] -> [N, C, OH, OW]. */
export function avgPool2d(x: Tensor, options: AvgPoolOptions): Tensor {
  const { countIncludePad = true, divisorOverride, ceilMode = false } = options;
  const { padded, attributes, padding } = windowsOf('avgPool2d', x, options, 0);
  const total = apply(windowSumPrimitive, [padded], attributes);
  const { kernel, stride, dilation } = attributes;
  if (divisorOverride !== undefined) {
    if (Number.isFinite(divisorOverride) && divisorOverride !== 0) {
      return mul(total, 1 / divisorOverride);
    }
    throw new ValueError(`avgPool2d: divisorOverride ${divisorOverride}; expected a number but 0`);
  }
  if (countIncludePad && !ceilMode) return mul(total, 1 / (kernel[0] * kernel[1]));
  const counts = ([0, 1] as const).map((axis) => {
    const [low, high] = [padding[2 * axis], padding[2 * axis + 1]];
    const first = countIncludePad ? 0 : low;
    const end = low + x.shape[2 + axis] + (countIncludePad ? high : 0);
    return Array.from({ length: total.shape[2 + axis] }, (_, i) => {
      const taps = Array.from({ length: kernel[axis] }, (_, tap) => tap * dilation[axis]);
      return taps.filter((tap) => {
        const place = i * stride[axis] + tap;
        return place >= first && place < end;
      }).length;
    });
  });
  const data = counts[0].flatMap((rows) => counts[1].map((columns) => rows * columns));
  return div(total, tensor(data, [counts[0].length, counts[1].length]));
}

/** What `maxUnpool2d` must know of the pooling that it turns back. */
export interface UnpoolOptions {
  kernelSize: number | readonly [number, number];
  /** Defaults to the kernel size. */
  stride?: number | readonly [number, number];
  /** Default: 0. */
  padding?: number | readonly [number, number];
  /** [H, W] of the output, where the pooling leaves it open. */
  outputSize?: readonly [number, number];
}

/**
 * Puts x [N, C, H, W] back to the places that max pooling took it from; zero elsewhere.
 *
 * OH = (H - 1) * stride - 2 * padding + kernelSize unless `outputSize` says otherwise. Where windows
 * overlapped, equal places get the mean of their values.
 * Throws ShapeError when x and indices differ in shape.
 *
 *     const y = maxUnpool2d(output, indices, { kernelSize: 2 });
 */
export function maxUnpool2d(x: Tensor, indices: Tensor, options: UnpoolOptions): Tensor {
  if (x.rank !== 4 || indices.dtype !== 'int32' || !sameShape(x.shape, indices.shape)) {
    throw new ShapeError(
      `maxUnpool2d: expected [N, C, H, W] and int32 indices of the same shape, ` +
        `got ${formatShape(x.shape)} and ${indices.dtype} ${formatShape(indices.shape)}`,
    );
  }
  const kernel = pairOf(options.kernelSize, 'kernelSize');
  const stride = pairOf(options.stride ?? options.kernelSize, 'stride');
  const padding = pairOf(options.padding ?? 0, 'padding', 0);
  const [batch, channels, height, width] = x.shape;
  const full = [height, width].map(
    (extent, axis) => (extent - 1) * stride[axis] - 2 * padding[axis] + kernel[axis],
  );
  const size = pairOf(options.outputSize ?? [full[0], full[1]], 'maxUnpool2d: outputSize');
  const planes = batch * channels;
  const index = reshape(indices, [planes, height * width]);
  const spread = (values: Tensor) =>
    scatterAdd(reshape(values, [planes, height * width]), index, size[0] * size[1]);
  const total = spread(x);
  const overlap = stride[0] < kernel[0] || stride[1] < kernel[1];
  const placed = overlap ? div(total, maximum(spread(fill(1, x.shape)), 1)) : total;
  return reshape(placed, [batch, channels, size[0], size[1]]);
}
