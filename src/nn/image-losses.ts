/** Measures of images that have gradients: total variation and structural similarity. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { conv2d } from '../ops/conv-2d.js';
import { abs, add, cast, div, iota, mul, sub } from '../ops/elementwise.js';
import { mean, softmax, sum } from '../ops/reduction.js';
import { reshape, slice } from '../ops/view.js';
import { checkLossOptions, checkPair, type LossOptions, reduceLosses } from './loss-reduction.js';
import { checkCount, checkNumber } from './options.js';

/**
 * The sum of |differences| of neighbouring pixels, down and across, of each image of x [N, C, H, W] -> [N], reduced.
 *
 * Throws ShapeError unless x is float32 with four dimensions, ValueError for an unknown option.
 *
 *     const loss = add(mse(y, image), mul(totalVariation(y), 1e-5));
 */
export function totalVariation(x: Tensor, options: LossOptions = {}): Tensor {
  checkLossOptions('totalVariation', options);
  checkImages('totalVariation', x);
  const [n, c, h, w] = x.shape;
  const below = slice(x, { start: [0, 0, Math.min(1, h), 0] });
  const above = slice(x, { end: [n, c, Math.max(h - 1, 0), w] });
  const right = slice(x, { start: [0, 0, 0, Math.min(1, w)] });
  const left = slice(x, { end: [n, c, h, Math.max(w - 1, 0)] });
  const total = (a: Tensor, b: Tensor) => sum(abs(sub(a, b)), [1, 2, 3]);
  return reduceLosses(add(total(below, above), total(right, left)), options.reduction);
}

export interface SsimOptions extends LossOptions {
  /** The largest value minus the smallest that a pixel can have. Default: 1. */
  dataRange?: number;
  /** The side of the Gaussian window, an odd number. Default: 11. */
  kernelSize?: number;
  /** The deviation of the window, in pixels. Default: 1.5. */
  sigma?: number;
  /** Keeps flat dark regions from dividing by 0. Default: 0.01. */
  k1?: number;
  /** The same for regions without contrast. Default: 0.03. */
  k2?: number;
}

/**
 * The structural similarity, 1 for equal images, of each pair of images [N, C, H, W] -> [N], reduced: the
 * mean over channels and over the windows that lie within the image (Wang et al. 2004, with its constants).
 *
 * As a loss take 1 minus it. Throws ShapeError when shapes or dtypes differ or the window is larger than
 * the image, ValueError for an option unknown or out of range.
 *
 *     const loss = sub(1, ssim(decoder.call(z), image));
 */
export function ssim(input: Tensor, target: Tensor, options: SsimOptions = {}): Tensor {
  const { dataRange = 1, kernelSize = 11, sigma = 1.5, k1 = 0.01, k2 = 0.03 } = options;
  checkLossOptions('ssim', options, ['dataRange', 'kernelSize', 'sigma', 'k1', 'k2']);
  checkCount('ssim', 'kernelSize', kernelSize);
  if (kernelSize % 2 === 0) {
    throw new ValueError(`ssim: kernelSize is ${kernelSize}; expected an odd number, such as 11`);
  }
  checkNumber('ssim', { dataRange, sigma }, { least: Number.MIN_VALUE });
  checkNumber('ssim', { k1, k2 });
  checkPair('ssim', input, target);
  checkImages('ssim', input);
  const [n, c, h, w] = input.shape;
  if (kernelSize > Math.min(h, w)) {
    throw new ShapeError(
      `ssim: the ${kernelSize} x ${kernelSize} window is larger than the ${h} x ${w} image of ` +
        `${formatShape(input.shape)}; give a smaller kernelSize`,
    );
  }
  const weights = gaussian(kernelSize, sigma);
  // A Gaussian window is a column times a row, one convolution each.
  const column = reshape(weights, [1, 1, kernelSize, 1]);
  const row = reshape(weights, [1, 1, 1, kernelSize]);
  const local = (x: Tensor) => conv2d(conv2d(x, column), row);
  const x = reshape(input, [n * c, 1, h, w]);
  const y = reshape(target, [n * c, 1, h, w]);
  const [meanX, meanY] = [local(x), local(y)];
  const covariance = (a: Tensor, b: Tensor, meanA: Tensor, meanB: Tensor) =>
    sub(local(mul(a, b)), mul(meanA, meanB));
  const c1 = (k1 * dataRange) ** 2;
  const c2 = (k2 * dataRange) ** 2;
  const luminance = div(
    add(mul(mul(meanX, meanY), 2), c1),
    add(add(mul(meanX, meanX), mul(meanY, meanY)), c1),
  );
  const structure = div(
    add(mul(covariance(x, y, meanX, meanY), 2), c2),
    add(add(covariance(x, x, meanX, meanX), covariance(y, y, meanY, meanY)), c2),
  );
  const perChannel = mean(mul(luminance, structure), [1, 2, 3]);
  return reduceLosses(mean(reshape(perChannel, [n, c]), 1), options.reduction);
}

function checkImages(operation: string, x: Tensor): void {
  if (x.rank === 4 && x.dtype === 'float32') return;
  throw new ShapeError(
    `${operation}: expected float32 images [N, C, H, W], got ${x.dtype} ${formatShape(x.shape)}`,
  );
}

/** [size] numbers that sum to 1, the largest in the middle; computed in the program, in its own precision. */
function gaussian(size: number, sigma: number): Tensor {
  const offset = sub(cast(iota([size], 0), 'float32'), (size - 1) / 2);
  return softmax(mul(mul(offset, offset), -1 / (2 * sigma ** 2)), 0);
}
