/** Dropout: sets random elements or channels to 0 and scales the others up. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, type Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { less, mul, where } from './elementwise.js';
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
 * Throws ValueError when `p` is not within 0 and 1.
 *
 *     const generator = new Generator(7);
 *     const y = dropout(x, { generator, p: 0.1 });
 */
export function dropout(x: Tensor, options: DropoutOptions): Tensor {
  return masked('dropout', x, { ...options, shape: x.shape });
}

/**
 * Sets whole channels of x [N, C, H, W] to 0 with probability `p` and divides the others by 1 - p
 * (Tompson et al. 2015).
 *
 * Throws ValueError when `p` is not within 0 and 1, ShapeError when x has not four dimensions.
 *
 *     const y = dropout2d(x, { generator: new Generator(7) });
 */
export function dropout2d(x: Tensor, options: DropoutOptions): Tensor {
  if (x.rank !== 4) {
    throw new ShapeError(`dropout2d: expected [N, C, H, W], got ${formatShape(x.shape)}`);
  }
  return masked('dropout2d', x, { ...options, shape: [x.shape[0], x.shape[1], 1, 1] });
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
  if (p === 0) return x;
  const dropped = less(uniform(shape, generator), p);
  return mul(x, where(dropped, 0, p === 1 ? 0 : 1 / (1 - p)));
}
