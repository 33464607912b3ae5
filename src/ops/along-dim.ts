/** Any dimension of a tensor as the rows of a matrix, and back: [..., S, ...] <-> [R, S]. */

import type { Shape } from '../graph/shape.js';
import { sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { reshape, transpose } from './view.js';

/** x with `dim` along the rows: [R, S], where S is the extent of `dim` and R all the others. */
export function rowsAlong(x: Tensor, dim: number): Tensor {
  const others = sizeOf(x.shape.filter((_, d) => d !== dim));
  return reshape(transpose(x, dim, -1), [others, x.shape[dim]]);
}

/** What `rowsAlong` makes of a tensor of `shape`, turned back into that shape. */
export function fromRowsAlong(rows: Tensor, shape: Shape, dim: number): Tensor {
  const swapped = [...shape];
  [swapped[dim], swapped[shape.length - 1]] = [shape[shape.length - 1], shape[dim]];
  return transpose(reshape(rows, swapped), dim, -1);
}
