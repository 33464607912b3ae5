/**
 * Convolutions [G, N, C, H, W] * [G, O, C, KH, KW]: output, input gradient and filter gradient alike.
 *
 * An implicit matrix product: output positions are the rows of a register tile, read where the input
 * lies through a table of taps; output channels are its lanes, read from packed filters. Columns of
 * patches are never written out.
 */

import { sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel } from '../../../plan.js';
import type { KernelContext } from '../../kernel-context.js';
import { emitByItems, suitsItems } from './by-items.js';
import { emitByPhases, suitsPhases } from './by-phases.js';
import { emitByPlanes, suitsPlanes } from './by-planes.js';
import { emitByRows } from './by-rows.js';
import { emitInput, type Skips } from './input.js';
import { type Convolution, emitFilters, type TapOrder } from './taps.js';

/** More taps than this (filter gradients) are walked channel by channel, with a table of one channel. */
const longestTable = 16384;

interface Method {
  readonly order: TapOrder;
  readonly skips: Skips;
  readonly emit: (context: KernelContext, convolution: Convolution) => void;
}

export function emitConv2d(context: KernelContext, kernel: Conv2dKernel): void {
  if (sizeOf(kernel.shape) === 0) return;
  if (suitsPhases(kernel)) {
    emitByPhases(context, kernel, emitConv2d);
    return;
  }
  const { order, skips, emit } = methodOf(kernel);
  const input = emitInput(context, kernel, skips);
  const filters = emitFilters(context, kernel, order);
  context.barrier();
  emit(context, { kernel, input, order, ...filters });
}

function methodOf(kernel: Conv2dKernel): Method {
  const oneTable = sizeOf(kernel.filterShape.slice(2)) <= longestTable;
  const order = oneTable ? 'rows' : 'channels';
  if (suitsPlanes(kernel)) {
    return { order, skips: { rows: false, columns: false }, emit: emitByPlanes };
  }
  if (oneTable && suitsItems(kernel)) {
    return { order: 'pixels', skips: { rows: true, columns: true }, emit: emitByItems };
  }
  return { order, skips: { rows: oneTable, columns: false }, emit: emitByRows };
}
