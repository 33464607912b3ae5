/** A padded operand written out with its padding, for kernels that read windows of it. */

import { contiguousStrides, sizeOf } from '../../graph/shape.js';
import type { PaddedView } from '../plan.js';
import { type I32, i32 } from './assembler.js';
import { constantVector } from './expression.js';
import type { Address, KernelContext } from './kernel-context.js';
import { flat } from './kernel-context.js';
import { forEachIndex, startOf } from './rows.js';
import { loadVector, storeVector, vectorLoop } from './vector-loop.js';

/** Writes `input` in row-major order to `target`, shared among the threads; a barrier must follow. */
export function emitPaddedCopy(context: KernelContext, input: PaddedView, target: Address): void {
  const { f } = context;
  const { view, extents, low, interior, shape, value } = input;
  const sourceType = view.buffer.dtype;
  // Lanes are four bytes; those of bytes are kept as int32.
  const targetType = sourceType === 'float32' ? 'float32' : 'int32';
  const fill = constantVector(value, sourceType);
  const rank = shape.length;
  if (rank === 0) copyScalar();
  if (rank === 0 || sizeOf(shape) === 0) return;
  const last = rank - 1;
  const strides = contiguousStrides(shape);
  const outer = shape.slice(0, -1);
  const step = interior.map((between) => between + 1);

  const work = { count: sizeOf(outer), cost: sizeOf(shape) };
  const forEachRow = (body: (indices: readonly I32[], row: I32) => void): void =>
    outer.length > 0
      ? forEachIndex(context, work, outer, body)
      : context.forEachTask(work, (row) => body([], row));
  forEachRow((indices, row) => {
    const rowStart = f.hold(
      i32.add(flat(target), i32.mul(row, strides[0] === 0 ? 0 : shape[last] * 4)),
    );
    const writeFill = (start: number, end: number): void =>
      vectorLoop(context, start, end, (at) =>
        storeVector(context, { base: rowStart, offset: 0, stride: 1 }, targetType, at, fill),
      );
    const sourceIndices: I32[] = [];
    let inside: I32 = i32.const(1);
    indices.forEach((index, dim) => {
      const moved = f.hold(i32.sub(index, low[dim]));
      // NOTE: an index before the beginning is a huge unsigned number, and so outside as well.
      const place = step[dim] === 1 ? moved : f.hold(i32.divU(moved, step[dim]));
      inside = i32.and(inside, i32.ltU(place, i32.const(extents[dim])));
      if (step[dim] !== 1) inside = i32.and(inside, i32.eqz(i32.remU(moved, step[dim])));
      sourceIndices.push(place);
    });
    const between = step[last] - 1;
    const covered = extents[last] === 0 ? 0 : (extents[last] - 1) * step[last] + 1;
    const end = low[last] + covered;
    f.if(
      inside,
      () => {
        writeFill(0, Math.min(low[last], shape[last]));
        if (between > 0) writeFill(low[last], Math.min(end, shape[last]));
        const source = startOf(context, view, view.strides, sourceIndices);
        const count = Math.min(extents[last], Math.ceil((shape[last] - low[last]) / step[last]));
        vectorLoop(context, 0, count, (at) => {
          const lanes = loadVector(
            context,
            { base: source.base, offset: source.offset, stride: view.strides[last] },
            sourceType,
            at,
          );
          const access = { base: rowStart, offset: low[last] * 4, stride: step[last] };
          storeVector(context, access, targetType, at, lanes);
        });
        writeFill(Math.min(end, shape[last]), shape[last]);
      },
      () => writeFill(0, shape[last]),
    );
  });

  function copyScalar(): void {
    context.onFirstThread(() =>
      vectorLoop(context, 0, 1, (at) => {
        const source = startOf(context, view, [], []);
        const lanes = loadVector(context, { ...source, stride: 0 }, sourceType, at);
        storeVector(context, { ...target, stride: 1 }, targetType, at, lanes);
      }),
    );
  }
}
