/** Dropout: sets random elements or channels to 0 and scales the others up. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, type Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { less, mul, where } from './elementwise.js';
import { requireFloat } from './operands.js';
import { type Generator, uniform } from './random.js';

export interface DropoutOptions {
  /** Where the mask comes from; every call goes on where the last one stopped. */
  generator: Generator;
  /** The part that is set to 0, from 0 to 1. Default: 0.5. */
  p?: number;
}

/**
 * Sets elements of x to 0 with probability `p` and divides the others by 1 - p (Srivastava et al. 2014).
 *
 * Throws ValueError when `p` is not within 0 and 1, ShapeError for other dtypes than float32.
 *
 *     const generator = new Generator(7);
 *     const y = dropout(x, { generator, p: 0.1 });
 */
export function dropout(x: Tensor, options: DropoutOptions): Tensor {
  return masked('dropout', x, { ...options, shape: x.shape });
}

/** What each dropout of channels takes, and what else its message names. */
const layouts = {
  dropout1d: { batched: '[N, C, L]', single: '[C, L]', rank: 3 },
  dropout2d: { batched: '[N, C, H, W]', single: null, rank: 4 },
  dropout3d: { batched: '[N, C, D, H, W]', single: '[C, D, H, W]', rank: 5 },
} as const;

/**
 * Sets whole channels of x [N, C, L] or [C, L] to 0 with probability `p` and divides the others by 1 - p
 * (Tompson et al. 2015).
 *
 * Throws ValueError when `p` is not within 0 and 1, ShapeError when x has other dimensions.
 *
 *     const y = dropout1d(x, { generator: new Generator(7) });
 */
export function dropout1d(x: Tensor, options: DropoutOptions): Tensor {
  return withoutChannels('dropout1d', x, options);
}

/**
 * Sets whole channels of x [N, C, H, W] to 0 with probability `p` and divides the others by 1 - p
 * (Tompson et al. 2015).
 *
 * Three dimensions are refused, because PyTorch takes them for [N, C, L] and says that it will take them
 * for [C, H, W]. Throws ValueError when `p` is not within 0 and 1, ShapeError when x has other dimensions.
 *
 *     const y = dropout2d(x, { generator: new Generator(7) });
 */
export function dropout2d(x: Tensor, options: DropoutOptions): Tensor {
  return withoutChannels('dropout2d', x, options);
}

/**
 * Sets whole channels of x [N, C, D, H, W] or [C, D, H, W] to 0 with probability `p` and divides the
 * others by 1 - p (Tompson et al. 2015).
 *
 * Throws ValueError when `p` is not within 0 and 1, ShapeError when x has other dimensions.
 *
 *     const y = dropout3d(x, { generator: new Generator(7) });
 */
export function dropout3d(x: Tensor, options: DropoutOptions): Tensor {
  return withoutChannels('dropout3d', x, options);
}

function withoutChannels(
  operation: keyof typeof layouts,
  x: Tensor,
  options: DropoutOptions,
): Tensor {
  const { batched, single, rank } = layouts[operation];
  const missing = rank - x.rank;
  if (missing === 0 || (missing === 1 && single)) {
    const shape = x.shape.map((extent, i) => (i < 2 - missing ? extent : 1));
    return masked(operation, x, { ...options, shape });
  }
  const mend =
    operation === 'dropout2d' && missing === 1
      ? '; use dropout1d for [N, C, L], or reshape() [C, H, W] to [1, C, H, W]'
      : '; use dropout for single elements';
  throw new ShapeError(
    `${operation}: expected ${single ? `${batched} or ${single}` : batched}, ` +
      `got ${formatShape(x.shape)}${mend}`,
  );
}

/** Throws ValueError unless 0 <= p <= 1. */
export function checkProbability(owner: string, p: number): void {
  if (typeof p === 'number' && p >= 0 && p <= 1) return;
  throw new ValueError(`${owner}: p is ${p}; expected a probability from 0 to 1`);
}

function masked(
  operation: string,
  x: Tensor,
  { generator, p = 0.5, shape }: DropoutOptions & { shape: Shape },
): Tensor {
  checkProbability(operation, p);
  requireFloat(operation, x);
  if (p === 0) return x;
  const dropped = less(uniform(shape, generator), p);
  return mul(x, where(dropped, 0, p === 1 ? 0 : 1 / (1 - p)));
}
