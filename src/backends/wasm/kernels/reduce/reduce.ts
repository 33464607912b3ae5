/**
 * Reductions. Where the innermost dimension is reduced, lanes work along it and are combined at the
 * end; where it is kept, lanes are four neighbouring results. Threads share results, never one sum.
 */

import type { ReduceKernel } from '../../../plan.js';
import type { KernelContext } from '../../kernel-context.js';
import { type Nest, nestOf, readsIn, viewsOf } from '../../nest.js';
import { emitAcrossRows } from './across-rows.js';
import { emitAlongRows } from './along-rows.js';
import { emitArgmax } from './argmax.js';

export function emitReduce(context: KernelContext, kernel: ReduceKernel): void {
  const { inputShape, shape } = kernel;
  const operandReads = readsIn(kernel.operands);
  const results = viewsOf(kernel.stores);
  const given = nestOf(inputShape, [...operandReads, ...results], {
    results: new Set(results),
    reduced: inputShape.map((extent, dim) => shape[dim] !== extent),
  });
  if (shape.includes(0)) return;
  const nest = kernel.operation === 'argmax' ? given : withLongInner(given);
  const keepsInner = !nest.reduced[nest.shape.length - 1];
  if (kernel.operation === 'argmax') emitArgmax(context, kernel, nest);
  else if (keepsInner) emitAcrossRows(context, kernel, nest);
  else emitAlongRows(context, kernel, nest);
}

/** Elements of a row that is too short to walk along, and of one that is worth walking along instead. */
const shortRow = 4;
const longRow = 8;

/** The nest with a kept dimension innermost where only a few elements are reduced there, as in windows. */
function withLongInner({ shape, reduced, strides }: Nest): Nest {
  const last = shape.length - 1;
  const suits =
    last > 0 &&
    reduced[last] &&
    !reduced[last - 1] &&
    shape[last] <= shortRow &&
    shape[last - 1] >= longRow;
  if (!suits) return { shape, reduced, strides };
  const swapped = <Item>(list: readonly Item[]): Item[] => [
    ...list.slice(0, last - 1),
    list[last],
    list[last - 1],
  ];
  return {
    shape: swapped(shape),
    reduced: swapped(reduced),
    strides: new Map([...strides].map(([view, own]) => [view, swapped(own)])),
  };
}
