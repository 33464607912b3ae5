/** Index of the first maximum, one result after the other; the first NaN counts as the largest. */

import { sizeOf } from '../../../../graph/shape.js';
import type { ReduceKernel } from '../../../plan.js';
import { i32 } from '../../assembler.js';
import type { KernelContext } from '../../kernel-context.js';
import { type Nest, readsIn } from '../../nest.js';
import { f32x4, i32x4, v128 } from '../../simd.js';
import { singlePosition, VectorCode } from '../../vector-loop.js';
import {
  accessesAt,
  countOf,
  dimsWhere,
  keptIndices,
  nestedLoops,
  storeOne,
} from './reduced-nest.js';

/** One element after the other, in the first lane. */
export function emitArgmax(context: KernelContext, kernel: ReduceKernel, nest: Nest): void {
  const { f } = context;
  const kept = dimsWhere(nest, false);
  const reduced = dimsWhere(nest, true);
  const last = nest.shape.length - 1;
  const [operand] = kernel.operands;
  const isFloat = operand.dtype === 'float32';
  context.forEachTask({ count: countOf(nest, kept), cost: sizeOf(nest.shape) }, (position) => {
    const indices = keptIndices(context, nest, kept, position);
    const best = f.hold(i32x4.const(0));
    const place = f.hold(i32x4.const(0));
    const started = f.hold(i32x4.const(0));
    nestedLoops(f, nest, reduced, indices, () => {
      const accesses = accessesAt(context, nest, readsIn([operand]), indices, last);
      const code = new VectorCode(context, accesses);
      const at = singlePosition(context, i32.const(0), 1);
      const value = f.hold(code.evaluator(at)(operand));
      const index = reduced.length > 0 ? indices[reduced[0]] : i32.const(0);
      const larger = isFloat
        ? v128.or(f32x4.gt(value, best), v128.and(f32x4.ne(value, value), f32x4.eq(best, best)))
        : i32x4.gtS(value, best);
      const wins = f.hold(v128.or(larger, v128.not(started)));
      f.set(best, v128.bitselect(value, best, wins));
      f.set(place, v128.bitselect(i32x4.splat(index), place, wins));
      f.set(started, i32x4.const(-1));
    });
    for (const dim of reduced) indices[dim] = i32.const(0);
    storeOne(context, kernel, nest, indices, [place]);
  });
}
