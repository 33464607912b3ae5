/** PyTorch's pooling options for any number of spatial axes, and the mean that every rank shares. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { div, mul } from './elementwise.js';
import { perAxis, sidesPerAxis } from './spatial-options.js';
import { type WindowAxis, windowAxes, windowCounts, windowSums } from './windows.js';

interface AnyPoolOptions {
  kernelSize: number | readonly number[];
  stride?: number | readonly number[];
  padding?: number | readonly number[] | 'same' | 'valid';
  dilation?: number | readonly number[];
  ceilMode?: boolean;
}

/** Which pooling speaks, and over how many spatial axes. */
export interface PoolKind {
  readonly operation: string;
  readonly axes: number;
}

const layouts = ['', '[N, C, L]', '[N, C, H, W]', '[N, C, D, H, W]'];

/** The windows that the options ask for; throws ShapeError or ValueError where there are none. */
export function poolAxes(
  { operation, axes }: PoolKind,
  x: Tensor,
  options: AnyPoolOptions,
): readonly WindowAxis[] {
  if (x.rank !== axes + 2) {
    throw new ShapeError(`${operation}: expected ${layouts[axes]}, got ${formatShape(x.shape)}`);
  }
  if (x.dtype !== 'float32') {
    throw new ShapeError(`${operation}: expected float32, got ${x.dtype}; convert with cast()`);
  }
  const kernel = perAxis(options.kernelSize, { axes, name: 'kernelSize' });
  const stride = perAxis(options.stride ?? options.kernelSize, { axes, name: 'stride' });
  const dilation = perAxis(options.dilation ?? 1, { axes, name: 'dilation' });
  const sides = sidesPerAxis(options.padding ?? 0, { kernel, stride, dilation });
  if (kernel.some((n, axis) => Math.max(sides[2 * axis], sides[2 * axis + 1]) * 2 > n)) {
    throw new ShapeError(
      `${operation}: padding ${formatShape(sides)} is more than half the kernel ` +
        `${kernel.join(' x ')}: a window would lie outside the input`,
    );
  }
  const { ceilMode = false } = options;
  return windowAxes(x, { kernel, stride, dilation, sides, ceilMode });
}

interface AnyAvgPoolOptions extends AnyPoolOptions {
  countIncludePad?: boolean;
  divisorOverride?: number;
}

/** Mean over windows of x, as the options of `avgPool2d` say. */
export function averagePool(kind: PoolKind, x: Tensor, options: AnyAvgPoolOptions): Tensor {
  const { countIncludePad = true, divisorOverride } = options;
  const axes = poolAxes(kind, x, options);
  const total = windowSums(x, axes);
  if (divisorOverride === undefined) return windowMeans(total, axes, countIncludePad);
  if (Number.isFinite(divisorOverride) && divisorOverride !== 0) {
    return mul(total, 1 / divisorOverride);
  }
  throw new ValueError(
    `${kind.operation}: divisorOverride ${divisorOverride}; expected a number but 0`,
  );
}

/** Sums over windows divided by how many elements each has. */
export function windowMeans(
  sums: Tensor,
  axes: readonly WindowAxis[],
  countIncludePad: boolean,
): Tensor {
  const padding = ({ low, high }: WindowAxis) => !countIncludePad && low + high > 0;
  if (axes.some((axis) => axis.over > 0 || padding(axis))) {
    return div(sums, windowCounts(axes, countIncludePad));
  }
  return mul(sums, 1 / axes.reduce((product, { kernel }) => product * kernel, 1));
}
