/** Reductions that keep the innermost dimension: lanes are neighbouring results, several vectors of them at once. */

import { bytesPerElement } from '../../../../graph/dtype.js';
import { sizeOf } from '../../../../graph/shape.js';
import { partsOf, type ReduceKernel } from '../../../plan.js';
import { type I32, i32 } from '../../assembler.js';
import type { KernelContext } from '../../kernel-context.js';
import { type Nest, readsIn, type Strided, viewsOf } from '../../nest.js';
import { type Access, type Position, VectorCode, vectorWidth } from '../../vector-loop.js';
import { accumulatorsOf } from './accumulator.js';
import {
  accessesAt,
  countOf,
  dimsWhere,
  keptIndices,
  leastTasks,
  nestedLoops,
} from './reduced-nest.js';

/** Vectors of results at once: two cache lines of each row; fewer where an element takes many operations. */
const mostVectors = 8;
const mostParts = 48;
/** Rows that are added in float32 before a sum goes on in float64. */
const rowsInRun = 64;

export function emitAcrossRows(context: KernelContext, kernel: ReduceKernel, nest: Nest): void {
  const { f } = context;
  const inner = nest.shape.length - 1;
  const kept = dimsWhere(nest, false).filter((dim) => dim !== inner);
  const extent = nest.shape[inner];
  const together = vectorsTogether(kernel, nest, countOf(nest, kept));
  const width = together * vectorWidth;
  const blocks = Math.ceil(extent / width);
  const rest = extent % width;
  const count = countOf(nest, kept) * blocks;
  context.forEachTask({ count, cost: sizeOf(nest.shape) }, (position) => {
    const row = kept.length === 0 ? i32.const(0) : f.hold(i32.divU(position, blocks));
    const block = kept.length === 0 ? position : f.hold(i32.remU(position, blocks));
    const indices = keptIndices(context, nest, kept, row);
    const first = f.hold(i32.mul(block, width));
    const emit = (results: number): void =>
      emitBlock(context, kernel, nest, { indices, first, results });
    if (rest === 0) emit(width);
    else if (blocks === 1) emit(rest);
    else
      f.if(
        i32.eq(block, blocks - 1),
        () => emit(rest),
        () => emit(width),
      );
  });
}

function vectorsTogether({ operands }: ReduceKernel, nest: Nest, rows: number): number {
  const vectors = Math.ceil(nest.shape[nest.shape.length - 1] / vectorWidth);
  const byTasks = Math.floor((rows * vectors) / leastTasks);
  const byCode = Math.floor(mostParts / partsOf(operands).size);
  const byRegisters = Math.floor(mostVectors / operands.length);
  return Math.max(1, Math.min(byRegisters, vectors, byTasks, byCode));
}

interface Block {
  /** Of all dimensions but the innermost; reduced ones are 0. */
  readonly indices: readonly I32[];
  /** The first result along the innermost dimension. */
  readonly first: I32;
  readonly results: number;
}

function emitBlock(
  context: KernelContext,
  kernel: ReduceKernel,
  nest: Nest,
  { indices, first, results }: Block,
): void {
  const { f } = context;
  const { operands } = kernel;
  const inner = nest.shape.length - 1;
  const reduced = dimsWhere(nest, true);
  const vectors = Array.from({ length: Math.ceil(results / vectorWidth) }, (_, i) => ({
    position: blockPosition(context, i, results),
    totals: accumulatorsOf(context, kernel, 1),
  }));
  const all = vectors.flatMap(({ totals }) => totals);
  /** first * bytes, held for each distance that there is between elements. */
  const starts = new Map<number, I32>();
  const startAt = (bytes: number): I32 => {
    const start = starts.get(bytes) ?? f.hold(i32.mul(first, bytes));
    starts.set(bytes, start);
    return start;
  };
  const atFirst = (views: readonly Strided[], at: readonly I32[]): Map<Strided, Access> => {
    const accesses = accessesAt(context, nest, views, at.slice(0, inner), inner);
    for (const [view, { base, offset, stride }] of accesses) {
      const bytes = 'buffer' in view ? bytesPerElement[view.buffer.dtype] : 1;
      if (stride === 0) continue;
      accesses.set(view, { base: f.hold(i32.add(base, startAt(stride * bytes))), offset, stride });
    }
    return accesses;
  };
  const reads = readsIn(operands);
  // Held before the loops, which may not be entered first by whoever needs it.
  for (const view of [...reads, ...viewsOf(kernel.stores)]) {
    const stride = nest.strides.get(view)![inner];
    if (stride !== 0) startAt(stride * ('buffer' in view ? bytesPerElement[view.buffer.dtype] : 1));
  }
  const at = [...indices];
  const addRow = (): void => {
    const code = new VectorCode(context, atFirst(reads, at));
    code.hoist(operands);
    for (const { position, totals } of vectors) {
      const evaluate = code.evaluator(position);
      totals.forEach((total, i) => {
        total.add(evaluate(operands[i]));
      });
    }
  };
  const flush = (): void => {
    for (const total of all) total.flush();
  };
  for (const total of all) total.reset();
  nestedLoops(f, nest, reduced.slice(0, -1), at, () => {
    const last = reduced[reduced.length - 1];
    if (last === undefined) addRow();
    else {
      const index = f.local('i32');
      at[last] = index;
      f.for(index, 0, nest.shape[last], 1, () => {
        addRow();
        if (nest.shape[last] > rowsInRun)
          f.if(i32.eq(i32.and(index, rowsInRun - 1), rowsInRun - 1), flush);
      });
    }
    flush();
  });
  const accesses = atFirst(viewsOf(kernel.stores), indices);
  for (const { position, totals } of vectors) {
    const results = totals.map((total) => f.hold(total.lanes()));
    new VectorCode(context, accesses, (_, part) => results[Number(part ?? 0)]).store(
      kernel.stores,
      position,
    );
  }
}

/** Vector `i` of a block, counted from the block's first result. */
function blockPosition({ f }: KernelContext, i: number, results: number): Position {
  const start = i * vectorWidth;
  const left = results - start < vectorWidth ? f.hold(i32.const(results - start)) : null;
  return { index: i32.const(0), left, ahead: start, scaled: () => i32.const(0) };
}
