/** Joining and cutting tensors: concatenate, stack, split, chunk, repeat, tile. */

import { concatenatePrimitive } from '../graph/concatenate-primitive.js';
import { ShapeError, ValueError } from '../graph/errors.js';
import { apply } from '../graph/primitive.js';
import { formatShape, normalizeDim } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { expand, reshape, slice } from './view.js';

/**
 * The tensors one behind the other along `dim` (0); all other extents must be equal.
 *
 * Throws ShapeError when ranks, dtypes or other extents differ, ValueError for an empty list.
 *
 *     const y = concatenate([left, right], 1);
 */
export function concatenate(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors;
  if (!first) throw new ValueError('concatenate: the list is empty; give at least one tensor');
  const along = normalizeDim(dim, first.rank, 'concatenate');
  tensors.forEach(({ shape, dtype }, i) => {
    const fits = shape.length === first.rank && dtype === first.dtype;
    if (fits && shape.every((extent, d) => d === along || extent === first.shape[d])) return;
    throw new ShapeError(
      `concatenate: tensor ${i} is ${dtype} ${formatShape(shape)}, tensor 0 is ${first.dtype} ` +
        `${formatShape(first.shape)}; expected the same dtype and extents but for dimension ${along}`,
    );
  });
  const filled = tensors.filter(({ shape }) => shape[along] > 0);
  if (filled.length < 2) return filled[0] ?? first;
  return apply(concatenatePrimitive, filled, { dim: along });
}

/**
 * Tensors of one shape along a new dimension `dim` (0).
 *
 * Throws as `concatenate` does.
 *
 *     const batch = stack([picture, another]);
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const rank = (tensors[0]?.rank ?? 0) + 1;
  const along = normalizeDim(dim, rank, 'stack');
  const widened = tensors.map((part) =>
    reshape(part, [...part.shape.slice(0, along), 1, ...part.shape.slice(along)]),
  );
  return concatenate(widened, along);
}

/**
 * Cuts x along `dim` (0) into parts of `size` (the last may be smaller), or of the listed sizes.
 *
 * Throws ShapeError when listed sizes do not add up, ValueError for a size below 1.
 *
 *     const [mean, logVariance] = split(x, 20, 1);
 */
export function split(x: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
  const along = normalizeDim(dim, x.rank, 'split');
  const extent = x.shape[along];
  const sizes = typeof size === 'number' ? equalSizes(extent, size) : size;
  if (sizes.some((one) => !Number.isInteger(one) || one < 0)) {
    throw new ValueError(`split: sizes [${sizes}] must be whole numbers of zero or more`);
  }
  const total = sizes.reduce((sum, one) => sum + one, 0);
  if (total !== extent) {
    throw new ShapeError(
      `split: sizes [${sizes}] add up to ${total}, but dimension ${along} of ` +
        `${formatShape(x.shape)} has ${extent}`,
    );
  }
  let from = 0;
  return sizes.map((one) => {
    const start = x.shape.map((_, d) => (d === along ? from : 0));
    from += one;
    const end = x.shape.map((whole, d) => (d === along ? from : whole));
    return slice(x, { start, end });
  });
}

function equalSizes(extent: number, size: number): number[] {
  if (!Number.isInteger(size) || size < 1) {
    throw new ValueError(`split: size ${size} must be a whole number of at least 1`);
  }
  const count = Math.max(Math.ceil(extent / size), 1);
  return Array.from({ length: count }, (_, i) => Math.min(size, extent - i * size));
}

/**
 * Cuts x along `dim` (0) into at most `chunks` equal parts; the last may be smaller.
 *
 * Throws ValueError when `chunks` is no whole number of at least 1.
 *
 *     const [a, b] = chunk(x, 2, 1);
 */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const along = normalizeDim(dim, x.rank, 'chunk');
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new ValueError(`chunk: ${chunks} chunks; expected a whole number of at least 1`);
  }
  return split(x, Math.max(Math.ceil(x.shape[along] / chunks), 1), along);
}

/**
 * x, `times[i]` times along each dimension; further leading dimensions are added, never left out.
 *
 * Throws ShapeError for fewer numbers than dimensions, ValueError for a number below 1.
 *
 *     const y = repeat(x, [2, 1, 3]);
 */
export function repeat(x: Tensor, times: readonly number[]): Tensor {
  if (times.length < x.rank) {
    throw new ShapeError(
      `repeat: ${formatShape(x.shape)} needs at least ${x.rank} numbers, got [${times}]; use tile()`,
    );
  }
  if (times.some((count) => !Number.isInteger(count) || count < 1)) {
    throw new ValueError(`repeat: [${times}] must be whole numbers of at least 1`);
  }
  const shape = [...new Array<number>(times.length - x.rank).fill(1), ...x.shape];
  const apart = reshape(
    x,
    shape.flatMap((extent) => [1, extent]),
  );
  const filled = expand(
    apart,
    shape.flatMap((extent, dim) => [times[dim], extent]),
  );
  return reshape(
    filled,
    shape.map((extent, dim) => extent * times[dim]),
  );
}

/**
 * As `repeat`, but fewer numbers than dimensions count from the last.
 *
 *     const y = tile(x, [2]);
 */
export function tile(x: Tensor, times: readonly number[]): Tensor {
  return repeat(x, [...new Array<number>(Math.max(x.rank - times.length, 0)).fill(1), ...times]);
}

/**
 * Every element `times` times in a row along `dim` (0).
 *
 *     const y = repeatInterleave(x, 2, -1);
 */
export function repeatInterleave(x: Tensor, times: number, dim = 0): Tensor {
  const along = normalizeDim(dim, x.rank, 'repeatInterleave');
  if (!Number.isInteger(times) || times < 1) {
    throw new ValueError(`repeatInterleave: ${times} times; expected a whole number of at least 1`);
  }
  const [before, behind] = [x.shape.slice(0, along + 1), x.shape.slice(along + 1)];
  const filled = expand(reshape(x, [...before, 1, ...behind]), [...before, times, ...behind]);
  return reshape(filled, [...x.shape.slice(0, along), x.shape[along] * times, ...behind]);
}
