/**
 * Reductions. Where the innermost dimension is reduced, lanes work along it and are combined at the
 * end; where it is kept, lanes are four neighbouring results. Threads share results, never one sum.
 */

import type { ReduceKernel } from '../../../plan.js';
import type { KernelContext } from '../../kernel-context.js';
import { nestOf, readsIn, viewsOf } from '../../nest.js';
import { emitAcrossRows } from './across-rows.js';
import { emitAlongRows } from './along-rows.js';
import { emitArgmax } from './argmax.js';

export function emitReduce(context: KernelContext, kernel: ReduceKernel): void {
  const { inputShape, shape } = kernel;
  const operandReads = readsIn(kernel.operands);
  const results = viewsOf(kernel.stores);
  const nest = nestOf(inputShape, [...operandReads, ...results], {
    results: new Set(results),
    reduced: inputShape.map((extent, dim) => shape[dim] !== extent),
  });
  if (shape.includes(0)) return;
  const keepsInner = !nest.reduced[nest.shape.length - 1];
  if (kernel.operation === 'argmax') emitArgmax(context, kernel, nest);
  else if (keepsInner) emitAcrossRows(context, kernel, nest);
  else emitAlongRows(context, kernel, nest);
}
