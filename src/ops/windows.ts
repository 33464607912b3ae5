/** Windows over one to three spatial axes of [N, C, ...]: where they lie, and sum, maximum and its place in each. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { WindowAttributes } from '../graph/vocabulary.js';
import { fill, tensor } from './creation.js';
import { add, div, isfinite, maximum, sub, where } from './elementwise.js';
import { pad } from './pad.js';
import { gatherRows, scatterRows } from './rows.js';
import type { Windows } from './spatial-options.js';
import { detach, reshape } from './view.js';

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

/** One spatial axis of the input and the windows along it. */
export interface WindowAxis {
  readonly extent: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before. */
  readonly low: number;
  /** Padding behind. */
  readonly high: number;
  /** What windows that reach over the end need behind the padding. */
  readonly over: number;
  /** How many windows there are. */
  readonly count: number;
}

export interface WindowLayout extends Windows {
  /** Padding before and behind each axis in turn. */
  readonly sides: readonly number[];
  /** Also take windows that reach over the end, as long as they start inside. */
  readonly ceilMode: boolean;
}

/** The windows along each of the spatial axes of x; throws ShapeError when there is none. */
export function windowAxes(
  x: Tensor,
  { kernel, stride, dilation, sides, ceilMode }: WindowLayout,
): readonly WindowAxis[] {
  const axes = kernel.map((taps, axis): WindowAxis => {
    const extent = x.shape[2 + axis];
    const [low, high] = [sides[2 * axis], sides[2 * axis + 1]];
    const reach = (taps - 1) * dilation[axis] + 1;
    const steps = (extent + low + high - reach) / stride[axis];
    const ceiled = Math.ceil(steps);
    // As in PyTorch and ONNX, no window starts in the padding behind.
    const last = ceiled * stride[axis] >= extent + low ? ceiled - 1 : ceiled;
    const over = ceilMode ? Math.max(last * stride[axis] + reach - extent - low - high, 0) : 0;
    const count = Math.floor((extent + low + high + over - reach) / stride[axis]) + 1;
    const windows = { kernel: taps, stride: stride[axis], dilation: dilation[axis] };
    return { extent, ...windows, low, high, over, count };
  });
  if (axes.every(({ count }) => count >= 1)) return axes;
  const padded = axes.map(({ extent, low, high, over }) => extent + low + high + over);
  throw new ShapeError(
    `the ${kernel.join(' x ')} window is larger than the padded input ${formatShape(padded)} of ` +
      `${formatShape(x.shape)}; add padding or use a smaller window`,
  );
}

/** Sum over windows of x [N, C, ...] -> [N, C, counts]. */
export function windowSums(x: Tensor, axes: readonly WindowAxis[]): Tensor {
  const sums = (part: Tensor, attributes: WindowAttributes) =>
    apply(windowSumPrimitive, [part], attributes);
  return overWindows(padded(x, axes, 0), axes, sums);
}

/** Maximum over windows of x [N, C, ...] -> [N, C, counts]; padding never wins. */
export function windowMaxima(x: Tensor, axes: readonly WindowAxis[]): Tensor {
  const maxima = (part: Tensor, attributes: WindowAttributes) =>
    apply(windowMaxPrimitive, [part], attributes);
  return overWindows(padded(x, axes, Number.NEGATIVE_INFINITY), axes, maxima);
}

/** Where the first maximum of each window stands in x [N, C, ...], counted through its spatial axes. */
export function windowPlaces(x: Tensor, axes: readonly WindowAxis[]): Tensor {
  const whole = padded(x, axes, Number.NEGATIVE_INFINITY);
  const planar = axes.slice(-2);
  const [batch, channels, ...inner] = whole.shape;
  const found = overPlanes(whole, planar, (part, attributes) =>
    apply(windowArgmaxPrimitive, [part], attributes),
  );
  const inPlane = movedFromPadding(found, planar, inner.slice(-2));
  if (axes.length < 3) return inPlane;
  const [{ count }, ...plane] = axes;
  const windows = plane.reduce((product, axis) => product * axis.count, 1);
  const maxima = overPlanes(whole, planar, (part, attributes) =>
    apply(windowMaxPrimitive, [part], attributes),
  );
  const attributes = depthAttributes(axes[0]);
  const stacked = [batch * channels, inner[0], windows] as const;
  const winners = apply(windowArgmaxPrimitive, [reshape(maxima, stacked)], attributes);
  const index = reshape(winners, [batch * channels, count * windows]);
  // A winner's row is its depth, its column the window of the plane that it won in.
  const before = plane.reduce((product, axis) => product * axis.extent, 1);
  const depths = Int32Array.from({ length: inner[0] * windows }, (_, place) => {
    return (Math.floor(place / windows) - axes[0].low) * before;
  });
  const depth = gatherRows(tensor(depths, [1, depths.length]), reshape(index, [1, index.size]));
  const planes = reshape(inPlane, [batch * channels, inner[0] * windows]);
  const places = add(reshape(depth, index.shape), gatherRows(planes, index));
  return reshape(places, [batch, channels, ...axes.map((axis) => axis.count)]);
}

export interface UnpoolingRows {
  /** Columns of the result. */
  readonly size: number;
  /** Whether windows had elements in common, so that several may name one place. */
  readonly overlap: boolean;
}

/**
 * Maxima [R, K] back at their places [R, K] of rows [R, size]; the mean where several have one place, where
 * each gets the whole gradient, as in PyTorch.
 */
export function unpooledRows(x: Tensor, places: Tensor, { size, overlap }: UnpoolingRows): Tensor {
  const total = scatterRows(x, places, { size });
  if (!overlap) return total;
  const mean = div(total, maximum(scatterRows(fill(1, x.shape), places, { size }), 1));
  // An infinity is its own mean.
  return add(total, detach(where(isfinite(total), sub(mean, total), 0)));
}

/** How many elements each window has; padding counts only where `includePad` says so. */
export function windowCounts(axes: readonly WindowAxis[], includePad: boolean): Tensor {
  const counts = axes.map(({ extent, kernel, stride, dilation, low, high, count }) => {
    const first = includePad ? 0 : low;
    const end = low + extent + (includePad ? high : 0);
    return Array.from({ length: count }, (_, i) => {
      const places = Array.from({ length: kernel }, (_, tap) => i * stride + tap * dilation);
      return places.filter((place) => place >= first && place < end).length;
    });
  });
  const products = counts.reduce((outer, inner) => outer.flatMap((a) => inner.map((b) => a * b)));
  return tensor(
    products,
    axes.map(({ count }) => count),
  );
}

function padded(x: Tensor, axes: readonly WindowAxis[], value: number): Tensor {
  return pad(x, {
    low: [0, 0, ...axes.map(({ low }) => low)],
    high: [0, 0, ...axes.map(({ high, over }) => high + over)],
    value,
  });
}

type ApplyWindows = (x: Tensor, attributes: WindowAttributes) => Tensor;

/** Over the last two axes, then over depth: sums and maxima can be taken in parts. */
function overWindows(x: Tensor, axes: readonly WindowAxis[], applied: ApplyWindows): Tensor {
  const planes = overPlanes(x, axes.slice(-2), applied);
  if (axes.length < 3) return planes;
  const [batch, channels, depth, height, width] = planes.shape;
  const stacked = reshape(planes, [batch * channels, depth, height * width]);
  const y = applied(stacked, depthAttributes(axes[0]));
  return reshape(y, [batch, channels, axes[0].count, height, width]);
}

function overPlanes(x: Tensor, axes: readonly WindowAxis[], applied: ApplyWindows): Tensor {
  if (axes.length === 2) return applied(x, attributesOf(axes[0], axes[1]));
  const [{ kernel, stride, dilation, count }] = axes;
  const [batch, channels, length] = x.shape;
  const y = applied(reshape(x, [batch, channels, 1, length]), {
    kernel: [1, kernel],
    stride: [1, stride],
    dilation: [1, dilation],
  });
  return reshape(y, [batch, channels, count]);
}

const attributesOf = (rows: WindowAxis, columns: WindowAxis): WindowAttributes => ({
  kernel: [rows.kernel, columns.kernel],
  stride: [rows.stride, columns.stride],
  dilation: [rows.dilation, columns.dilation],
});

const depthAttributes = ({ kernel, stride, dilation }: WindowAxis): WindowAttributes => ({
  kernel: [kernel, 1],
  stride: [stride, 1],
  dilation: [dilation, 1],
});

/** Places in the padded plane (or line), told as places in x. */
function movedFromPadding(
  found: Tensor,
  axes: readonly WindowAxis[],
  extents: readonly number[],
): Tensor {
  const width = extents[extents.length - 1];
  const columns = axes[axes.length - 1];
  const above = axes.length === 2 ? axes[0].low : 0;
  if (above === 0 && width === columns.extent) return found;
  const places = Int32Array.from({ length: sizeOf(extents) }, (_, place) => {
    const row = Math.floor(place / width) - above;
    return row * columns.extent + (place % width) - columns.low;
  });
  const table = tensor(places, [1, places.length]);
  return reshape(gatherRows(table, reshape(found, [1, found.size])), found.shape);
}
