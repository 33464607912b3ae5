/** Evenly spaced numbers, and grids of them. */

import { allocate, type DType } from '../graph/dtype.js';
import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from './creation.js';
import { expand, reshape } from './view.js';

export interface ArangeOptions {
  /** Default: 0. */
  start?: number;
  /** Negative: downwards. Default: 1. */
  step?: number;
  /** Default: int32 when all three numbers are whole, else float32. */
  dtype?: DType;
}

/**
 * The numbers from `start` (0) on, `step` (1) apart, up to but without `end`.
 *
 * Throws ValueError for a step of 0, one away from `end`, and numbers that are not finite.
 *
 *     const places = arange(10);
 *     const halves = arange(2, { start: 0.5, step: 0.5 }); // 0.5, 1, 1.5
 */
export function arange(end: number, { start = 0, step = 1, dtype }: ArangeOptions = {}): Tensor {
  if (![start, end, step].every(Number.isFinite) || step === 0 || (end - start) / step < 0) {
    throw new ValueError(
      `arange: there is no way from ${start} to ${end} in steps of ${step}; expected finite numbers ` +
        `and a step towards the end`,
    );
  }
  const whole = [start, end, step].every(Number.isInteger);
  const count = Math.ceil((end - start) / step);
  return listed(count, dtype ?? (whole ? 'int32' : 'float32'), (i) => start + i * step);
}

/**
 * `steps` float32 numbers from `start` to `end`, both included, at equal distances.
 *
 * Throws ValueError when `steps` is no whole number of 0 or more, or an end is not finite.
 *
 *     const grey = linspace(0, 1, 256);
 */
export function linspace(start: number, end: number, steps: number): Tensor {
  if (![start, end].every(Number.isFinite) || !Number.isInteger(steps) || steps < 0) {
    throw new ValueError(
      `linspace: ${steps} steps from ${start} to ${end}; expected finite ends and a whole number of ` +
        `steps`,
    );
  }
  const step = (end - start) / (steps - 1);
  // From both ends, so that the last is exact and the middle symmetric.
  const isFirstHalf = (i: number) => i < steps / 2;
  return listed(steps, 'float32', (i) =>
    steps === 1 || i === 0
      ? start
      : isFirstHalf(i)
        ? start + i * step
        : end - (steps - 1 - i) * step,
  );
}

function listed(count: number, dtype: DType, valueAt: (place: number) => number): Tensor {
  const data = allocate(dtype, count);
  for (let i = 0; i < count; i++) data[i] = valueAt(i);
  return tensor(data, [count], dtype);
}

export interface MeshgridOptions {
  /** 'ij': the first tensor varies along dimension 0; 'xy': along dimension 1, as columns. Default: 'ij'. */
  indexing?: 'ij' | 'xy';
}

/**
 * Vectors [N1], [N2], ... as the coordinates of a grid: each of shape [N1, N2, ...].
 *
 * Throws ShapeError for a tensor that is no vector or number, ValueError for another `indexing`.
 *
 *     const [rows, columns] = meshgrid([arange(3), arange(4)]);
 */
export function meshgrid(
  tensors: readonly Tensor[],
  { indexing = 'ij' }: MeshgridOptions = {},
): Tensor[] {
  if (indexing !== 'ij' && indexing !== 'xy') {
    throw new ValueError(`meshgrid: indexing is "${indexing}"; expected ij or xy`);
  }
  tensors.forEach(({ rank, shape }, i) => {
    if (rank <= 1) return;
    throw new ShapeError(`meshgrid: tensor ${i} is ${formatShape(shape)}; expected vectors`);
  });
  const isSwapped = indexing === 'xy' && tensors.length > 1;
  const dimOf = (i: number) => (isSwapped && i < 2 ? 1 - i : i);
  const shape = tensors.map((_, i) => tensors[dimOf(i)].size);
  return tensors.map((part, i) => {
    const column = shape.map((_, dim) => (dim === dimOf(i) ? part.size : 1));
    return expand(reshape(part, column), shape);
  });
}
