/** Pooling over windows of [N, C, L]: maximum and average. */

import type { Tensor } from '../graph/tensor.js';
import { averagePool, type PoolKind, poolAxes } from './pool-axes.js';
import type { PooledWithIndices } from './pooling.js';
import { windowMaxima, windowPlaces } from './windows.js';

/** One number, as such or in a list of one. */
type Single = number | readonly [number];

export interface Pool1dOptions {
  kernelSize: Single;
  /** Defaults to the kernel size. */
  stride?: Single;
  /** One number for both ends, or [before, behind]. Default: 0. */
  padding?: Single | readonly [number, number] | 'same' | 'valid';
  /** Default: 1. */
  dilation?: Single;
  /** Also take windows that reach over the end, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

const kind = (operation: string): PoolKind => ({ operation, axes: 1 });

/**
 * Maximum over windows of x [N, C, L] -> [N, C, OL]; padding never wins.
 *
 * Throws ShapeError when no window fits, ValueError for options out of range.
 *
 *     const y = maxPool1d(x, { kernelSize: 2 });
 */
export const maxPool1d = (x: Tensor, options: Pool1dOptions): Tensor =>
  windowMaxima(x, poolAxes(kind('maxPool1d'), x, options));

/**
 * As `maxPool1d`, with the places of the maxima along L.
 *
 *     const { output, indices } = maxPool1dWithIndices(x, { kernelSize: 2 });
 */
export function maxPool1dWithIndices(x: Tensor, options: Pool1dOptions): PooledWithIndices {
  const axes = poolAxes(kind('maxPool1d'), x, options);
  return { output: windowMaxima(x, axes), indices: windowPlaces(x, axes) };
}

export interface AvgPool1dOptions extends Pool1dOptions {
  /** Count padding as zeros in the mean. Default: true. */
  countIncludePad?: boolean;
  /** Divide every sum by this number instead of the count. */
  divisorOverride?: number;
}

/**
 * Mean over windows of x [N, C, L] -> [N, C, OL].
 *
 * Throws ShapeError when no window fits, ValueError for options out of range.
 *
 *     const y = avgPool1d(x, { kernelSize: 3, padding: 1, countIncludePad: false });
 */
export const avgPool1d = (x: Tensor, options: AvgPool1dOptions): Tensor =>
  averagePool(kind('avgPool1d'), x, options);
