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
/** Positions of the largest planes that are worth code of their own for each register tile. */
const largestPlane = 400;

interface DirectMethod {
  readonly name: string;
  readonly order: TapOrder;
  readonly skips: Skips;
  readonly emit: (context: KernelContext, convolution: Convolution) => void;
}

/** The ways to compute a convolution directly; the first is the usual one for its shape. */
export function directMethodsOf(kernel: Conv2dKernel): ConvolutionMethod[] {
  const panels = filterPanels(kernel);
  return waysOf(kernel).map(({ name, order, skips, emit }) => ({
    name: `direct, ${name}`,
    readsInPlace: false,
    filterBytes: panels.bytes * kernel.shape[0],
    emitFilters: (context, target) => emitFilters(context, kernel, order, target),
    emit: (context, packed) => {
      const input = emitInput(context, kernel, skips);
      context.barrier();
      emit(context, { kernel, input, order, panels, packed });
    },
  }));
}

function waysOf(kernel: Conv2dKernel): DirectMethod[] {
  const oneTable = sizeOf(kernel.filterShape.slice(2)) <= longestTable;
  const order = oneTable ? 'rows' : 'channels';
  const [, , , height, width] = kernel.shape;
  const ways: (DirectMethod & { readonly suits: boolean })[] = [];
  if (height * width <= largestPlane) {
    const skips = { rows: false, columns: false };
    const suits = suitsPlanes(kernel);
    ways.push({ name: 'by planes', order, skips, emit: emitByPlanes, suits });
  }
  if (oneTable) {
    const skips = { rows: true, columns: true };
    const suits = suitsItems(kernel);
    ways.push({ name: 'by items', order: 'pixels', skips, emit: emitByItems, suits });
  }
  const skips = { rows: oneTable, columns: false };
  ways.push({ name: 'by rows', order, skips, emit: emitByRows, suits: true });
  const usual = ways.findIndex(({ suits }) => suits);
  return [ways[usual], ...ways.filter((_, i) => i !== usual)];
}
