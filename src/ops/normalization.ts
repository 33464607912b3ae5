/** Normalisation by mean and variance: over the batch, over features, over groups, over each image; and over neighbouring channels. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import { add, div, exp, less, log, mul, neg, sqrt, sub, where } from './elementwise.js';
import { pad } from './pad.js';
import { sumPool2d } from './pooling.js';
import { mean } from './reduction.js';
import { detach, reshape, slice } from './view.js';

export interface Moments {
  readonly mean: Tensor;
  /** The mean squared distance from the mean (divided by the count, not by the count - 1). */
  readonly variance: Tensor;
}

/**
 * Mean and variance over `dims`, which stay with extent 1; exact also where the mean is far larger than the spread.
 *
 * Throws ShapeError when there is nothing to reduce.
 *
 *     const { mean, variance } = moments(x, [0, 2, 3]);
 */
export function moments(x: Tensor, dims: readonly number[]): Moments {
  const { mean, variance } = shiftedMoments(x, dims);
  return { mean, variance };
}

interface ShiftedMoments extends Moments {
  /** x less about its mean. */
  readonly shifted: Tensor;
  /** What that left: the mean of `shifted`. */
  readonly rest: Tensor;
}

function shiftedMoments(x: Tensor, dims: readonly number[]): ShiftedMoments {
  // Any shift leaves the spread as it is, so that no gradient need flow through this one.
  const shift = detach(mean(representative(x, dims), dims, { keepDims: true }));
  const shifted = sub(x, shift);
  const rest = mean(shifted, dims, { keepDims: true });
  const variance = sub(mean(mul(shifted, shifted), dims, { keepDims: true }), mul(rest, rest));
  return {
    mean: add(shift, rest),
    // Rounding may take the variance of equal numbers below nothing.
    variance: where(less(variance, 0), 0, variance),
    shifted,
    rest,
  };
}

/** Examples of which one is enough to tell about where the values lie. */
const examplesForOne = 8;

/**
 * A part of x whose mean over `dims` is near enough: the first eighth of a batch.
 *
 * The square of the distance between the means of an eighth and of all is at most eight times the variance,
 * whatever the values, so that no more than three bits are lost to the shift.
 */
function representative(x: Tensor, dims: readonly number[]): Tensor {
  const examples = Math.ceil(x.shape[0] / examplesForOne);
  if (!dims.includes(0) || x.shape[0] < examplesForOne) return x;
  return slice(x, {
    start: x.shape.map(() => 0),
    end: x.shape.map((extent, dim) => (dim === 0 ? examples : extent)),
  });
}

export interface AffineOptions {
  /** Multiplied after normalising. Default: none. */
  weight?: Tensor;
  /** Added after that. Default: none. */
  bias?: Tensor;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

export interface RunningStatistics {
  /** [C]; a Variable that is updated when the input's own statistics are taken. */
  runningMean?: Tensor;
  /** [C]; of the unbiased variance. */
  runningVar?: Tensor;
  /** The part of the new value in the running one. Default: 0.1. */
  momentum?: number | Tensor;
}

export interface BatchNormOptions extends AffineOptions, RunningStatistics {
  /** Normalise by the batch's own statistics and update the running ones. Default: false. */
  training?: boolean;
}

/**
 * Normalises each channel of x [N, C, ...] over the batch (Ioffe and Szegedy 2015); weight and bias are [C].
 *
 * Throws ShapeError when shapes do not fit or a channel has one value in training, ValueError without
 * running statistics outside training.
 *
 *     const y = batchNorm(x, { training: true, weight, bias });
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): Tensor {
  const { training = false, runningMean, runningVar, momentum = 0.1 } = options;
  const channels = channelsOf('batchNorm', x, 2);
  const perChannel = alongChannels(x);
  if (!training) return byRunning('batchNorm', x, options);
  const dims = x.shape.map((_, dim) => dim).filter((dim) => dim !== 1);
  const count = x.size / channels;
  if (!(count > 1)) {
    throw new ShapeError(
      `batchNorm: ${formatShape(x.shape)} has ${count || 0} values per channel; training needs more ` +
        `than 1, so use a larger batch or call eval()`,
    );
  }
  const found = shiftedMoments(x, dims);
  const { mean, variance } = found;
  updateRunning('runningMean', runningMean, { value: reshape(mean, [channels]), momentum });
  const unbiased = mul(reshape(variance, [channels]), count / (count - 1));
  updateRunning('runningVar', runningVar, { value: unbiased, momentum });
  return scaleAndShift(found, { ...options, perChannel, operation: 'batchNorm' });
}

export interface InstanceNormOptions extends AffineOptions, RunningStatistics {
  /** Normalise by the input's own statistics and update the running ones. Default: true. */
  useInputStats?: boolean;
}

/**
 * Normalises each channel of each image of x [N, C, ...] (Ulyanov et al. 2016); weight and bias are [C].
 *
 * Throws ShapeError when shapes do not fit or an image has one element, ValueError without running
 * statistics when they are asked for.
 *
 *     const y = instanceNorm(x);
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  const { useInputStats = true, runningMean, runningVar, momentum = 0.1 } = options;
  const channels = channelsOf('instanceNorm', x, 3);
  if (!useInputStats) return byRunning('instanceNorm', x, options);
  const count = sizeOf(x.shape.slice(2));
  if (!(count > 1)) {
    throw new ShapeError(
      `instanceNorm: ${formatShape(x.shape)} has ${count} elements per image and channel; ` +
        `expected more than 1`,
    );
  }
  const found = shiftedMoments(x, x.shape.map((_, dim) => dim).slice(2));
  const overBatch = (values: Tensor) => mean(reshape(values, [x.shape[0], channels]), 0);
  updateRunning('runningMean', runningMean, { value: overBatch(found.mean), momentum });
  const unbiased = mul(overBatch(found.variance), count / (count - 1));
  updateRunning('runningVar', runningVar, { value: unbiased, momentum });
  const perChannel = alongChannels(x);
  return scaleAndShift(found, { ...options, perChannel, operation: 'instanceNorm' });
}

export interface LayerNormOptions extends AffineOptions {
  /** The last dimensions of x, over which it is normalised; also the shape of weight and bias. */
  normalizedShape: Shape;
}

/**
 * Normalises x over its last dimensions (Ba, Kiros and Hinton 2016).
 *
 * Throws ShapeError when x does not end in `normalizedShape`, or weight or bias is of another shape.
 *
 *     const y = layerNorm(x, { normalizedShape: [64] });
 */
export function layerNorm(x: Tensor, options: LayerNormOptions): Tensor {
  const { normalizedShape } = options;
  const first = x.rank - normalizedShape.length;
  if (
    normalizedShape.length === 0 ||
    !sameShape(x.shape.slice(Math.max(first, 0)), normalizedShape)
  ) {
    throw new ShapeError(
      `layerNorm: expected an input that ends in ${formatShape(normalizedShape)}, ` +
        `got ${formatShape(x.shape)}`,
    );
  }
  const found = shiftedMoments(x, x.shape.map((_, dim) => dim).slice(first));
  const layout = { perChannel: normalizedShape, operation: 'layerNorm' };
  return affine(standardized(found, options.eps), { ...options, ...layout });
}

export interface GroupNormOptions extends AffineOptions {
  /** How many groups the channels are parted into. */
  numGroups: number;
}

/**
 * Normalises x [N, C, ...] over groups of channels of each image (Wu and He 2018); weight and bias are [C].
 *
 * Throws ShapeError when shapes do not fit or the groups do not divide the channels.
 *
 *     const y = groupNorm(x, { numGroups: 8 });
 */
export function groupNorm(x: Tensor, options: GroupNormOptions): Tensor {
  const { numGroups } = options;
  const channels = channelsOf('groupNorm', x, 2);
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ShapeError(
      `groupNorm: numGroups is ${numGroups}, which does not divide the ${channels} channels of ` +
        `${formatShape(x.shape)}`,
    );
  }
  // Of one shape from end to end, so that whatever is computed of a group finds its elements together.
  const inGroup = channels / numGroups;
  const groups = reshape(x, [x.shape[0], numGroups, inGroup, sizeOf(x.shape.slice(2))]);
  const found = shiftedMoments(groups, [2, 3]);
  const perChannel = [1, numGroups, inGroup, 1];
  const normal = scaleAndShift(found, { ...options, perChannel, operation: 'groupNorm' });
  return reshape(normal, x.shape);
}

export interface LocalResponseNormOptions {
  /** How many neighbouring channels are summed over. */
  size: number;
  /** Times the mean of squares. Default: 1e-4. */
  alpha?: number;
  /** The exponent. Default: 0.75. */
  beta?: number;
  /** Added before the power is taken. Default: 1. */
  k?: number;
}

/**
 * x [N, C, ...] / (k + alpha * mean of squares of the neighbouring channels) ** beta, as in AlexNet
 * (Krizhevsky, Sutskever and Hinton 2012); the mean counts channels outside as 0.
 *
 * Throws ShapeError when x has fewer than three dimensions, ValueError when `size` is below 1.
 *
 *     const y = localResponseNorm(x, { size: 5, k: 2 });
 */
export function localResponseNorm(x: Tensor, options: LocalResponseNormOptions): Tensor {
  const { size, alpha = 1e-4, beta = 0.75, k = 1 } = options;
  const channels = channelsOf('localResponseNorm', x, 3);
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new ValueError(
      `localResponseNorm: size is ${size}; expected a whole number of at least 1`,
    );
  }
  const before = Math.floor(size / 2);
  const squares = reshape(mul(x, x), [x.shape[0], 1, channels, sizeOf(x.shape.slice(2))]);
  const padded = pad(squares, { low: [0, 0, before, 0], high: [0, 0, size - 1 - before, 0] });
  const sums = reshape(sumPool2d(padded, { kernelSize: [size, 1], stride: 1 }), x.shape);
  const base = add(mul(sums, alpha / size), k);
  return mul(x, exp(mul(log(base), -beta)));
}

/** [C] to a shape that broadcasts along the channels of x. */
const alongChannels = (x: Tensor): Shape => x.shape.map((extent, dim) => (dim === 1 ? extent : 1));

function channelsOf(operation: string, x: Tensor, rank: number): number {
  if (x.rank >= rank) return x.shape[1];
  throw new ShapeError(
    `${operation}: expected [N, C${rank > 2 ? ', L, ...' : ', ...'}], got ${formatShape(x.shape)}`,
  );
}

interface Layout {
  /** The shape that weight and bias take to broadcast against x. */
  readonly perChannel: Shape;
  readonly operation: string;
}

/** 1 / standard deviation */
const inverse = (variance: Tensor, eps = 1e-5): Tensor => div(1, sqrt(add(variance, eps)));

function standardized({ shifted, rest, variance }: ShiftedMoments, eps?: number): Tensor {
  const scale = inverse(variance, eps);
  return sub(mul(shifted, scale), mul(rest, scale));
}

/** Standardised, then scaled and shifted by tensors that are as small as the moments. */
function scaleAndShift(
  { shifted, rest, variance }: Omit<ShiftedMoments, 'mean'>,
  { eps, weight, bias, ...layout }: AffineOptions & Layout,
): Tensor {
  // One factor and one summand per channel, which are computed apart from x: behind a convolution that is
  // all there is to do for an element, and the gradient of x takes two sums over x and no more.
  const deviations = inverse(variance, eps);
  const scale = weight ? mul(deviations, fitted({ weight }, layout)) : deviations;
  const moved = mul(rest, scale);
  const offset = bias ? sub(fitted({ bias }, layout), moved) : neg(moved);
  return add(mul(shifted, scale), offset);
}

function affine(x: Tensor, { weight, bias, ...layout }: AffineOptions & Layout): Tensor {
  const scaled = weight ? mul(x, fitted({ weight }, layout)) : x;
  return bias ? add(scaled, fitted({ bias }, layout)) : scaled;
}

/** The one tensor in `named` in the shape that broadcasts against x. */
function fitted(named: Record<string, Tensor>, { perChannel, operation }: Layout): Tensor {
  const [[name, tensor]] = Object.entries(named);
  const expected = operation === 'layerNorm' ? perChannel : [sizeOf(perChannel)];
  if (sameShape(tensor.shape, expected)) return reshape(tensor, perChannel);
  throw new ShapeError(
    `${operation}: expected ${name} ${formatShape(expected)}, got ${formatShape(tensor.shape)}`,
  );
}

function byRunning(
  operation: string,
  x: Tensor,
  { runningMean, runningVar, ...options }: AffineOptions & RunningStatistics,
): Tensor {
  if (!runningMean || !runningVar) {
    throw new ValueError(
      `${operation}: runningMean and runningVar are needed to normalise by them; pass both, or take ` +
        `the input's own statistics`,
    );
  }
  const perChannel = alongChannels(x);
  const channels = [x.shape[1]];
  for (const [name, { shape }] of Object.entries({ runningMean, runningVar })) {
    if (sameShape(shape, channels)) continue;
    throw new ShapeError(
      `${operation}: expected ${name} ${formatShape(channels)}, got ${formatShape(shape)}`,
    );
  }
  const rest = reshape(runningMean, perChannel);
  const variance = reshape(runningVar, perChannel);
  return scaleAndShift({ shifted: x, rest, variance }, { ...options, perChannel, operation });
}

function updateRunning(
  name: string,
  running: Tensor | undefined,
  { value, momentum }: { value: Tensor; momentum: number | Tensor },
): void {
  if (!running) return;
  if (!(running instanceof Variable)) {
    throw new ValueError(`${name}: expected a Variable to update, got ${running}`);
  }
  running.assign(add(running, mul(sub(detach(value), running), momentum)));
}
