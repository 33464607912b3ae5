/** What losses share: the reduction to one number, and the check that two tensors belong together. */

import { ShapeError } from '../graph/errors.js';
import { formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { less, where } from '../ops/elementwise.js';
import { mean, sum } from '../ops/reduction.js';
import { checkOptionNames } from './options.js';

/** The mean of all losses, their sum, or each by itself. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  /** One number for the batch, or with 'none' every loss by itself. Default: 'mean'. */
  reduction?: Reduction;
}

const reductions = {
  mean: (losses: Tensor): Tensor => mean(losses),
  sum: (losses: Tensor): Tensor => sum(losses),
  none: (losses: Tensor): Tensor => losses,
};

/** Throws ValueError for an unknown option name or reduction; `more` names options beside `reduction`. */
export function checkLossOptions(
  loss: string,
  options: { readonly reduction?: string },
  more: readonly string[] = [],
): void {
  checkOptionNames(loss, options, ['reduction', ...more]);
  const { reduction = 'mean' } = options;
  checkOptionNames(`${loss} reduction`, { [reduction]: true }, Object.keys(reductions));
}

export const reduceLosses = (losses: Tensor, reduction: Reduction = 'mean'): Tensor =>
  reductions[reduction](losses);

/** Throws ShapeError unless both are float32 of one shape. */
export function checkPair(loss: string, input: Tensor, target: Tensor): void {
  if (input.dtype !== 'float32' || target.dtype !== 'float32') {
    throw new ShapeError(
      `${loss}: expected float32 input and target, got ${input.dtype} and ${target.dtype}; ` +
        `convert with cast()`,
    );
  }
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      `${loss}: expected input and target of one shape, got ${formatShape(input.shape)} and ` +
        `${formatShape(target.shape)}; use reshape() or expand()`,
    );
  }
}

/** max(x, 0) with PyTorch's gradient of clamp: 1 at 0. */
export const clampAtZero = (x: Tensor): Tensor => where(less(x, 0), 0, x);
