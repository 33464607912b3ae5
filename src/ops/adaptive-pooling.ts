/** Global and adaptive pooling: windows that follow from the wanted output size. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { pairOf } from './conv-2d.js';
import { tensor } from './creation.js';
import { div } from './elementwise.js';
import { matmul } from './matmul.js';
import { avgPool2d, maxPool2d, maxPool2dWithIndices, type PooledWithIndices } from './pooling.js';
import { mean } from './reduction.js';
import { gatherRows } from './rows.js';
import { expand, reshape } from './view.js';

/** The output size: one number, or [height, width]; null keeps the input's. */
export type AdaptiveSize = number | readonly [number | null, number | null];

/** The output size of x; throws ShapeError unless x is [N, C, H, W] with pixels. */
function sizeFor(x: Tensor, outputSize: AdaptiveSize, operation: string): [number, number] {
  if (x.rank !== 4 || x.size === 0 || x.dtype !== 'float32') {
    throw new ShapeError(
      `${operation}: expected float32 [N, C, H, W] with elements, got ${x.dtype} ${formatShape(x.shape)}`,
    );
  }
  const [height, width] = typeof outputSize === 'number' ? [outputSize, outputSize] : outputSize;
  const size = [height ?? x.shape[2], width ?? x.shape[3]] as const;
  return [...pairOf(size, `${operation}: outputSize`)];
}

/** PyTorch's bins: [start, end) of each of `count` along `extent`; neighbours may overlap. */
const binsOf = (extent: number, count: number): [number, number][] =>
  Array.from({ length: count }, (_, i) => [
    Math.floor((i * extent) / count),
    Math.ceil(((i + 1) * extent) / count),
  ]);

/** The kernel when all bins are equal and side by side. */
function evenKernel(x: Tensor, size: readonly [number, number]): [number, number] | null {
  const [, , height, width] = x.shape;
  return height % size[0] === 0 && width % size[1] === 0
    ? [height / size[0], width / size[1]]
    : null;
}

/**
 * The mean over bins of x [N, C, H, W] -> [N, C, OH, OW].
 *
 * Throws ShapeError for other ranks, ValueError for sizes below 1.
 *
 *     const y = adaptiveAvgPool2d(x, [7, 7]);
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  return meansOf(x, sizeFor(x, outputSize, 'adaptiveAvgPool2d'));
}

function meansOf(x: Tensor, size: readonly [number, number]): Tensor {
  if (size[0] === 1 && size[1] === 1) return mean(x, [2, 3], { keepDims: true });
  const kernelSize = evenKernel(x, size);
  if (kernelSize) return avgPool2d(x, { kernelSize });
  const [height, width] = x.shape.slice(2);
  const [rows, columns] = [binsOf(height, size[0]), binsOf(width, size[1])];
  // Ones and whole counts, so that the mean is as exact as the backend's numbers.
  const down = new Float32Array(size[0] * height);
  rows.forEach(([start, end], i) => {
    down.fill(1, i * height + start, i * height + end);
  });
  const across = new Float32Array(width * size[1]);
  columns.forEach(([start, end], i) => {
    for (let w = start; w < end; w++) across[w * size[1] + i] = 1;
  });
  const narrow = matmul(x, tensor(across, [width, size[1]]));
  const sums = matmul(tensor(down, [size[0], height]), narrow);
  const counts = rows.flatMap(([top, bottom]) => columns.map(([a, b]) => (bottom - top) * (b - a)));
  return div(sums, tensor(counts, size));
}

/**
 * The maximum over bins of x [N, C, H, W] -> [N, C, OH, OW].
 *
 * Throws ShapeError for other ranks, ValueError for sizes below 1.
 *
 *     const y = adaptiveMaxPool2d(x, 1);
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  return maximaOf(x, sizeFor(x, outputSize, 'adaptiveMaxPool2d'));
}

function maximaOf(x: Tensor, size: readonly [number, number]): Tensor {
  const kernelSize = evenKernel(x, size);
  if (kernelSize) return maxPool2d(x, { kernelSize });
  const { spread, kernel } = evenlySpread(x, size);
  return maxPool2d(spread, { kernelSize: kernel });
}

/**
 * As `adaptiveMaxPool2d`, with the places of the maxima, as h * W + w.
 *
 * Throws ShapeError for other ranks, ValueError for sizes below 1.
 *
 *     const { output, indices } = adaptiveMaxPool2dWithIndices(x, [7, 7]);
 */
export function adaptiveMaxPool2dWithIndices(
  x: Tensor,
  outputSize: AdaptiveSize,
): PooledWithIndices {
  const size = sizeFor(x, outputSize, 'adaptiveMaxPool2dWithIndices');
  const kernelSize = evenKernel(x, size);
  if (kernelSize) return maxPool2dWithIndices(x, { kernelSize });
  const { spread, kernel, places } = evenlySpread(x, size);
  const { output, indices } = maxPool2dWithIndices(spread, { kernelSize: kernel });
  const found = reshape(indices, [x.shape[0] * x.shape[1], size[0] * size[1]]);
  return { output, indices: reshape(gatherRows(places, found), output.shape) };
}

interface EvenlySpread {
  /** x with bins of one size side by side: [N, C, OH * KH, OW * KW]. */
  readonly spread: Tensor;
  readonly kernel: [number, number];
  /** int32 [N * C, OH * KH * OW * KW]: where in its plane of x each pixel was. */
  readonly places: Tensor;
}

/** Copies the bins of x out of each other's way. */
function evenlySpread(x: Tensor, size: readonly [number, number]): EvenlySpread {
  const [batch, channels, height, width] = x.shape;
  const planes = batch * channels;
  const [rows, columns] = [binsOf(height, size[0]), binsOf(width, size[1])];
  const largest = (bins: [number, number][]) => Math.max(...bins.map(([a, b]) => b - a));
  const kernel: [number, number] = [largest(rows), largest(columns)];
  // Smaller bins repeat their last row or column, which changes no maximum and no first place of one.
  const along = (bins: [number, number][], count: number) =>
    bins.flatMap(([start, end]) =>
      Array.from({ length: count }, (_, i) => Math.min(start + i, end - 1)),
    );
  const across = along(columns, kernel[1]);
  const index = along(rows, kernel[0]).flatMap((h) => across.map((w) => h * width + w));
  const places = expand(tensor(index, [1, index.length], 'int32'), [planes, index.length]);
  const picked = gatherRows(reshape(x, [planes, height * width]), places);
  const [tall, wide] = [size[0] * kernel[0], size[1] * kernel[1]];
  return { spread: reshape(picked, [batch, channels, tall, wide]), kernel, places };
}

/**
 * The mean of every channel: x [N, C, H, W] -> [N, C, 1, 1].
 *
 *     const features = globalAvgPool2d(x);
 */
export const globalAvgPool2d = (x: Tensor): Tensor => meansOf(x, sizeFor(x, 1, 'globalAvgPool2d'));

/**
 * The maximum of every channel: x [N, C, H, W] -> [N, C, 1, 1].
 *
 *     const features = globalMaxPool2d(x);
 */
export const globalMaxPool2d = (x: Tensor): Tensor => maximaOf(x, sizeFor(x, 1, 'globalMaxPool2d'));
