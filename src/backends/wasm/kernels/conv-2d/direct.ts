/**
 * Direct convolution, an implicit matrix product: output positions are the rows of a register tile, read
 * where the input lies through a table of taps; output channels are its lanes, read from packed filters.
 * Columns of patches are never written out.
 */

import { sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel } from '../../../plan.js';
import type { KernelContext } from '../../kernel-context.js';
import { emitByItems, suitsItems } from './by-items.js';
import { emitByPlanes, suitsPlanes } from './by-planes.js';
import { emitByRows } from './by-rows.js';
import { emitInput, type Skips } from './input.js';
import type { ConvolutionMethod } from './method.js';
import { type Convolution, emitFilters, filterPanels, type TapOrder } from './taps.js';

/** More taps than this (filter gradients) are walked channel by channel, with a table of one channel. */
const longestTable = 16384;

interface DirectMethod {
  readonly name: string;
  readonly order: TapOrder;
  readonly skips: Skips;
  readonly emit: (context: KernelContext, convolution: Convolution) => void;
}

export function directMethodOf(kernel: Conv2dKernel): ConvolutionMethod {
  const { name, order, skips, emit } = choice(kernel);
  const panels = filterPanels(kernel);
  return {
    name: `direct, ${name}`,
    filterBytes: panels.bytes * kernel.shape[0],
    emitFilters: (context, target) => emitFilters(context, kernel, order, target),
    emit: (context, packed) => {
      const input = emitInput(context, kernel, skips);
      context.barrier();
      emit(context, { kernel, input, order, panels, packed });
    },
  };
}

function choice(kernel: Conv2dKernel): DirectMethod {
  const oneTable = sizeOf(kernel.filterShape.slice(2)) <= longestTable;
  const order = oneTable ? 'rows' : 'channels';
  if (suitsPlanes(kernel)) {
    const skips = { rows: false, columns: false };
    return { name: 'by planes', order, skips, emit: emitByPlanes };
  }
  if (oneTable && suitsItems(kernel)) {
    const skips = { rows: true, columns: true };
    return { name: 'by items', order: 'pixels', skips, emit: emitByItems };
  }
  return { name: 'by rows', order, skips: { rows: oneTable, columns: false }, emit: emitByRows };
}
