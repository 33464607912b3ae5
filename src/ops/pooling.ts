/** Pooling over windows of [N, C, H, W]: maximum, average, sum. */

import { ShapeError } from '../graph/errors.js';
import { formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { type Padding, pairOf } from './conv-2d.js';
import { averagePool, type PoolKind, poolAxes } from './pool-axes.js';
import { reshape } from './view.js';
import { unpooledRows, windowMaxima, windowPlaces, windowSums } from './windows.js';

export interface PoolOptions {
  kernelSize: number | readonly [number, number];
  /** Defaults to the kernel size. */
  stride?: number | readonly [number, number];
  padding?: Padding;
  dilation?: number | readonly [number, number];
  /** Also take windows that reach over the end, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

/** The pooling of pictures that speaks in errors. */
const pictures = (operation: string): PoolKind => ({ operation, axes: 2 });

/** Maximum over windows of x [N, C, H, W] -> [N, C, OH, OW]; padding never wins. */
export const maxPool2d = (x: Tensor, options: PoolOptions): Tensor =>
  windowMaxima(x, poolAxes(pictures('maxPool2d'), x, options));

/** Sum over windows of x [N, C, H, W] -> [N, C, OH, OW]. */
export const sumPool2d = (x: Tensor, options: PoolOptions): Tensor =>
  windowSums(x, poolAxes(pictures('sumPool2d'), x, options));

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
  const axes = poolAxes(pictures('maxPool2d'), x, options);
  return { output: windowMaxima(x, axes), indices: windowPlaces(x, axes) };
}

export interface AvgPoolOptions extends PoolOptions {
  /** Count padding as zeros in the mean. Default: true. */
  countIncludePad?: boolean;
  /** Divide every sum by this number instead of the count. */
  divisorOverride?: number;
}

/** Mean over windows of x [N, C, H, W] -> [N, C, OH, OW]. */
export const avgPool2d = (x: Tensor, options: AvgPoolOptions): Tensor =>
  averagePool(pictures('avgPool2d'), x, options);

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
 * overlapped, equal places get the mean of their values, and each of these the gradient of its place.
 * Throws ShapeError when x and indices differ in shape, or for an output size that no such pooling has.
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
  const size = unpooledSize(x, options.outputSize, { full, stride });
  const planes = batch * channels;
  const rows = [planes, height * width];
  const placed = unpooledRows(reshape(x, rows), reshape(indices, rows), {
    size: size[0] * size[1],
    overlap: stride[0] < kernel[0] || stride[1] < kernel[1],
  });
  return reshape(placed, [batch, channels, size[0], size[1]]);
}

/** The size that was pooled: within one stride of the one that windows fill exactly. */
function unpooledSize(
  { shape }: Tensor,
  outputSize: readonly [number, number] | undefined,
  { full, stride }: { full: readonly number[]; stride: readonly number[] },
): readonly number[] {
  const size = outputSize ?? full;
  const fits = (extent: number, axis: number) =>
    Number.isInteger(extent) && extent >= 1 && Math.abs(extent - full[axis]) < stride[axis];
  if (size.length === 2 && size.every(fits)) return size;
  const most = full.map((extent, axis) => extent + stride[axis] - 1);
  const ranges = most.map((end, axis) => `${Math.max(full[axis] - stride[axis] + 1, 1)} to ${end}`);
  throw new ShapeError(
    `maxUnpool2d: an output of ${size.join(' x ')} does not fit ${formatShape(shape)}; ` +
      (Math.min(...most) < 1
        ? 'no kernel can have had so much padding, use less'
        : `with this kernel, stride and padding expected ${ranges.join(' x ')}`),
  );
}
