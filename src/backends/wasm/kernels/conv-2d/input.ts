/** The input of a convolution as the register tile reads it: in place, or written out with its padding. */

import { contiguousStrides, sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel, PaddedView } from '../../../plan.js';
import { type I32, i32 } from '../../assembler.js';
import type { Address, KernelContext } from '../../kernel-context.js';
import { emitPaddedCopy } from '../../padded-copy.js';
import { startOf } from '../../rows.js';

/** Along one axis: padding that is skipped before the first element, and how many elements there are. */
export interface Axis {
  readonly skipped: number;
  readonly extent: number;
}

export interface Input {
  /** Where the element at `indices` of the leading dimensions is. */
  readonly start: (indices: readonly I32[]) => Address;
  /** Bytes per step of [G, N, C, H, W]. */
  readonly strides: readonly number[];
  readonly rows: Axis;
  readonly columns: Axis;
}

export interface Skips {
  /** Whether rows, and whether columns, of padding can be skipped instead of written out. */
  readonly rows: boolean;
  readonly columns: boolean;
}

/** Writes out the padding that must be written (a barrier must follow), and tells how to read. */
export function emitInput(context: KernelContext, { input }: Conv2dKernel, skips: Skips): Input {
  const { view } = input;
  const skipped = [3, 4].map((dim) => {
    const allowed = dim === 3 ? skips.rows : skips.columns;
    return allowed && input.interior[dim] === 0;
  });
  const isPadded = (dim: number): boolean =>
    input.shape[dim] !== input.extents[dim] || input.low[dim] !== 0;
  const mustWrite = input.shape.some((_, dim) => isPadded(dim) && !(dim >= 3 && skipped[dim - 3]));
  const axis = (dim: 3 | 4, writes: boolean): Axis => {
    if (skipped[dim - 3]) return { skipped: input.low[dim], extent: input.extents[dim] };
    return { skipped: 0, extent: writes ? input.shape[dim] : input.extents[dim] };
  };
  const axes = { rows: axis(3, mustWrite), columns: axis(4, mustWrite) };
  if (!mustWrite) {
    return {
      start: (indices) => startOf(context, view, view.strides, indices),
      strides: view.strides.map((stride) => stride * 4),
      ...axes,
    };
  }
  const unlessSkipped = (own: readonly number[], bare: readonly number[]): number[] =>
    own.map((amount, dim) => (dim >= 3 && skipped[dim - 3] ? bare[dim] : amount));
  const written: PaddedView = {
    ...input,
    low: unlessSkipped(input.low, [0, 0, 0, 0, 0]),
    shape: unlessSkipped(input.shape, input.extents),
  };
  const address = context.sharedScratch(sizeOf(written.shape) * 4);
  emitPaddedCopy(context, written, address);
  const strides = contiguousStrides(written.shape).map((stride) => stride * 4);
  return {
    start: (indices) => {
      let base = address.base;
      indices.forEach((index, dim) => {
        base = i32.add(base, i32.mul(index, strides[dim]));
      });
      return { base, offset: address.offset };
    },
    strides,
    ...axes,
  };
}
