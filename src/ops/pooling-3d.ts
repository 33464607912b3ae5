/** Pooling over windows of [N, C, D, H, W]: maximum and average. */

import type { Tensor } from '../graph/tensor.js';
import { averagePool, type PoolKind, poolAxes } from './pool-axes.js';
import type { PooledWithIndices } from './pooling.js';
import { windowMaxima, windowPlaces } from './windows.js';

type Triple = readonly [number, number, number];
type Sides = readonly [number, number, number, number, number, number];

export interface Pool3dOptions {
  kernelSize: number | Triple;
  /** Defaults to the kernel size. */
  stride?: number | Triple;
  /** One number, three, or [front, behind, top, bottom, left, right]. Default: 0. */
  padding?: number | Triple | Sides | 'same' | 'valid';
  /** Default: 1. */
  dilation?: number | Triple;
  /** Also take windows that reach over the end, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

const kind = (operation: string): PoolKind => ({ operation, axes: 3 });

/**
 * Maximum over windows of x [N, C, D, H, W] -> [N, C, OD, OH, OW]; padding never wins.
 *
 * Throws ShapeError when no window fits, ValueError for options out of range.
 *
 *     const y = maxPool3d(x, { kernelSize: 2 });
 */
export const maxPool3d = (x: Tensor, options: Pool3dOptions): Tensor =>
  windowMaxima(x, poolAxes(kind('maxPool3d'), x, options));

/**
 * As `maxPool3d`, with the places of the maxima as (d * H + h) * W + w.
 *
 *     const { output, indices } = maxPool3dWithIndices(x, { kernelSize: 2 });
 */
export function maxPool3dWithIndices(x: Tensor, options: Pool3dOptions): PooledWithIndices {
  const axes = poolAxes(kind('maxPool3d'), x, options);
  return { output: windowMaxima(x, axes), indices: windowPlaces(x, axes) };
}

export interface AvgPool3dOptions extends Pool3dOptions {
  /** Count padding as zeros in the mean. Default: true. */
  countIncludePad?: boolean;
  /** Divide every sum by this number instead of the count. */
  divisorOverride?: number;
}

/**
 * Mean over windows of x [N, C, D, H, W] -> [N, C, OD, OH, OW].
 *
 * Throws ShapeError when no window fits, ValueError for options out of range.
 *
 *     const y = avgPool3d(x, { kernelSize: 3, padding: 1, countIncludePad: false });
 */
export const avgPool3d = (x: Tensor, options: AvgPool3dOptions): Tensor =>
  averagePool(kind('avgPool3d'), x, options);
