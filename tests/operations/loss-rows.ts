/** Rows of a loss under its reductions, and the targets that losses share. */

import type { Tensor } from '../../src/graph/tensor.js';
import type { Reduction } from '../../src/nn/index.js';
import { between, type CaseInput, integers } from '../cases/case.js';
import type { GradientKind, OperationRows, Row } from './row.js';

type Shape = readonly number[];

/** A name, the inputs, the options but for the reduction, and PyTorch's call but for it. */
export type LossRow<Options> = readonly [
  name: string,
  inputs: readonly CaseInput[],
  options: Options,
  torch: string,
  gradient?: GradientKind,
];

export const reductions: readonly Reduction[] = ['mean', 'sum', 'none'];

/** The first row under every reduction, the others under the mean and by themselves. */
export function everyReduction<Options>(
  loss: (inputs: readonly Tensor[], options: Options & { reduction: Reduction }) => Tensor,
  rows: readonly LossRow<Options>[],
  { special = [] }: { special?: readonly LossRow<Options>[] } = {},
): OperationRows {
  const reduced = (
    [name, inputs, options, torch, gradient]: LossRow<Options>,
    reduction: Reduction,
  ): Row => ({
    name: `${name}, ${reduction}`,
    inputs,
    build: (...tensors) => loss(tensors, { ...options, reduction }),
    torch: `${torch}, reduction='${reduction}')`,
    ...(gradient && { gradient }),
  });
  const chosen = (i: number) => (i === 0 ? reductions : (['mean', 'none'] as const));
  return {
    gradient: 'smooth',
    rows: rows.flatMap((row, i) => chosen(i).map((reduction) => reduced(row, reduction))),
    special: special.map((row) => reduced(row, 'none')),
  };
}

/** Between 0 and 1, and neither. */
export const probability = (shape: Shape, seed: number) => between(0.05, 0.95, shape, seed);

/** A class for each. */
export const labels = (classes: number, shape: Shape) => integers(0, classes - 1, shape, 7);

/** int32, because PyTorch's weights have no gradients. */
export const classWeights = (classes: number) => integers(1, 5, [classes], 8);
